import Basics
internal import Readings
package import Scoring

/// A node in virtual time: what runs on it, how fast, and how warm it is.
///
/// Between two changes all speeds are constant, so that time passes in one step (`advance`).
package final class SimulatedNode {
  /// What it is.
  package let board: SimulatedBoard
  /// Its place among the nodes.
  package let index: Int
  /// Whether it has power.
  package internal(set) var isUp = true
  /// What is here, in the order of its coming.
  package internal(set) var tasks: [Task] = []
  /// Threads of its owner's own.
  package internal(set) var background = 0
  /// Numbers of those that need no fetching.
  package internal(set) var images: [Int]
  /// The share of the full clock that heat allows.
  package private(set) var clock = 1.0
  private var heat = HeatModel.State()
  var now = 0.0
  /// Counts the changes of speed, so that an end that was foreseen before one is not taken for true.
  var version = 0
  private(set) var snapshot: Snapshot
  private(set) var demand = Demand()

  // Since the last sample.
  private var busy = 0.0
  private var moved = 0.0
  private var sampledAt = 0.0

  // Since the beginning.
  /// Seconds in which heat slowed it.
  package private(set) var throttledSeconds = 0.0
  /// Seconds of its cores that were used, of all cores together.
  package private(set) var busySeconds = 0.0
  /// Watt seconds, where the profile knows what the board draws.
  package private(set) var energy = 0.0
  /// Runs that it brought to their end.
  package internal(set) var finished = 0
  /// By its samples: degrees Celsius, and bytes that runs had.
  package private(set) var highestCelsius = 0.0
  /// Bytes that runs had at most.
  package private(set) var highestMemory: Int64 = 0
  /// Jobs whose images came since this was last looked at.
  var fetched: [Int] = []

  /// One run on a node.
  package struct Task: Sendable {
    /// The index of its job.
    package var job: Int
    /// What it mostly waits for.
    package var bound: Requirements.Bound
    /// Threads that share its work alike.
    package var threads: Double
    /// Bytes.
    package var memory: Int64
    /// MB of its image that are still to come; it does nothing else before.
    package var fetching: Double
    /// What is left to do, in the unit of its kind.
    package var left: Double
    /// The number of its image; 0 for one that every node has.
    package var image: Int
  }

  init(board: SimulatedBoard, index: Int) {
    self.board = board
    self.index = index
    images = board.images
    snapshot = board.snapshot
  }

  // MARK: - Speed

  /// How fast each of these tasks goes beside the others, in its own unit a second.
  package func rates(of tasks: [Task]) -> [Double] {
    let mix = Mix(tasks, background: background)
    let share = board.speeds.share(of: mix.threads) * clock * board.truth
    let flow = mix.flows > 0 ? board.linkRate / 8 / Double(mix.flows) : 0
    // Of its core's time a copier has as much as everybody.
    let fastest = board.speeds.share(of: 1) * board.truth
    let copying = min(
      board.memoryRate * share / fastest, board.memoryRate * Estimate.busRatio / max(mix.memoryBound, 1))
    return tasks.map { task in
      if task.fetching > 0 { return min(flow, SimulatedNode.uplink) }
      switch task.bound {
      case .processor: return share * task.threads
      case .memory: return copying * task.threads
      case .network: return flow
      }
    }
  }

  /// MB a second of a home's line to the world.
  static let uplink = 12.5

  private struct Mix {
    var threads: Double
    var memoryBound = 0.0
    var flows = 0

    init(_ tasks: [Task], background: Int) {
      threads = Double(background)
      for task in tasks {
        if task.fetching > 0 || task.bound == .network {
          flows += 1
        } else {
          threads += task.threads
          if task.bound == .memory { memoryBound += task.threads }
        }
      }
    }
  }

  /// The share of what all cores can do that is done.
  private var work: Double {
    let threads = Mix(tasks, background: background).threads
    guard threads > 0 else { return 0 }
    let all = board.speeds.count
    return board.speeds.share(of: threads) * threads / (board.speeds.share(of: all) * all)
  }

  // MARK: - Time

  /// Lets time pass; nothing ends or begins in it.
  func advance(to time: Double) {
    let seconds = time - now
    now = time
    guard seconds > 0, isUp else { return }
    let mix = Mix(tasks, background: background)
    let rates = rates(of: tasks)
    for index in tasks.indices {
      if tasks[index].fetching > 0 {
        tasks[index].fetching -= rates[index] * seconds
        moved += rates[index] * seconds
        if tasks[index].fetching <= Self.rest {
          tasks[index].fetching = 0
          fetched.append(tasks[index].job)
          if !images.contains(tasks[index].image) { images.append(tasks[index].image) }
        }
      } else {
        tasks[index].left = max(tasks[index].left - rates[index] * seconds, 0)
        if tasks[index].bound == .network { moved += rates[index] * seconds }
      }
    }
    busy += min(mix.threads, board.speeds.count) * seconds
    busySeconds += min(mix.threads, board.speeds.count) * seconds
    let work = self.work * clock
    if let idle = board.profile.power.idle, let full = board.profile.power.full {
      energy += (idle + (full - idle) * work) * seconds
    }
    if let model = board.heat {
      if clock < 0.995 { throttledSeconds += seconds }
      heat.pass(seconds, work: work, model)
    }
  }

  /// Less than this is nothing: half a millisecond of the slowest board's work.
  static let rest = 1e-6

  /// Seconds to the next end of a fetch or of a run; nil where nothing is under way.
  func untilNext() -> Double? {
    var least: Double?
    for (task, rate) in zip(tasks, rates(of: tasks)) where rate > 0 {
      let seconds = (task.fetching > 0 ? task.fetching : task.left) / rate
      if seconds < least ?? .greatestFiniteMagnitude { least = seconds }
    }
    return least
  }

  /// The clock follows the temperature.
  func regulate() {
    if let model = board.heat { clock = heat.clock(model) }
  }

  /// Degrees Celsius of the processor; a comfortable 45 where nobody knows how it warms up.
  package var celsius: Double {
    board.heat.map { heat.celsius($0) } ?? 45
  }

  /// Takes off the tasks that are so, and returns them.
  func remove(_ isGone: (Task) -> Bool) -> [Task] {
    var gone: [Task] = []
    var left: [Task] = []
    for task in tasks {
      if isGone(task) { gone.append(task) } else { left.append(task) }
    }
    tasks = left
    return gone
  }

  // MARK: - Memory

  /// Bytes of what runs.
  package var memoryUsed: Int64 {
    var sum: Int64 = 0
    for task in tasks where task.fetching <= 0 { sum += task.memory }
    return sum
  }

  /// All that is here or on its way.
  package var memoryPromised: Int64 {
    var sum: Int64 = 0
    for task in tasks { sum += task.memory }
    return sum
  }

  /// Whether there is memory for one more.
  package func fits(_ job: Job) -> Bool {
    memoryPromised + job.memory <= board.memory
  }

  // MARK: - Readings

  /// Takes a sample, as the agent does each second.
  func sample() {
    func value<Value>(_ value: Value) -> Reading<Value> { .value(value, at: Self.instant(now)) }
    let seconds = max(now - sampledAt, 1e-3)
    sampledAt = now
    let cores = board.speeds.count
    let used = min(busy / seconds, cores)
    snapshot.instant = Self.instant(now)
    snapshot.processors.utilisation = value(used / cores)
    // The fastest are first.
    var left = used
    for index in snapshot.processors.cores.indices {
      let share = min(max(left, 0), 1)
      snapshot.processors.cores[index].utilisation = value(share)
      left -= share
    }
    let threads = Mix(tasks, background: background).threads
    snapshot.load = value(Load(one: threads, five: threads, fifteen: threads, runnable: Int(threads) + 1))
    if let full = snapshot.processors.policies[0].maximum.value {
      snapshot.processors.policies[0].limit = value(Int(Double(full) * clock))
    }
    if !snapshot.thermal.zones.isEmpty { snapshot.thermal.zones[0].temperature = value(Int(celsius * 1000)) }
    highestCelsius = max(highestCelsius, celsius)
    highestMemory = max(highestMemory, memoryUsed)
    let available = max(board.memory - memoryUsed, 0)
    snapshot.memory = value(Memory(total: UInt64(board.memory) + 256 << 20, available: UInt64(available)))
    snapshot.network.interfaces[0].receiveRate = value(moved / seconds * 1e6)
    busy = 0
    moved = 0
    demand.sample(snapshot, profile: board.profile)
  }

  /// What its link carries of what it can, 0...1, by the last sample.
  var linkBusy: Double {
    let rate = snapshot.network.interfaces.first?.receiveRate.value ?? 0
    return min(rate * 8 / 1e6 / board.linkRate, 1)
  }

  static func instant(_ seconds: Double) -> Instant {
    // Not at zero, which stands for "never".
    Instant(nanoseconds: Int64((seconds + 1) * 1e9))
  }
}
