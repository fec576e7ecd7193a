import Simulation

/// Knows what it placed and what of that has not ended, as a manager's book does, and what nodes last told of themselves.
class Booking: Policy {
  /// Of each node, what has not ended.
  private(set) var runs: [Int: Int] = [:]
  /// As the requests say: a core for each thread.
  private(set) var cores: [Int: Double] = [:]
  private(set) var memory: [Int: Int64] = [:]
  private var jobs: [Job] = []

  final override func placed(_ job: Int, on node: Int) {
    book(job, on: node, 1)
  }

  final override func ended(_ job: Int, on node: Int) {
    book(job, on: node, -1)
  }

  private func book(_ job: Int, on node: Int, _ sign: Int) {
    runs[node, default: 0] += sign
    cores[node, default: 0] += Double(sign) * jobs[job].threads
    memory[node, default: 0] += Int64(sign) * Self.asked(jobs[job])
  }

  /// What a request says that it needs.
  private static func asked(_ job: Job) -> Int64 { job.tellsMemory ? job.memory : 0 }

  /// Whether what the requests ask for still fits there, by the book.
  final func holds(_ job: Int, on node: Int, _ simulation: Simulation) -> Bool {
    (memory[node] ?? 0) + Self.asked(simulation.jobs[job]) <= simulation.nodes[node].board.memory
  }

  /// The node that is up, as the asked node sees it, and has the least of something; the first of equals.
  final func least(_ job: Int, _ simulation: Simulation, _ value: (Int, Sight) -> Double?) -> Int? {
    if jobs.isEmpty { jobs = simulation.jobs }
    var best: (node: Int, value: Double)?
    let seen = simulation.seen[simulation.jobs[job].origin]
    for node in simulation.nodes.indices where seen[node].isUp {
      guard let value = value(node, seen[node]), value < best?.value ?? .infinity else { continue }
      best = (node, value)
    }
    return best?.node
  }
}
