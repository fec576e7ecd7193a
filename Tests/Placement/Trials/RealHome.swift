import Foundation
import Scoring
import Simulation

/// The home and the stream of `Tests/lab/bench/placement-real`, simulated: what the simulator says of the same jobs.
struct RealHome {
  private struct File: Decodable {
    struct Description: Decodable {
      struct Node: Decodable {
        var name: String
        var mips: Double
        var memoryMiB: Int64
      }
      struct Job: Decodable {
        var at: Double
        var work: Double
        var memoryMiB: Int64
      }
      var nodes: [Node]
      var hub: String
      var jobs: [Job]
      var start: Double?
    }
    struct Measured: Decodable {
      var policy: String
      var meanSlowdown: Double
      var p99Slowdown: Double
      var makespan: Double
    }
    var description: Description
    var policies: [Measured]
  }

  private let file: File

  /// Reads what `placement-real` has written.
  init(_ path: String) throws {
    file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// By the bench's names of policies.
  private static let contestants = [
    "hearth": "Hearth", "round-robin": "round robin", "spread": "spread (Swarm)", "home-edge": "Home Edge",
    "home-edge-others": "Home Edge, self excluded",
  ]

  /// Of a simulation there are so many, with other delays and phases of samples.
  private static let seeds = 1...20

  private var scenario: Scenario {
    let description = file.description
    let boards = description.nodes.map { node in
      var board = SimulatedBoard(name: node.name, profile: .unknown)
      board.speeds = CoreSpeeds()
      board.speeds.add(1, speed: node.mips)
      board.memory = node.memoryMiB << 20
      board.latency = 0.0001
      board.heat = nil
      return board
    }
    let hub = description.nodes.firstIndex { $0.name == description.hub } ?? 0
    let jobs = description.jobs.map { item in
      var job = Job(arrival: item.at, origin: hub, service: "work", work: item.work / Estimate.referenceSpeed)
      job.memory = item.memoryMiB << 20
      return job
    }
    return Scenario("real", "", boards: { _ in boards }, load: { _, _ in jobs })
  }

  /// The table: each policy's mean slowdown as measured and as simulated, and how far they are apart.
  func report() -> String {
    let start = file.description.start ?? 0
    let fastest = file.description.nodes.map(\.mips).max() ?? 1
    // What a start costs, in the time of each job alone.
    let share =
      file.description.jobs.reduce(0) { $0 + start * fastest / $1.work }
      / Double(max(file.description.jobs.count, 1))
    var text = "policy             measured  simulated  measured/simulated  makespan  simulated\n"
    for measured in file.policies {
      guard let name = Self.contestants[measured.policy],
        let contestant = Contestant.all.first(where: { $0.name == name })
      else { continue }
      let outcomes = Self.seeds.map { Trials.outcome(of: contestant, scenario, $0) }
      let count = Double(outcomes.count)
      let mean = outcomes.reduce(0) { $0 + $1.meanSlowdown } / count + share
      let makespan = outcomes.reduce(0) { $0 + $1.makespan } / count
      text += measured.policy.padding(toLength: 17, withPad: " ", startingAt: 0)
      text += String(
        format: "  %8.2f  %9.2f  %18.2f  %6.0f s  %7.0f s\n", measured.meanSlowdown, mean,
        measured.meanSlowdown / mean, measured.makespan, makespan)
    }
    return text + "A start is taken for \(start) s in each job, as measured on idle boards.\n"
  }
}
