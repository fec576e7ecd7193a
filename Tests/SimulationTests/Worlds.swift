import Scoring
import Simulation
import Testing

@testable import Basics
@testable import Placement

/// Small homes and streams of jobs for the tests.
enum Worlds {
  static func board(_ profile: String, _ name: String = "") throws -> SimulatedBoard {
    let found = try #require(try Profiles().all.first { $0.name == profile })
    return SimulatedBoard(name: name.isEmpty ? profile : name, profile: found)
  }

  static func scenario(_ boards: [SimulatedBoard], _ jobs: [Job]) -> Scenario {
    Scenario("test", "", boards: { _ in boards }, load: { _, _ in jobs })
  }

  /// Jobs of that work, all at once, to node 0.
  static func jobs(_ works: [Double], _ change: (inout Job) -> Void = { _ in }) -> [Job] {
    works.map {
      var job = Job(arrival: 1, origin: 0, service: "job", work: $0)
      change(&job)
      return job
    }
  }
}

/// Puts each job where it is told, at once.
final class Fixed: Policy {
  private let nodes: [Int]
  /// What was placed and what ended, in its order.
  private(set) var log: [String] = []

  init(_ nodes: [Int]) {
    self.nodes = nodes
    super.init("fixed", isClairvoyant: true)
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? { nodes[job] }
  override func placed(_ job: Int, on node: Int) { log.append("+\(job)@\(node)") }
  override func ended(_ job: Int, on node: Int) { log.append("-\(job)@\(node)") }
}
