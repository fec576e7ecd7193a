/// What a run may expect of a node: how fast it would go there, and how long it would wait before that.
package struct Estimate: Equatable, Sendable {
  /// Threads that contend for the node's cores already, with those on their way there.
  package var competing: Double
  /// The same for each core.
  package var contention = 0.0
  /// The run's speed beside them, where 100 is a core of an idle Raspberry Pi 3.
  package var speed: Double
  /// Seconds before it begins: the way there, and fetching the image.
  package var wait: Double
  /// Seconds until it has ended, by the work that is expected of it.
  package var seconds: Double
  /// What nodes are compared by: the speed, less what the run costs those it runs beside, and what waiting costs it.
  package var rank: Double

  /// The 7-zip MIPS that make a speed of 100.
  package static let referenceSpeed = Score.referenceCapacity / 4
  /// Seconds that the work of a run is taken for on such a core, where nothing is known of it.
  package static let assumedWork = 30.0
  /// How much of what others lose counts: they may end before the run does. In `make placement` means are best
  /// near 1 and at 0 a tenth higher; the unluckiest runs are worst off at the ends.
  static let consideration = 0.7
  /// Seconds it takes to run a thing elsewhere: two writes to flash, two ways through the network.
  static let moving = 0.05
  /// A speed below this is as good as none; it keeps what is divided by it finite.
  fileprivate static let least = 0.01
  /// The speed of a core of an idle Raspberry Pi 3.
  private static let scale = 100.0

  /// The estimate of a run on a node.
  ///
  /// With `n` there that contend for the same thing, each has the speed `share(n)` of it. The run would have
  /// `s = share(n + 1)`, and each of the others would fall to that, so for each unit of work
  ///
  ///     cost = 1 / s + consideration * n (1 / s - 1 / share(n))
  ///
  /// is spent in all. What is urgent counts the first part only. The speed is `s` times what heat, supply and the other
  /// terms beside the cores leave, times how far the node's word has proved true.
  ///
  /// It borrows: an initializer owns what it is given otherwise, and a node has a dozen references to count.
  package init(of run: borrowing Requirements, on node: borrowing HomeNode, imageSize: Int = 0) {
    let known = KnownCores(node, tellsMemory: run.memory > 0)
    let there = known.demand + node.placedDemand
    competing = Self.finite(there.threads)
    contention = competing / max(known.speeds.count, 1)
    let worth = known.health * node.calibration / (1 + node.failures) * Self.scale
    let pace = Pace(of: run, on: node, known, beside: there)
    speed = max(Self.finite(pace.own * worth), Self.least)
    wait = (node.isSelf ? 0 : Self.moving) + Self.finite(node.fetching(imageSize, beside: there.flows))
    let cost = run.isUrgent ? 0 : pace.cost
    let work = run.work * Self.scale
    seconds = work / (speed * run.threads) + wait
    rank = Self.finite(
      work / (work / speed + run.work * Self.consideration * cost * Self.scale / worth + wait))
  }

  /// What no number came of counts as nothing.
  private static func finite(_ value: Double) -> Double {
    value > 0 && value < .greatestFiniteMagnitude ? value : 0
  }

  /// A Raspberry Pi 3's: memcpy in MB/s (ThomasKaiser/sbc-bench, Results.md) and its Ethernet in Mbit/s.
  package static let referenceMemoryRate = 1110.0
  /// Its Ethernet in Mbit/s.
  package static let referenceLinkRate = 100.0
  /// All cores together move half as much again as one does (a Raspberry Pi 3's STREAM against its memcpy).
  package static let busRatio = 1.5
  /// The share of a link that a new flow gets at least.
  fileprivate static let leastFree = 0.1
}

/// What a run would have of what it waits for, and what those lose that are there, by the formula of `Estimate`.
private struct Pace {
  /// As a share of what an idle Raspberry Pi 3 has of it: a core, its memory, its Ethernet.
  var own: Double
  /// For each unit of the run's work, in units of theirs.
  var cost: Double

