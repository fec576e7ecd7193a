/// What a run may expect of a node: how fast it would go there, and how long it would wait before that.
public struct Outlook: Equatable, Sendable {
  /// Threads that compete for the node's cores already, with those on their way there.
  public var competing: Double
  /// The run's speed beside them, where 100 is a core of an idle Raspberry Pi 3.
  public var speed: Double
  /// Seconds before it begins: the way there, and fetching the image.
  public var wait: Double
  /// Seconds until it has ended, by the work that is expected of it.
  public var seconds: Double
  /// What nodes are compared by: the speed, less what the run costs those it runs beside, and what waiting costs it.
  public var rank: Double

  /// The 7-zip MIPS that make a speed of 100.
  public static let referenceSpeed = Score.referenceCapacity / 4
  /// Seconds that the work of a run is taken for on such a core, where nothing is known of it.
  public static let assumedWork = 30.0
  /// Seconds it takes to run a thing elsewhere: two writes to flash, two ways through the network.
  static let moving = 0.05
  /// A speed below this is as good as none; it keeps what is divided by it finite.
  private static let least = 0.01

  /// The outlook of a run on a node.
  ///
  /// With `m` threads there, a thread has the speed `share(m)`. The run would have `s = share(m + 1)`, and each of the
  /// others would fall from `share(m)` to `s`, so for each unit of work
  ///
  ///     cost = 1 / s + m (1 / s - 1 / share(m))
  ///
  /// are spent in all. What is urgent counts the first part only. The speed is `s` times what heat, supply and the other
  /// terms beside the cores leave, times how far the node's word has proved true.
  public init(of run: Requirements, on node: HomeNode, imageSize: Int = 0) {
    let standing = Standing(node)
    competing = standing.demand + Double(node.placedSinceHeard)
    let worth = standing.clock * standing.health * node.trust / (1 + node.failures) / Self.referenceSpeed * 100
    let share = standing.speeds.share(of: competing + run.cores)
    var own = share * worth
    let others = max(standing.speeds.share(of: max(competing, 1)) * worth, Self.least)
    switch run.bound {
    case .processor: break
    case .memory:
      // The bus is shared by those that have a core at the time.
      if node.memoryRate > 0, standing.speeds.fastest > 0 {
        own = node.memoryRate / Self.referenceMemoryRate * 100 * standing.health * node.trust * share / standing.speeds.fastest
      }
    case .network:
      if node.linkRate > 0 {
        let free = node.linkRate * max(1 - node.linkBusy, 1 / (2 + Double(node.placedSinceHeard)))
        own = free / Self.referenceLinkRate * 100 * node.trust / Double(1 + node.placedSinceHeard)
      }
    }
    speed = max(own, Self.least)
    wait = (node.isSelf ? 0 : Self.moving) + node.fetching(imageSize)
    var cost = 1 / speed
    if !run.isUrgent, run.bound == .processor {
      let slowed = max(share * worth, Self.least)
      cost += max(1 / slowed - 1 / others, 0) * competing
    }
    let work = run.work * 100
    seconds = work / speed + wait
    rank = work / (work * cost + wait)
  }

  /// A Raspberry Pi 3's: memcpy in MB/s (ThomasKaiser/sbc-bench, Results.md) and its Ethernet in Mbit/s.
  static let referenceMemoryRate = 1110.0
  static let referenceLinkRate = 100.0
}

/// What is known of a node's cores, from its facts, or from its score alone.
private struct Standing {
  var speeds: CoreSpeeds
  var demand: Double
  var clock = 1.0
  /// What the terms beside those of the cores leave.
  var health = 1.0

  init(_ node: HomeNode) {
    var load = 1.0
    for term in node.terms where term.effect >= 0 && term.effect <= 1 {
      switch term.kind {
      case .load: load = term.effect
      case .clock: clock = term.effect
      // The demand says more, and for each run anew.
      case .cores, .quota, .cpuPressure: break
      // Whether a run fits is asked before; what is left says nothing of its speed.
      case .memory: break
      default: health *= term.effect
      }
    }
    let cores = Double(node.cores > 0 ? min(node.cores, 4096) : Self.assumedCores)
    demand = node.demand ?? cores * (1 - load)
    speeds = node.speeds
    if speeds.isEmpty {
      // The score is what all cores have left, with all that is taken from it.
      let score = node.score > 0 && node.score < .greatestFiniteMagnitude ? node.score : 0
      clock = 1
      health = 1
      speeds.add(cores, speed: score / 100 * Score.referenceCapacity / max(load, Self.leastFree) / cores)
    }
  }

  /// Most boards have four.
  private static let assumedCores = 4
  private static let leastFree = 0.05
}

extension HomeNode {
  /// Seconds to fetch an image of so many MiB over this node's link and unpack it to its card.
  fileprivate func fetching(_ mebibytes: Int) -> Double {
    guard mebibytes > 0 else { return 0 }
    let megabits = Double(mebibytes) * 8.389
    let rate = linkRate > 0 ? linkRate * max(1 - linkBusy, 0.1) : Self.usualUplink
    return megabits / min(rate, Self.usualUplink) + Double(mebibytes) / Self.unpacking
  }

  /// Mbit/s of what a home's line to the world brings.
  private static var usualUplink: Double { 100 }
  /// MiB a second onto an SD card (geerlingguy/sbc-reviews: 3.7 to 10 in small pieces, more in large ones).
  private static var unpacking: Double { 20 }
}
