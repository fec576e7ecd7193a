import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Runs in a home of several nodes, one situation at a time.
@Suite struct HomeTests {
  /// Two nodes of which the second is better, so that it is the host.
  private static func pair(_ nodes: Int = 2) -> HomeWorld {
    HomeWorld(nodes: nodes, scores: [10, 100] + Array(repeating: 50, count: nodes - 2))
  }

  /// Has the first node asked for a run, as `changes` wants it.
  private static func submit(_ home: inout HomeWorld, as changes: (inout Run) -> Void) throws -> RunID {
    var run = World.run(5, .container(arguments: ["busybox"]))
    changes(&run)
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    home.worlds[0].perform(
      try home.worlds[0].orchestrator.submit(run, command: command, at: home.worlds[0].now))
    return run.id
  }

  /// Asks for a run that is not to be started again where its host is lost.
  private static func submitToBeTold(_ home: inout HomeWorld) throws -> RunID {
    try submit(&home) { $0.onHostLoss = .tell }
  }

  @Test func theBestNodeRunsItAndTheRequesterTellsItsEnd() throws {
    var home = Self.pair()
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 1000)
    #expect(home.hosts(of: id) == [1])
    #expect(home.state(id, of: 0) == .running && home.worlds[0].placed == [id])
    #expect(home.worlds[0].orchestrator.run(id)?.host == "10.0.0.2")
    home.worlds[1].engine.endPrograms(code: 7)
    home.run(milliseconds: 2000)
    #expect(home.state(id, of: 0) == .finished(exitCode: 7))
    let announced = (home.worlds[0].announced[id] ?? []).filter { $0 != .starting }
    #expect(announced == [.accepted, .placing, .running, .finished(exitCode: 7)])
    #expect(home.worlds[0].disk[id]?["state"]?.string == "finished")
    #expect(home.worlds[1].engine.containers.isEmpty && home.allFaults.isEmpty)
  }

  @Test func aHostThatDiesCostsTheDetectionTimeAndOneStep() throws {
    var home = Self.pair(3)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 1000)
    #expect(home.hosts(of: id) == [1])
    home.crash(1, power: true)
    home.run(milliseconds: 3000 + 3 * HomeWorld.step)
    #expect(home.hosts(of: id) == [2])
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 2)
    try home.heal()
    home.run(milliseconds: 10_000)
    #expect(home.hosts(of: id) == [2], "the stale copy does not start again")
    #expect(home.worlds[0].orchestrator.run(id)?.orphans.isEmpty == true)
    #expect(home.allFaults.isEmpty)
  }

  @Test func aRunWhoseRequestWantsToBeToldFailsWithItsHost() throws {
    var home = Self.pair(3)
    let id = try Self.submitToBeTold(&home)
    home.run(milliseconds: 1000)
    #expect(home.hosts(of: id) == [1])
    home.crash(1)
    home.run(milliseconds: 4000)
    #expect(ContainerRunTests.failure(home.state(id, of: 0))?.kind == .lost)
    #expect(home.hosts(of: id) == [1], "its container outlives the agent")
    try home.heal()
    home.run(milliseconds: 6000)
    #expect(home.hosts(of: id).isEmpty, "and is revoked when the host is back")
    #expect(home.allFaults.isEmpty)
  }

  @Test(arguments: 0..<12)
  func aRequesterKilledAtAnyPointFindsItsRunAgain(point: Int) throws {
    var home = Self.pair(3)
    home.weather.delay = 200
    let id = try home.worlds[0].submit()
    home.worlds[0].flush()
    home.run(milliseconds: point * HomeWorld.step)
    home.crash(0)
    home.run(milliseconds: 1500)
    try home.heal()
    home.run(milliseconds: 60_000)
    #expect(home.hosts(of: id).count == 1 && home.state(id, of: 0) == .running)
    for index in home.worlds.indices { home.worlds[index].engine.endPrograms(code: 3) }
    home.run(milliseconds: 3000)
    #expect(home.state(id, of: 0) == .finished(exitCode: 3))
    #expect(home.allFaults.isEmpty)
  }

  @Test func aStopReachesTheHost() throws {
    var home = Self.pair()
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 1000)
    home.worlds[0].stop(id)
    home.run(milliseconds: 3000)
    #expect(home.state(id, of: 0) == .stopped && home.hosts(of: id).isEmpty)
    #expect(home.allFaults.isEmpty)
  }

  @Test func aHostThatCannotPullHandsOverToTheNext() throws {
    var home = Self.pair(3)
    home.worlds[1].engine.hasImage = false
    home.worlds[1].engine.refusals[.pull] = (500, "no route to the registry")
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 2000)
    #expect(home.hosts(of: id) == [2] && home.state(id, of: 0) == .running)
    let rows = home.worlds[0].orchestrator.run(id)?.placement?.rows ?? []
    #expect(rows.first?.node == HomeWorld.name(1))
    if case .refused(let reason)? = rows.first?.outcome {
      #expect(reason.contains("no route"))
    } else {
      Issue.record("expected the reason of the refusal")
    }
    #expect(home.allFaults.isEmpty)
  }

  @Test func whatFailsEverywhereInTheSameWayFailsWithThatAndOnce() throws {
    var home = Self.pair(3)
    for index in home.worlds.indices {
      home.worlds[index].engine.hasImage = false
      home.worlds[index].engine.refusals[.pull] = (500, "dial tcp: no route to host")
    }
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 3000)
    #expect(ContainerRunTests.failure(home.state(id, of: 0))?.kind == .pull)
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 3)
    #expect(home.allFaults.isEmpty)
  }

  @Test func whatNoNodeMayRunIsRefusedWithTheReasonsAndNotKept() throws {
    var home = Self.pair(3)
    var run = World.run(5, .container(arguments: ["busybox"]))
    run.constraints = [try Constraint(parsing: "node.hostname==kitchen")]
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    let now = home.worlds[0].now
    var refusal: RunRefusal?
    do throws(RunRefusal) {
      _ = try home.worlds[0].orchestrator.submit(run, command: command, at: now)
    } catch {
      refusal = error
    }
    guard case .noHost(let reasons) = refusal else { return #expect(Bool(false), "accepted") }
    #expect(reasons.contains("node.hostname==kitchen"))
    home.run(milliseconds: 500)
    #expect(home.worlds[0].orchestrator.run(run.id) == nil && home.worlds[0].orchestrator.runsUnderWay == 0)
  }

  @Test func aCutOffHostStopsWhatTheOthersStartAgain() throws {
    var home = Self.pair(4)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 1000)
    home.part(0b0010)
    home.run(milliseconds: 5000)
    #expect(home.hosts(of: id).count == 1 && home.hosts(of: id) != [1])
    try home.heal()
    home.run(milliseconds: 8000)
    #expect(home.hosts(of: id).count == 1 && home.state(id, of: 0) == .running)
    #expect(home.allFaults.isEmpty)
  }

  @Test func aRequesterThatIsCutOffLeavesItsRunsToTheMajorityUntilItIsBack() throws {
    var home = Self.pair(4)
    home.worlds[0].orchestrator.settings.home.placingGrace = .seconds(60)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 1000)
    home.crash(0)
    home.run(milliseconds: 30_000)
    #expect(home.hosts(of: id) == [1])
    try home.heal()
    home.run(milliseconds: 5000)
    #expect(home.hosts(of: id) == [1] && home.state(id, of: 0) == .running)
    #expect(home.worlds[0].orchestrator.run(id)?.attempt == 1)
    #expect(home.allFaults.isEmpty)
  }

  @Test func aHostThatLeavesForAnUpgradeKeepsItsRunAndOneThatStaysAwayLosesIt() throws {
    for isBrief in [true, false] {
      var home = Self.pair(3)
      let id = try home.worlds[0].submit()
      home.run(milliseconds: 1000)
      home.weather.detection = 1_000_000...1_000_001
      home.crash(1, power: !isBrief)
      var left = try #require(home.worlds[0].orchestrator.nodes.first { $0.id == HomeWorld.name(1) })
      left.state = .left
      home.worlds[0].perform(home.worlds[0].orchestrator.update(node: left, at: home.worlds[0].now))
      home.run(milliseconds: isBrief ? 10_000 : 35_000)
      if isBrief {
        try home.restart(1)
        home.run(milliseconds: 3000)
      }
      #expect(home.hosts(of: id) == [isBrief ? 1 : 2])
      #expect(home.worlds[0].orchestrator.run(id)?.attempt == (isBrief ? 1 : 2))
      #expect(home.allFaults.isEmpty)
    }
  }

  @Test func withoutAnotherNodeARunWaitsForOneAndNotForEver() throws {
    for returns in [true, false] {
      var home = Self.pair()
      let id = try Self.submit(&home) { $0.allowsSelf = false }
      home.run(milliseconds: 1000)
      home.crash(1, power: true)
      home.run(milliseconds: 20_000)
      #expect(home.state(id, of: 0) == .placing)
      if returns {
        try home.heal()
        home.run(milliseconds: 8000)
        #expect(home.hosts(of: id) == [1])
      } else {
        home.run(milliseconds: 50_000)
        #expect(ContainerRunTests.failure(home.state(id, of: 0))?.kind == .noHost)
      }
      #expect(home.allFaults.isEmpty)
    }
  }

  /// Takes a run while the own Engine has just gone, another node is dying, and the third's Engine hangs: kills of three
  /// nodes under load found that this was its end.
  private static func submitInABadMoment(_ home: inout HomeWorld) throws -> RunID {
    home.worlds[0].engineGoes(afterEffect: false)
    home.worlds[2].orchestrator.engineHangs = true
    home.crash(1)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 5000)
    return id
  }

  @Test(arguments: [10, 30, 50])
  func whatWasPromisedOutlivesAMomentInWhichNoEngineIsThere(seconds: Int) throws {
    for restarts in [false, true] {
      var home = HomeWorld(nodes: 3, scores: [10, 100, 50])
      let id = try Self.submitInABadMoment(&home)
      #expect(home.worlds[0].placed.contains(id), "this node waits for its own Engine")
      home.run(milliseconds: seconds * 1000)
      if restarts {
        home.crash(0)
        try home.restart(0)
        home.run(milliseconds: 8000)
      }
      #expect(home.state(id, of: 0) == .placing && home.hosts(of: id).isEmpty)
      home.worlds[2].orchestrator.engineHangs = false
      home.run(milliseconds: 12_000)
      #expect(home.hosts(of: id) == [2] && home.state(id, of: 0) == .running)
      try home.heal()
      home.run(milliseconds: 5000)
      #expect(home.hosts(of: id) == [2] && home.allFaults.isEmpty)
    }
  }

  @Test func whatNoNodeTakesForAMinuteFailsWithTheReasons() throws {
    var home = HomeWorld(nodes: 3, scores: [10, 100, 50])
    let id = try Self.submitInABadMoment(&home)
    home.run(milliseconds: 80_000)
    let failure = try #require(ContainerRunTests.failure(home.state(id, of: 0)))
    #expect(failure.kind == .noHost && failure.reason.contains("engine") && failure.reason.contains("dead"))
    #expect(home.allFaults.isEmpty)
  }

  @Test func whoStillWaitsForTheAnswerIsToldAtOnceThatNoNodeTakesIt() throws {
    var home = HomeWorld(nodes: 2, scores: [10, 100])
    home.worlds[1].orchestrator.engineHangs = true
    let id = try Self.submit(&home) { $0.allowsSelf = false }
    home.run(milliseconds: 1000)
    #expect(ContainerRunTests.failure(home.state(id, of: 0))?.kind == .noHost)
    #expect(home.allFaults.isEmpty)
  }

  @Test func anAnswerThatIsLostDoesNotDoubleTheRun() throws {
    for seed in 0..<20 as Range<UInt64> {
      var home = HomeWorld(nodes: 3, seed: seed, scores: [10, 100, 50])
      home.weather.lostPercent = 50
      let id = try home.worlds[0].submit()
      home.run(milliseconds: 3000)
      home.weather.lostPercent = 20
      home.run(milliseconds: 20_000)
      home.weather.lostPercent = 0
      home.run(milliseconds: 15_000)
      #expect(home.hosts(of: id).count == 1 && home.state(id, of: 0) == .running, "seed \(seed)")
      let starts = home.worlds.reduce(0) { $0 + $1.engine.starts[id, default: 0] }
      #expect(starts == 1, "seed \(seed): nobody died, and it started \(starts) times")
      #expect(home.allFaults.isEmpty, "seed \(seed)")
    }
  }

  @Test func aSilentHostCostsOneTimeoutAndStartsNothingWhenItIsBack() throws {
    var home = Self.pair(3)
    home.weather.detection = 60_000...60_000
    home.part(0b010)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 3000 + 4 * HomeWorld.step)
    #expect(home.hosts(of: id) == [2])
    home.part(0)
    home.run(milliseconds: 20_000)
    #expect(home.hosts(of: id) == [2] && home.worlds[1].engine.starts[id] == nil)
    #expect(home.worlds[0].orchestrator.run(id)?.orphans.isEmpty == true && home.allFaults.isEmpty)
  }

  @Test func whatItsHostGivesBackUnstartedIsNotLost() throws {
    var home = Self.pair(3)
    let id = try Self.submitToBeTold(&home)
    while home.worlds[1].disk[id] == nil { home.step() }
    home.weather.lostPercent = 100
    home.run(milliseconds: 20_000)
    #expect(ContainerRunTests.failure(home.state(id, of: 1))?.kind == .givenBack)
    home.weather.lostPercent = 0
    home.run(milliseconds: 6000)
    #expect(home.state(id, of: 0) == .running && home.hosts(of: id).count == 1)
    #expect(home.worlds[0].orchestrator.nodes.allSatisfy { $0.failures == 0 } && home.allFaults.isEmpty)
  }

  @Test func aHostThatHeardNoWordIsToldAgain() throws {
    var home = Self.pair(3)
    let id = try home.worlds[0].submit()
    // Its answer is on the way.
    while home.worlds[1].disk[id] == nil { home.step() }
    home.weather.lostPercent = 100
    home.run(milliseconds: 1000)
    #expect(home.hosts(of: id).isEmpty && home.worlds[0].placed == [id])
    home.weather.lostPercent = 0
    home.run(milliseconds: 4000)
    #expect(home.hosts(of: id) == [1] && home.state(id, of: 0) == .running && home.allFaults.isEmpty)
  }

  @Test func aBurstSpreadsOverEqualNodes() throws {
    var home = HomeWorld(nodes: 5)
    var ids: [RunID] = []
    for number in 0..<10 as Range<UInt64> { ids.append(try home.worlds[0].submit(number)) }
    home.run(milliseconds: 1500)
    var counts = Array(repeating: 0, count: 5)
    for id in ids { for host in home.hosts(of: id) { counts[host] += 1 } }
    #expect(counts == [2, 2, 2, 2, 2])
    #expect(home.allFaults.isEmpty)
  }
}
