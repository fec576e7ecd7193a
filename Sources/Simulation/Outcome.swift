import Scoring

/// What came of a simulation.
package struct Outcome: Sendable {
  /// How many times longer each job took, from its request on, than on the best node of the home alone; sorted.
  package let slowdowns: [Double]
  /// The mean of those.
  package let meanSlowdown: Double
  /// Of the time from request to end, in seconds.
  package let meanResponse: Double
  /// Seconds from the first request to the last end.
  package let makespan: Double
  /// Jobs that had not ended when the simulation did.
  package let unfinished: Int
  /// Runs that the kernel killed because a node's memory was full.
  package let memoryKills: Int
  /// Seconds in which a node was slowed by heat, of all nodes together.
  package let throttledSeconds: Double
  /// Watt hours above idling are part of it; of the nodes whose profile knows what they draw.
  package let energy: Double
  /// Runs that were begun on another node because their host died.
  package let moves: Int
  /// How often a request had to be asked again because no node would have it.
  package let waits: Int
  /// Of each node: runs that it finished, and the share of its cores' time that was used.
  package let nodes: [Share]

  /// What one node did.
  package struct Share: Sendable {
    /// What it is called.
    package var name: String
    /// Runs that it brought to their end.
    package var finished: Int
    /// Of its cores' time, 0...1.
    package var busyShare: Double
    /// Seconds in which heat slowed it.
    package var throttledSeconds: Double
  }

  init(_ simulation: Simulation) {
    var slowdowns: [Double] = []
    var sum = 0.0
    var response = 0.0
    var end = 0.0
    var missing = 0
    for (job, progress) in zip(simulation.jobs, simulation.progress) {
      // What never ended counts with the time it had.
      let ended = progress.ended >= 0 ? progress.ended : simulation.now
      if progress.ended < 0 { missing += 1 }
      let ideal = simulation.nodes.map { $0.board.seconds(of: job) }.min() ?? 1
      slowdowns.append((ended - job.arrival) / ideal)
      sum += (ended - job.arrival) / ideal
      response += ended - job.arrival
      end = max(end, ended)
    }
    slowdowns.sort()
    self.slowdowns = slowdowns
    let count = Double(max(simulation.jobs.count, 1))
    meanSlowdown = sum / count
    meanResponse = response / count
    makespan = end - (simulation.jobs.first?.arrival ?? 0)
    unfinished = missing
    memoryKills = simulation.memoryKills
    moves = simulation.moves
    waits = simulation.waits
    let seconds = max(simulation.now, 1e-9)
    throttledSeconds = simulation.nodes.reduce(0) { $0 + $1.throttledSeconds }
    energy = simulation.nodes.reduce(0) { $0 + $1.energy }
    nodes = simulation.nodes.map {
      Share(
        name: $0.board.name, finished: $0.finished,
        busyShare: $0.busySeconds / (seconds * $0.board.speeds.count), throttledSeconds: $0.throttledSeconds)
    }
  }

  /// The slowdown that this share of the jobs stays below.
  package func slowdown(at share: Double) -> Double {
    guard !slowdowns.isEmpty else { return 0 }
    return slowdowns[min(Int(Double(slowdowns.count) * share), slowdowns.count - 1)]
  }
}
