import Scoring

/// What comes of one home under its load, over several simulations of Hearth's own placement.
package final class HomeTrial {
  /// How this home differs from the file's.
  package let change: HomeFile.Change
  private let file: HomeFile
  private let scenario: Scenario
  /// Simulations so far.
  package private(set) var runs = 0
  /// In the order of the file.
  package private(set) var nodes: [Node] = []
  /// Of each load in the order of the file, and behind them of all.
  package private(set) var loads: [Figures]
  /// Runs that the kernel killed because a node's memory was full, and that were begun elsewhere because their host died;
  /// in all simulations together.
  package private(set) var kills = 0
  /// Runs that were begun elsewhere because their host died.
  package private(set) var moves = 0

  /// A node in all simulations together.
  package final class Node {
    /// What it is called, as `kitchen-2`.
    package let name: String
    /// Its profile's name.
    package let board: String
    /// Runs that it brought to their end.
    package var finished = 0
    /// Sums of the shares of its cores' time that were used, and of the seconds in which heat slowed it.
    var busy = 0.0
    var throttled = 0.0
    /// Degrees Celsius; nil where nobody knows how it warms up.
    package var celsius: Double?
    /// Bytes that runs had at most, and that there are.
    package var memoryUsed: Int64 = 0
    /// Bytes that programs can have.
    package let memory: Int64
    /// Sum of watts; nil where the profile does not know.
    var power: Double?

    init(_ board: SimulatedBoard) {
      name = board.name
      self.board = board.profile.name
      memory = board.memory
      if board.heat != nil { celsius = 0 }
      if board.profile.power.idle != nil, board.profile.power.full != nil { power = 0 }
    }
  }

  /// Requests of one kind, or all.
  package final class Figures {
    /// The load's name; empty for all.
    package let name: String
    /// How many came.
    package fileprivate(set) var requests = 0
    /// That no node would have at once.
    fileprivate var waited = 0
    fileprivate var unfinished = 0
    fileprivate var sum = 0.0
    fileprivate var slowdowns: [Double] = []

    init(_ name: String) {
      self.name = name
    }

    /// Sorts by exchanges over shrinking distances (Shell).
    fileprivate func sort() {
      var distance = slowdowns.count / 2
      while distance > 0 {
        for end in distance..<slowdowns.count {
          var place = end
          while place >= distance, slowdowns[place - distance] > slowdowns[place] {
            slowdowns.swapAt(place, place - distance)
            place -= distance
          }
        }
        distance = distance * 5 / 11
      }
    }

    /// How many times as long a run takes, from its request on, as on the best node of the whole home alone.
    package var slowdown: Double { sum / Double(max(requests, 1)) }
    /// All but one in a hundred take less.
    package var slowest: Double {
      slowdowns.isEmpty ? 0 : slowdowns[min(slowdowns.count * 99 / 100, slowdowns.count - 1)]
    }
    /// The share 0...1 that no node would have at once.
    package var waitedShare: Double { Double(waited) / Double(max(requests, 1)) }
    /// Of those that had not ended when the simulation did, which count with the time that they had.
    package var unfinishedShare: Double { Double(unfinished) / Double(max(requests, 1)) }
  }

  /// A trial of the home, with one node less or more.
  package init(_ file: HomeFile, _ change: HomeFile.Change) {
    self.file = file
    self.change = change
    scenario = file.scenario(change)
    loads = []
    for load in file.loads { loads.append(Figures(load.name)) }
    loads.append(Figures(""))
  }

  /// Of all requests.
  package var all: Figures { loads[loads.count - 1] }

  /// Watts of all nodes whose profiles know; nil where none does.
  package var power: Double? {
    var sum: Double?
    for node in nodes {
      if let power = power(of: node) { sum = (sum ?? 0) + power }
    }
    return sum
  }

  /// Watts of one node, a mean over its time; nil where its profile does not know.
  package func power(of node: Node) -> Double? {
    guard let power = node.power else { return nil }
    return power / Double(max(runs, 1))
  }

  /// 0...1.
  package func busy(_ node: Node) -> Double { node.busy / Double(max(runs, 1)) }

  /// Seconds in one simulation.
  package func throttled(_ node: Node) -> Double { node.throttled / Double(max(runs, 1)) }

  /// The effort of one simulation at most: some seconds. Homes that do their work need a tenth.
  static let effortLimit = 20_000_000

  /// Lets one more simulation happen: in that of the same number all homes have the same requests.
  ///
  /// - Returns: false where it was given up, because too many runs wait at a time.
  @discardableResult
  package func simulate() -> Bool {
    let simulation = Simulation(scenario, seed: file.seed &+ UInt64(runs))
    // Who is asked for too much never comes to an end.
    simulation.pass(nil, limit: 2 * file.length + 600, effort: Self.effortLimit)
    guard !simulation.isGivenUp else { return false }
    runs += 1
    kills += simulation.memoryKills
    moves += simulation.moves
    for index in simulation.jobs.indices {
      count(simulation.jobs[index], simulation.progress[index], simulation.now)
    }
    for load in loads { load.sort() }
    for node in simulation.nodes { count(node, simulation.now) }
    return true
  }

  private func count(_ job: Job, _ progress: Simulation.Progress, _ now: Double) {
    var best = Double.greatestFiniteMagnitude
    for group in file.groups { best = min(best, group.board.seconds(of: job)) }
    let slowdown = ((progress.ended >= 0 ? progress.ended : now) - job.arrival) / best
    for index in loads.indices where index == loads.count - 1 || loads[index].name == job.service {
      let load = loads[index]
      load.requests += 1
      load.sum += slowdown
      load.slowdowns.append(slowdown)
      if progress.waits > 0 { load.waited += 1 }
      if progress.ended < 0 { load.unfinished += 1 }
    }
  }

  private func count(_ node: SimulatedNode, _ now: Double) {
    let board = node.board
    if node.index == nodes.count { nodes.append(Node(board)) }
    let own = nodes[node.index]
    let seconds = max(now, 1)
    own.finished += node.finished
    own.busy += node.busySeconds / (seconds * board.speeds.count)
    own.throttled += node.throttledSeconds
    own.memoryUsed = max(own.memoryUsed, node.highestMemory)
    if let celsius = own.celsius { own.celsius = max(celsius, node.highestCelsius) }
    if let power = own.power { own.power = power + node.energy / seconds }
  }
}