  init(
    of run: borrowing Requirements, on node: borrowing HomeNode, _ known: borrowing KnownCores,
    beside there: Contention
  ) {
    let core = known.speeds.share(of: there.threads + run.cores) * known.clock
    let coreBefore = known.speeds.share(of: there.threads) * known.clock
    own = core / Estimate.referenceSpeed
    cost = there.threads * max(1 / max(core, 1) - 1 / max(coreBefore, 1), 0) * Estimate.referenceSpeed
    switch run.bound {
    case .processor: break
    case .memory where node.memoryRate > 0:
      let alone = node.memoryRate / Estimate.referenceMemoryRate
      let fastest = max(known.speeds.fastest, 1)
      // Of its core's time a thread has as much as everybody, and all that wait for memory share the bus.
      func rate(_ threads: Double) -> Double {
        alone * min(core / fastest, Estimate.busRatio / max(threads, Estimate.busRatio))
      }
      own = rate(there.memoryBound + run.cores)
      cost +=
        there.memoryBound * (1 / max(own, Estimate.least) - 1 / max(rate(there.memoryBound), Estimate.least))
    case .network where node.linkRate > 0:
      let link = node.linkRate / Estimate.referenceLinkRate
      let free = there.flows > 0 ? link : link * max(1 - node.linkBusy, Estimate.leastFree)
      own = free / (there.flows + 1)
      cost = there.flows / max(link, Estimate.least)
    case .memory, .network: break
    }
  }
}

/// What is known of a node's cores, from its facts, or from its score alone.
private struct KnownCores {
  var speeds: CoreSpeeds
  var demand: Contention
  var clock = 1.0
  /// What the terms beside those of the cores leave.
  var health = 1.0

  init(_ node: borrowing HomeNode, tellsMemory: Bool) {
    var load = 1.0
    for term in node.terms where term.effect >= 0 && term.effect <= 1 {
      switch term.kind {
      case .load: load = term.effect
      case .clock: clock = term.effect
      // The demand says more, and for each run anew.
      case .cores, .quota, .cpuPressure: break
      // Whether a run fits that says its memory is asked before; what is left says nothing of its speed.
      case .memory where tellsMemory: break
      default: health *= term.effect
      }
    }
    let cores = Double(node.cores > 0 ? min(node.cores, Self.mostCores) : Self.assumedCores)
    demand = node.demand ?? Contention(threads: cores * (1 - load))
    speeds = node.speeds
    if speeds.isEmpty {
      // The score is what all cores have left, with all that is taken from it.
      let score = node.score > 0 && node.score < .greatestFiniteMagnitude ? node.score : 0
      clock = 1
      health = 1
      let capacity = score / Score.reference * Score.referenceCapacity
      speeds.add(cores, speed: capacity / max(load, Self.leastFree) / cores)
    }
  }

  /// Most boards have four.
  private static let assumedCores = 4
  /// More are not believed.
  private static let mostCores = 4096
  /// A busy node's cores are taken to have left at least this share: its score is divided by it.
  private static let leastFree = 0.05
}

extension Requirements {
  /// Threads that share its work, where it says so.
  fileprivate var threads: Double { max(cores, 1) }
}

extension HomeNode {
  /// Seconds to fetch an image of so many MiB over this node's link and unpack it to its card.
  fileprivate func fetching(_ mebibytes: Int, beside flows: Double) -> Double {
    guard mebibytes > 0 else { return 0 }
    let megabits = Double(mebibytes) * Self.megabitsInMebibyte
    let rate = linkRate > 0 ? linkRate / (flows + 1) : Self.usualUplink
    return megabits / min(rate, Self.usualUplink) + Double(mebibytes) / Self.unpacking
  }

  /// 2^20 bytes of 8 bits each, in millions.
  private static var megabitsInMebibyte: Double { 8.389 }
  /// Mbit/s of what a home's line to the world brings.
  private static var usualUplink: Double { 100 }
  /// MiB a second onto an SD card (geerlingguy/sbc-reviews: 3.7 to 10 in small pieces, more in large ones).
  private static var unpacking: Double { 20 }
}
