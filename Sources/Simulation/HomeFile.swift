internal import CBoards
import Readings
import Scoring

/// A home and what is asked of it, as a file of `hearth simulate` describes them; `docs/simulate.conf` shows every key.
package struct HomeFile: Sendable {
  /// In the order of the file.
  package internal(set) var groups: [Group] = []
  /// In the order of the file, at most `loadLimit`.
  package internal(set) var loads: [Load] = []
  /// Boards that are switched off and on again.
  package internal(set) var crashes: [Scenario.Crash] = []
  /// Seconds in which requests come.
  package internal(set) var length = 1800.0
  /// What chance begins with: the same gives the same home.
  package internal(set) var seed: UInt64 = 1
  /// Simulations whose mean is taken, each with a seed of its own.
  package internal(set) var runs = 3

  /// Equal nodes: a section `[node "NAME"]`.
  package final class Group: Sendable {
    /// The section's name.
    package let name: String
    /// How many nodes there are of it.
    package let count: Int
    /// What each of them is.
    package let board: SimulatedBoard

    init(name: String, count: Int, board: SimulatedBoard) {
      self.name = name
      self.count = count
      self.board = board
    }

    /// What the node of that number is called.
    package func name(of number: Int) -> String {
      count == 1 ? name : name + "-" + String(number + 1)
    }
  }

  /// Requests of one kind: a section `[load "NAME"]`.
  package struct Load: Sendable {
    /// The section's name.
    package var name: String
    /// Seconds between requests, or between bursts of them.
    package var every: Double
    /// Whether the pauses are all alike; else they come by chance.
    package var isEven = false
    /// Requests at one moment.
    package var burst = 1
    /// Seconds on a core of an idle Raspberry Pi 3, and the deviation of their logarithm.
    package var work: Double
    /// 0 where all are alike.
    package var spread = 0.0
    /// What else each of its jobs is.
    package var job: Job
    /// The numbers of the nodes that are asked; empty for all.
    package var from: Range<Int> = 0..<0

    /// How many requests are to be expected.
    func requests(in seconds: Double) -> Double {
      seconds / every * Double(burst)
    }
  }

  /// As many as one looks at, and simulates in some seconds.
  package static let nodeLimit = 32
  /// Loads of one home at most.
  package static let loadLimit = 16
  /// Requests of one simulation at most.
  package static let requestLimit = 5000
  /// Sums over the homes that are compared of nodes times seconds, of all simulations together: half a minute
  /// on a desktop.
  package static let workLimit = 2_000_000.0

  /// The text of `docs/simulate.conf`.
  package static var example: [UInt8] { Array(String(cString: cboards_simulate()).utf8) }

  /// Nodes of all groups.
  package var nodeCount: Int {
    var count = 0
    for group in groups { count += group.count }
    return count
  }

  /// A home with one node less or more.
  package enum Change: Equatable, Sendable {
    case none
    /// Without one of this group.
    case without(Int)
    /// With one more of this group's board.
    case more(Int)
  }

  /// All homes that are compared: as it is, without each kind of node, and with one more of each kind of board.
  package var changes: [Change] {
    var changes = [Change.none]
    if nodeCount > 1 {
      for index in groups.indices { changes.append(.without(index)) }
    }
    for index in groups.indices where nodeCount < Self.nodeLimit {
      let profile = groups[index].board.profile.name
      var first = 0
      while groups[first].board.profile.name != profile { first += 1 }
      if first == index { changes.append(.more(index)) }
    }
    return changes
  }

  /// The home with that change under its load: the same requests for every change.
  package func scenario(_ change: Change) -> Scenario {
    var boards: [SimulatedBoard] = []
    // Where the nodes of the whole home are in this one; -1 for the one that is missing.
    var places: [Int] = []
    for index in groups.indices {
      let group = groups[index]
      for number in 0..<group.count {
        if change == .without(index), number == missing(of: group, from: places.count - number) {
          places.append(-1)
          continue
        }
        places.append(boards.count)
        var board = group.board
        board.name = group.name(of: number)
        boards.append(board)
      }
    }
    if case .more(let index) = change {
      var board = groups[index].board
      board.name = "one more"
      boards.append(board)
    }
    let all = boards
    let asked = places
    var scenario = Scenario("", "", boards: { _ in all }, load: { _, random in self.jobs(asked, &random) })
    for crash in crashes where places[crash.node] >= 0 {
      scenario.crashes.append(Scenario.Crash(node: places[crash.node], at: crash.at, seconds: crash.seconds))
    }
    return scenario
  }

  /// The number of the node that is taken away of a group: the last that does not crash.
  private func missing(of group: Group, from first: Int) -> Int {
    var number = group.count - 1
    while number > 0, crashes(first + number) { number -= 1 }
    return crashes(first + number) ? group.count - 1 : number
  }

  private func crashes(_ node: Int) -> Bool {
    for crash in crashes where crash.node == node { return true }
    return false
  }

  /// All requests in the order of their times.
  private func jobs(_ places: [Int], _ random: inout Randomness) -> [Job] {
    var jobs: [Job] = []
    var next: [Double] = []
    // Each load has its own dice, so that the others stay as they are when one changes.
    var dice: [Randomness] = []
    for load in loads {
      var own = Randomness(seed: random.next())
      next.append(load.isEven ? load.every * own.unit() : own.exponential(mean: load.every))
      dice.append(own)
    }
    while jobs.count < 2 * Self.requestLimit {
      var first = 0
      for index in loads.indices where next[index] < next[first] { first = index }
      guard next[first] < length else { break }
      let load = loads[first]
      for _ in 0..<load.burst {
        var job = load.job
        job.arrival = next[first]
        let work = dice[first].lognormal(mean: load.work, sigma: load.spread)
        job.work = min(max(work, Self.shortest), Self.longest)
        job.origin = Self.origin(dice[first].unit(), load.from, places)
        jobs.append(job)
      }
      next[first] += load.isEven ? load.every : dice[first].exponential(mean: load.every)
    }
    return jobs
  }

  /// The bounds of a run's length in seconds.
  static let shortest = 0.01
  static let longest = 86400.0

  /// One of the nodes that are asked, and where none of them is left, any.
  private static func origin(_ chance: Double, _ from: Range<Int>, _ places: [Int]) -> Int {
    var left: [Int] = []
    for node in from where places[node] >= 0 { left.append(places[node]) }
    if left.isEmpty {
      for place in places where place >= 0 { left.append(place) }
    }
    return left.isEmpty ? 0 : left[min(Int(chance * Double(left.count)), left.count - 1)]
  }
}
