import Scoring
import Testing

@testable import Basics
@testable import Placement
@testable import Simulation

@Suite struct TroubleTests {
  private func home(_ count: Int) throws -> [SimulatedBoard] {
    try (0..<count).map { try Worlds.board("raspberry-pi-4", "pi-\($0)") }
  }

  @Test func theLargestIsKilledWhereMemoryIsFullAndComesAgain() throws {
    let board = try Worlds.board("raspberry-pi-4")
    var jobs = Worlds.jobs([20, 20, 20]) { $0.memory = board.memory / 3 }
    jobs[1].memory = board.memory / 2
    let policy = Fixed([0, 0, 0])
    let simulation = Simulation(Worlds.scenario([board], jobs), seed: 1)
    let outcome = simulation.run(policy)
    #expect(outcome.memoryKills >= 1 && outcome.unfinished == 0)
    #expect(policy.log.contains("-1@0"))
    #expect(!policy.log.prefix { $0 != "-1@0" }.contains { $0.hasPrefix("-") }, "\(policy.log)")
    #expect(simulation.progress[1].ended > simulation.progress[0].ended)
  }

  @Test func hearthPlacesNothingWhereItDoesNotFit() throws {
    let boards = try home(2)
    let jobs = Worlds.jobs(Array(repeating: 20, count: 6)) { $0.memory = boards[0].memory / 2 - (48 << 20) }
    let outcome = Simulation(Worlds.scenario(boards, jobs), seed: 1).run(nil)
    #expect(outcome.memoryKills == 0 && outcome.unfinished == 0 && outcome.waits > 0)
  }

  @Test func whatADyingNodeHadBeginsElsewhereOnceThatIsKnown() throws {
    var scenario = Worlds.scenario(try home(3), Worlds.jobs(Array(repeating: 60, count: 12)))
    scenario.crashes = [Scenario.Crash(node: 1, at: 10, seconds: 500)]
    for contestant in [Contestant.hearth, .oracle, .homeEdge] {
      let simulation = Simulation(scenario, seed: 1)
      let outcome = simulation.run(contestant.policy(1))
      #expect(outcome.unfinished == 0, "\(contestant.name)")
      let moved = simulation.progress.filter { $0.begun > 10 }
      #expect(outcome.moves == moved.count, "\(contestant.name): \(outcome.moves), \(moved.count)")
      #expect(moved.allSatisfy { $0.node != 1 && $0.begun >= 10 + Simulation.detection })
      if contestant.kind != .homeEdge { #expect(outcome.moves > 0) }
    }
  }

  @Test func aClientWhoseNodeIsDownAsksAgain() throws {
    var scenario = Worlds.scenario(try home(2), Worlds.jobs([5]) { $0.arrival = 10 })
    scenario.crashes = [Scenario.Crash(node: 0, at: 8, seconds: 6)]
    let outcome = Simulation(scenario, seed: 1).run(nil)
    #expect(outcome.unfinished == 0 && outcome.waits >= 4)
  }

  @Test func aChoiceCostsHearthAndItsRivalsTheSameButForItsWord() throws {
    // Far apart, so that nothing is chosen anew.
    let jobs = (0..<20).map { Job(arrival: 30 * Double($0 + 1), origin: $0 % 3, service: "job", work: 10) }
    let scenario = Worlds.scenario(try home(3), jobs)
    for contestant in Contestant.all where contestant.kind != .oracle {
      let simulation = Simulation(scenario, seed: 1)
      _ = simulation.run(contestant.policy(1))
      for (job, progress) in zip(jobs, simulation.progress) {
        let way = simulation.way(job.origin, progress.node)
        // Hearth's host answers, and starts nothing before it is told to begin.
        let ways = contestant.kind == .hearth ? 3.0 : 1
        let cost = job.origin == progress.node ? Simulation.writing : 2 * Simulation.writing + ways * way
        #expect((progress.begun - job.arrival - cost).magnitude < 1e-6, "\(contestant.name)")
      }
    }
  }

  @Test func theSameSeedGivesTheSame() throws {
    let scenarios = try Scenarios.all().filter { ["owners", "crashes"].contains($0.name) }
    #expect(scenarios.count == 2)
    for scenario in scenarios {
      var short = scenario
      short.load = { Array(scenario.load($0, &$1).prefix(60)) }
      for contestant in [Contestant.hearth, .oracle, .homeEdge] {
        let outcomes = (0..<2).map { _ in Trials.outcome(of: contestant, short, 7) }
        #expect(outcomes[0].slowdowns == outcomes[1].slowdowns)
        #expect(outcomes[0].energy == outcomes[1].energy)
        #expect(outcomes[0].slowdowns != Trials.outcome(of: contestant, short, 8).slowdowns)
      }
    }
  }
}
