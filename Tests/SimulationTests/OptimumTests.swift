import Scoring
import Testing

@testable import Basics
@testable import Placement
@testable import Simulation

/// What the best of all assignments would be, by trying them: the oracle is greedy, and this bounds what greed costs it.
///
/// Nodes do not touch each other, so that each subset of the jobs is simulated on each node once, and every assignment is
/// the sum of such parts.
private struct Optimum {
  /// The sums over all jobs: of seconds from request to end, and of slowdowns.
  var responses = Double.infinity
  var slowdowns = Double.infinity

  init(_ boards: [SimulatedBoard], _ jobs: [Job], _ ideals: [Double]) {
    let subsets = 1 << jobs.count
    let parts = boards.map { board in (0..<subsets).map { Self.part(board, jobs, ideals, $0) } }
    var assignments = 1
    for _ in jobs { assignments *= boards.count }
    for assignment in 0..<assignments {
      var left = assignment
      var subset = Array(repeating: 0, count: boards.count)
      for job in jobs.indices {
        subset[left % boards.count] |= 1 << job
        left /= boards.count
      }
      var (response, slowdown) = (0.0, 0.0)
      for (node, mask) in subset.enumerated() {
        response += parts[node][mask].response
        slowdown += parts[node][mask].slowdown
      }
      responses = min(responses, response)
      slowdowns = min(slowdowns, slowdown)
    }
  }

  private static func part(
    _ board: SimulatedBoard, _ jobs: [Job], _ ideals: [Double], _ subset: Int
  ) -> (response: Double, slowdown: Double) {
    let chosen = jobs.indices.filter { subset & 1 << $0 != 0 }
    var alone = chosen.map { jobs[$0] }
    for index in alone.indices { alone[index].origin = 0 }
    let simulation = Simulation(Worlds.scenario([board], alone), seed: 1)
    _ = simulation.run(Fixed(alone.map { _ in 0 }))
    var sums = (response: 0.0, slowdown: 0.0)
    for (number, job) in chosen.enumerated() {
      let seconds = simulation.progress[number].ended - jobs[job].arrival
      sums.response += seconds
      sums.slowdown += seconds / ideals[job]
    }
    return sums
  }
}

@Suite struct OptimumTests {
  /// How many times the optimum a choice was, over all cases.
  private struct Bound {
    var worst = 0.0
    var sum = 0.0
    var count = 0.0
    var mean: Double { sum / count }

    mutating func take(_ ratio: Double) {
      worst = max(worst, ratio)
      sum += ratio
      count += 1
    }
  }

  /// Six jobs that meet each other on three boards of any kind.
  private func world(_ random: inout Randomness) throws -> (boards: [SimulatedBoard], jobs: [Job]) {
    let names = [
      "raspberry-pi-3", "raspberry-pi-4", "raspberry-pi-5", "orange-pi-3", "hikey960", "generic-x86-64",
    ]
    let boards = try (0..<3).map { number in
      var board = try Worlds.board(names[random.below(names.count)], "node-\(number)")
      // The oracle does not know how warm a board will be, and neither does a part of the optimum.
      board.heat = nil
      return board
    }
    var time = 1.0
    let jobs = (0..<6).map { _ in
      time += random.exponential(mean: 2)
      var job = Job(
        arrival: time, origin: random.below(3), service: "job", work: random.lognormal(mean: 40, sigma: 1))
      // So few boards are full only by such jobs.
      if random.unit() < 0.5 { job.threads = 4 }
      return job
    }
    return (boards, jobs)
  }

  @Test func neitherTheOracleNorHearthIsFarFromTheOptimumOfSmallCases() throws {
    var (byEnd, bySlowdown, ends, slowdowns) = (Bound(), Bound(), Bound(), Bound())
    var random = Randomness(seed: 11)
    for _ in 0..<40 {
      let (boards, jobs) = try world(&random)
      let ideals = jobs.map { job in boards.map { $0.seconds(of: job) }.min() ?? 1 }
      let optimum = Optimum(boards, jobs, ideals)
      let count = Double(jobs.count)
      func run(_ policy: Policy?) -> Outcome {
        Simulation(Worlds.scenario(boards, jobs), seed: 1).run(policy)
      }
      let oracle = run(Oracle(.completion))
      let other = run(Oracle(.slowdown))
      let hearth = run(nil)
      for outcome in [oracle, other, hearth] {
        #expect(outcome.meanResponse * count >= optimum.responses * (1 - 1e-6))
        #expect(outcome.meanSlowdown * count >= optimum.slowdowns * (1 - 1e-6))
      }
      byEnd.take(oracle.meanResponse * count / optimum.responses)
      bySlowdown.take(other.meanSlowdown * count / optimum.slowdowns)
      ends.take(hearth.meanResponse * count / optimum.responses)
      slowdowns.take(hearth.meanSlowdown * count / optimum.slowdowns)
    }
    print(
      "of the optimum, mean and worst: oracle \(format(byEnd.mean, 3)) \(format(byEnd.worst, 3)),",
      "by slowdown \(format(bySlowdown.mean, 3)) \(format(bySlowdown.worst, 3)),",
      "Hearth's ends \(format(ends.mean, 3)) \(format(ends.worst, 3)),",
      "slowdowns \(format(slowdowns.mean, 3)) \(format(slowdowns.worst, 3))")
    #expect(byEnd.mean <= 1.03 && byEnd.worst <= 1.2)
    #expect(bySlowdown.mean <= 1.03 && bySlowdown.worst <= 1.25)
    // Hearth does not know how long a run is: a long one on a slow board is half of all seconds.
    #expect(ends.mean <= 1.15 && ends.worst <= 2.5)
    #expect(slowdowns.mean <= 1.1 && slowdowns.worst <= 1.5)
  }
}