/// What homes with a node less or more say of the nodes that are there.
package struct HomeVerdict: Sendable {
  /// The groups one node of which is missed most, and one node more of which would help most.
  package var best: Int?
  /// The group one node more of which would help most.
  package var more: Int?
  /// The group one node of which could be switched off: runs would take a twentieth longer at most, and hardly more of
  /// them would wait or not end.
  package var spare: Int?
  /// The indices of the trials, those with the shortest runs first.
  package var order: [Int] = []

  private static let hardly = 1.05
  /// What more of the requests may wait.
  private static let few = 0.005
  /// Less is not worth a word.
  private static let felt = 1.01

  /// - Parameter trials: of all changes; the first of none.
  package init(_ trials: [HomeTrial]) {
    guard let home = trials.first else { return }
    let own = home.all
    var missed = own.slowdown * Self.felt
    var gained = own.slowdown / Self.felt
    var least = Double.greatestFiniteMagnitude
    for index in trials.indices {
      let trial = trials[index]
      let all = trial.all
      order.append(index)
      var place = index
      while place > 0, trials[order[place - 1]].all.slowdown > all.slowdown {
        order.swapAt(place, place - 1)
        place -= 1
      }
      switch trial.change {
      case .none: break
      case .without(let group):
        if all.slowdown > missed {
          missed = all.slowdown
          best = group
        }
        // Of several the one without which least is drawn, or where nobody knows, with which runs are shortest.
        let cost = trial.power ?? all.slowdown
        if all.slowdown <= own.slowdown * Self.hardly, all.waitedShare <= own.waitedShare + Self.few,
          all.unfinishedShare <= own.unfinishedShare, cost < least
        {
          least = cost
          spare = group
        }
      case .more(let group):
        if all.slowdown < gained {
          gained = all.slowdown
          more = group
        }
      }
    }
  }
}
