import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Hosts that were counted dead and come back with what they ran.
@Suite struct ReturnTests {
  /// A home of three in which a run of node 0 may be on node 1 alone, and is there.
  private static func bound() throws -> (home: HomeWorld, run: RunID) {
    var home = HomeWorld(nodes: 3, scores: [10, 100, 50])
    var run = World.run(5, .container(arguments: ["busybox"]))
    run.constraints = [try Constraint(parsing: "node.id==" + HomeWorld.name(1))]
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    home.worlds[0].perform(
      try home.worlds[0].orchestrator.submit(run, command: command, at: home.worlds[0].now))
    home.run(milliseconds: 1000)
    #expect(home.hosts(of: run.id) == [1])
    return (home, run.id)
  }

  /// What nobody else could take goes on where it is.
  private static func expectUntouched(_ home: HomeWorld, _ id: RunID) {
    #expect(home.hosts(of: id) == [1] && home.state(id, of: 0) == .running)
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 1)
    #expect(home.worlds[0].orchestrator.run(id)?.orphans.isEmpty == true)
    #expect(home.worlds[0].orchestrator.run(id)?.host == "10.0.0.2")
    #expect(home.worlds[1].engine.starts[id] == 1, "it was started once")
    #expect(home.allFaults.isEmpty, "\(home.allFaults)")
  }

  @Test func aRunThatNobodyElseCouldTakeGoesOnWhenTheAgentOfItsHostIsBack() throws {
    var (home, id) = try Self.bound()
    home.crash(1)
    home.run(milliseconds: 6000)
    #expect(home.state(id, of: 0) == .placing && home.hosts(of: id) == [1])
    try home.heal()
    home.run(milliseconds: 10_000)
    Self.expectUntouched(home, id)
    home.worlds[1].engine.endPrograms(code: 4)
    home.run(milliseconds: 3000)
    #expect(home.state(id, of: 0) == .finished(exitCode: 4))
  }

  @Test func aRequesterWhoseLinkIsBackFindsItsRunWhereItWas() throws {
    var (home, id) = try Self.bound()
    home.part(0b001)
    home.run(milliseconds: 30_000)
    #expect(home.state(id, of: 0) == .placing && home.hosts(of: id) == [1], "the majority goes on")
    home.part(0)
    home.run(milliseconds: 10_000)
    Self.expectUntouched(home, id)
  }

  @Test func whatEndedMeanwhileStartsAnew() throws {
    var (home, id) = try Self.bound()
    home.crash(1, power: true)
    home.run(milliseconds: 6000)
    try home.heal()
    home.run(milliseconds: 15_000)
    #expect(home.hosts(of: id) == [1] && home.state(id, of: 0) == .running)
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 2 && home.worlds[1].engine.starts[id] == 2)
    #expect(home.allFaults.isEmpty)
  }

  @Test func whatTheHostHasLostStartsAnew() throws {
    var (home, id) = try Self.bound()
    home.crash(1)
    home.run(milliseconds: 6000)
    // Its disk went, and its container.
    home.worlds[1] = World(settings: home.worlds[1].orchestrator.settings)
    try home.heal()
    home.run(milliseconds: 15_000)
    #expect(home.hosts(of: id) == [1] && home.state(id, of: 0) == .running)
    #expect((home.worlds[0].orchestrator.run(id)?.attempt ?? 0) > 1 && home.allFaults.isEmpty)
  }

  @Test func attemptsAreNotNumberedTwice() throws {
    var (home, id) = try Self.bound()
    home.crash(1)
    home.run(milliseconds: 6000)
    try home.heal()
    home.run(milliseconds: 10_000)
    home.crash(1, power: true)
    home.run(milliseconds: 6000)
    try home.heal()
    home.run(milliseconds: 15_000)
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 2 && home.state(id, of: 0) == .running)
    home.worlds[0].stop(id)
    home.run(milliseconds: 5000)
    #expect(home.state(id, of: 0) == .stopped && home.hosts(of: id).isEmpty && home.allFaults.isEmpty)
  }

  @Test func aNodeCountsTheRunsThatItCarriesOutAndNoOthers() throws {
    var home = HomeWorld(nodes: 3, scores: [10, 100, 50])
    _ = try home.worlds[0].submit(1)
    home.run(milliseconds: 2000)
    #expect(home.worlds.map { $0.orchestrator.runsHere } == [0, 1, 0])
    #expect(home.worlds.map { $0.orchestrator.runsUnderWay } == [1, 1, 0])
    #expect(home.worlds[2].orchestrator.nodes.map { $0.runs } == [0, 1, 0])
  }
}
