import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// A host and a requester that is not there: what is said to its questions.
@Suite struct HostedRunTests {
  private static func asked(_ attempt: Int = 1, native: Bool = false, by node: String = "r") throws -> Run {
    var run = World.run(1, native ? .native(command: ["blink"]) : .container(arguments: ["busybox"]))
    run.attempt = attempt
    run.callback = "http://10.0.0.9/"
    let json = try JSON.parse(run.askBody(from: node))
    return try #require(Run(asked: json, host: "node-1"))
  }

  /// The run is prepared, and then its requester commits.
  private static func commit(_ world: inout World, _ number: UInt64 = 1, attempt: Int = 1) {
    world.settle()
    #expect(World.commit(&world, RunID(random: number), attempt: attempt))
    world.settle()
  }

  @Test(arguments: [false, true]) func nothingStartsBeforeTheRequesterSaysSo(isNative: Bool) throws {
    var world = World()
    let run = try Self.asked(native: isNative)
    _ = try World.host(&world, run)
    world.settle()
    #expect(world.state(run.id) == .starting && world.engine.starts.isEmpty && world.programs.isEmpty)
    #expect(world.engine.containers.count == (isNative ? 0 : 1), "it is ready")
    for (attempt, node) in [(2, "r"), (0, "r"), (1, "thief")] {
      let (isThere, directives) = world.orchestrator.commitHosted(
        run.id, attempt: attempt, of: node, at: world.now)
      #expect(!isThere && directives.isEmpty)
    }
    Self.commit(&world)
    Self.commit(&world)
    if isNative {
      #expect(world.programs[run.id]?.spawns == 1)
    } else {
      #expect(world.state(run.id) == .running && world.engine.starts[run.id] == 1)
    }
    #expect(world.faults.isEmpty)
  }

  @Test func theCommitMayComeBeforeItIsReady() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    world.flush()
    World.commit(&world, run.id)
    world.settle()
    #expect(world.state(run.id) == .running)
  }

  /// Kills under load found it: given up as one that never began, it began elsewhere, too.
  @Test(arguments: [OnHostLoss.tell, .restart], [false, true])
  func aStartThatTheEngineHidesIsNeverTakenForNoneWhereItIsOnlyToBeTold(onLoss: OnHostLoss, restarts: Bool)
    throws
  {
    var world = World()
    var run = try Self.asked()
    run.onHostLoss = onLoss
    _ = try World.host(&world, run)
    world.flush()
    World.commit(&world, run.id)
    for _ in 0..<40 where !world.calls.contains(where: { $0.step == .start }) { _ = world.advance() }
    world.engineGoes(afterEffect: true)
    if restarts { try world.restart() }
    #expect(world.engine.containers.map { $0.state.running } == [true])
    for _ in 0..<50 { world.tick() }
    #expect(world.state(run.id)?.isFinal == (onLoss == .restart))
    for _ in 0..<15 { world.tick() }
    #expect(ContainerRunTests.failure(world.state(run.id))?.kind == (onLoss == .tell ? .lost : .engine))
  }

  @Test func aRunWhoseRequesterSaysNothingIsGivenBackAndLeavesNothing() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    for _ in 0..<17 {
      world.settle()
      world.tick()
    }
    world.settle()
    #expect(ContainerRunTests.failure(world.state(run.id))?.kind == .givenBack)
    #expect(world.engine.starts.isEmpty && world.engine.containers.isEmpty && world.faults.isEmpty)
    // The commit comes too late: the run is known here, and its end has been told.
    #expect(world.orchestrator.commitHosted(run.id, attempt: 1, of: "r", at: world.now).isThere)
    world.settle()
    #expect(world.engine.starts.isEmpty)
  }

  @Test func aRunThatIsRevokedBeforeTheCommitNeverStarts() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    world.settle()
    World.revoke(&world, run.id)
    Self.commit(&world)
    #expect(world.state(run.id) == .stopped && world.engine.starts.isEmpty && world.engine.containers.isEmpty)
  }

  @Test func itIsAnsweredOnceItIsOnDiskAndAgainTheSame() throws {
    var world = World()
    let run = try Self.asked()
    #expect(try World.host(&world, run) == .persisting)
    #expect(try World.host(&world, run) == .persisting && world.outbox.isEmpty)
    world.settle()
    let placed = world.outbox.count { if case .placed = $0 { true } else { false } }
    #expect(placed == 1 && world.placed.isEmpty)
    #expect(try World.host(&world, run) == .accepted)
    Self.commit(&world)
    #expect(world.state(run.id) == .running && world.engine.starts[run.id] == 1)
    #expect(world.orchestrator.run(run.id)?.callback == "", "the requester tells it")
    #expect(world.orchestrator.hostedRuns(of: "r").map(\.id) == [run.id])
    #expect(world.orchestrator.hostedRuns(of: "other").isEmpty)
  }

  @Test func aLaterAttemptStopsTheEarlierOneAndComesInAfterwards() throws {
    var world = World()
    _ = try World.host(&world, Self.asked(1))
    world.settle()
    guard case .refused = try World.host(&world, Self.asked(2)) else {
      Issue.record("two copies would run")
      return
    }
    world.settle()
    #expect(try World.host(&world, Self.asked(2)) == .persisting)
    Self.commit(&world, attempt: 2)
    let id = RunID(random: 1)
    #expect(world.orchestrator.run(id)?.attempt == 2 && world.state(id) == .running)
    #expect(world.orchestrator.runsUnderWay == 1 && world.orchestrator.runs.count == 1)
    guard case .refused = try World.host(&world, Self.asked(1)) else {
      Issue.record("an old request begins anew")
      return
    }
    world.drain()
    #expect(world.engine.containers.isEmpty && world.faults.isEmpty)
  }

  @Test func whatWasRevokedBeforeItCameIsRefused() throws {
    var world = World()
    let run = try Self.asked(3)
    #expect(world.orchestrator.stopHosted(run.id, attempt: 3, of: "r", at: world.now).isOver)
    guard case .refused = try World.host(&world, run) else {
      Issue.record("a request that was overtaken begins")
      return
    }
    #expect(try World.host(&world, Self.asked(4)) == .persisting)
  }

  @Test func aRevocationIsOverWhenTheEndIsOnDisk() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    world.settle()
    #expect(!World.revoke(&world, run.id))
    world.settle()
    #expect(world.orchestrator.stopHosted(run.id, attempt: 1, of: "r", at: world.now).isOver)
    #expect(world.state(run.id) == .stopped)
  }

  @Test func aHostIsToldOnceHowFastARunWasAndByNobodyElse() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    Self.commit(&world)
    world.engine.endPrograms(code: 0)
    world.settle()
    World.revoke(&world, run.id, of: "thief", speed: 0.5)
    #expect(world.orchestrator.calibration == SpeedCalibration())
    var once = SpeedCalibration()
    once.learn(speed: 0.5)
    World.revoke(&world, run.id, speed: 0.5)
    World.revoke(&world, run.id, speed: 0.5)
    #expect(world.orchestrator.calibration == once && once.factor < 1)
  }

  @Test func nobodyElseCanRevokeOrReplaceARun() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    Self.commit(&world)
    World.revoke(&world, run.id, attempt: 9, of: "thief")
    guard case .refused = try World.host(&world, Self.asked(9, by: "thief")) else {
      Issue.record("a foreign node replaces a run")
      return
    }
    world.settle()
    #expect(world.state(run.id) == .running)
  }

  @Test func whoRevokesAForeignRunDoesNotBlockItsNextAttempt() throws {
    var world = World()
    let run = try Self.asked()
    _ = try World.host(&world, run)
    world.settle()
    #expect(world.orchestrator.stopHosted(run.id, attempt: .max, of: "thief", at: world.now).isOver)
    guard case .refused(let reason) = try World.host(&world, Self.asked(2)) else {
      Issue.record("two copies would run")
      return
    }
    #expect(reason == "an earlier attempt is being stopped")
    world.settle()
    #expect(try World.host(&world, Self.asked(2)) == .persisting)
  }

  @Test func longRunsOfOthersAreHeldUpToABoundAndEndedOnesMakeRoom() throws {
    var world = World()
    world.orchestrator.settings.home.hostedBytes = 100_000
    func long(_ number: UInt64) throws -> Run {
      var run = World.run(number, .container(arguments: ["busybox", String(repeating: "x", count: 40_000)]))
      run.attempt = 1
      return try #require(Run(asked: JSON.parse(run.askBody(from: "r")), host: "node-1"))
    }
    #expect(try World.host(&world, long(1)) == .persisting)
    Self.commit(&world)
    #expect(try World.host(&world, long(2)) == .persisting)
    Self.commit(&world, 2)
    guard case .refused(let reason) = try World.host(&world, long(3)) else {
      Issue.record("the bound is none")
      return
    }
    #expect(reason.contains("100000 bytes"))
    #expect(world.state(RunID(random: 1)) == .running)
    World.revoke(&world, RunID(random: 1))
    world.settle()
    #expect(try World.host(&world, long(3)) == .persisting)
    #expect(world.orchestrator.run(RunID(random: 1)) == nil)
    world.settle()
    #expect(world.orchestrator.runsUnderWay == 2 && world.faults.isEmpty)
  }

  @Test func whatAHostReportsIsBoundedAndObeysNoTerminal() throws {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.state = .failed(
      RunFailure(.create, "\u{1B}[2J\u{9B}31m\nno" + String(repeating: "é", count: 1 << 16)))
    run.times = RunTimes(accepted: .min, started: .max, ended: -5)
    let report = try #require(Run(report: run.json))
    guard case .failed(let failure) = report.state else {
      Issue.record("not failed")
      return
    }
    #expect(failure.reason.hasPrefix("?[2J?31m\nnoé") && failure.reason.utf8.count == 4095)
    #expect(report.times == RunTimes(accepted: 0, started: 253_402_300_800_000, ended: 0))
  }

  @Test(arguments: 0..<5)
  func aHostRefusesWhatItCannotHold(number: Int) throws {
    var settings = World.settings
    if number == 0 { settings.runsUnderWay = 0 }
    var world = World(settings: settings)
    var own = HomeNode(id: "node-1")
    own.isSelf = true
    own.factsKnown = true
    own.hasEngine = true
    own.runsNative = number != 4
    own.isDrained = number == 1
    own.architecture = "arm64"
    own.memoryAvailable = 100 << 20
    world.perform(world.orchestrator.update(node: own, at: world.now))
    if number == 2 { world.engineGoes(afterEffect: false) }
    var run = try Self.asked(native: number == 4)
    if number == 3 {
      let first = World.run(2, .container(arguments: ["-m", "60m", "busybox"]))
      var copy = first
      copy.attempt = 1
      run = try #require(Run(asked: JSON.parse(copy.askBody(from: "r")), host: "node-1"))
      #expect(try World.host(&world, run) == .persisting)
      var second = World.run(3, .container(arguments: ["-m", "60m", "busybox"]))
      second.attempt = 1
      run = try #require(Run(asked: JSON.parse(second.askBody(from: "r")), host: "node-1"))
    }
    let words = ["0 runs", "drained", "engine", "MiB", "native"][number]
    guard case .refused(let reason) = try World.host(&world, run) else {
      Issue.record("it was not refused")
      return
    }
    #expect(reason.contains(words))
  }

  @Test func aNewAgentGivesBackWhatItHadNotBegun() throws {
    for isStarted in [true, false] {
      var world = World()
      let run = try Self.asked()
      _ = try World.host(&world, run)
      if isStarted { Self.commit(&world) } else { world.flush() }
      try world.restart()
      for _ in 0..<8 {
        world.settle()
        world.tick()
      }
      if isStarted {
        #expect(world.state(run.id) == .running)
      } else {
        #expect(ContainerRunTests.failure(world.state(run.id))?.kind == .givenBack)
        #expect(world.engine.starts.isEmpty)
      }
      #expect(world.faults.isEmpty)
    }
  }

  @Test(arguments: [
    "{}", #"{"node":"r"}"#, #"{"attempt":1}"#, #"{"node":"","attempt":1}"#, #"{"node":"node-1","attempt":1}"#,
  ])
  func aBodyThatNamesNoRequesterOrAttemptIsNone(text: String) throws {
    var object = try #require(World.run(1, .container(arguments: ["busybox"])).json.object)
    object["attempt"] = nil
    for member in try #require(JSON.parse(Array(text.utf8)).object).members {
      object[member.name] = member.value
    }
    #expect(Run(asked: .object(object), host: "node-1") == nil)
  }

  @Test func whatTheHomeAddsToARunIsWrittenAndReadBack() throws {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.attempt = 4
    run.hostNode = "h"
    run.requesterNode = "r"
    run.onHostLoss = .tell
    run.allowsSelf = false
    run.constraints = try Constraint.parse(["node.id!=a", "node.board==raspberry-pi-4"])
    run.orphans = [Orphan(node: "a", attempt: 1), Orphan(node: "b", attempt: 3)]
    run.endReported = true
    var other = HomeNode(id: "b")
    other.factsKnown = true
    run.placement = Placement(
      run: run.id.text,
      requirements: Requirements(kind: "container", service: "s", mustBeRegistered: false),
      nodes: [HomeNode(id: "a"), other], madeAt: 5)
    let read = try #require(Run(json: JSON.parse(run.journalJSON.encoded())))
    #expect(read.journalJSON == run.journalJSON)
    #expect(read.orphans == run.orphans && read.constraints == run.constraints && read.attempt == 4)
    #expect(read.placement?.json == run.placement?.json)
    #expect(run.json["orphans"] == nil && run.json["placement"] == nil, "the list of runs stays small")
  }

  @Test func orphansUnderTheirOldNameAreReadAndWrittenUnderTheNewOne() throws {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.orphans = [Orphan(node: "a", attempt: 1)]
    var object = try #require(run.journalJSON.object)
    object["strays"] = object["orphans"]
    object["orphans"] = nil
    let read = try #require(Run(json: .object(object)))
    #expect(read.orphans == run.orphans && read.journalJSON == run.journalJSON)
  }

  @Test func aJournalFromBeforeTheHomeIsOfThisNode() throws {
    let text =
      #"{"arguments":["busybox"],"host":"h","id":"000000000001","requester":"","requesterAddress":"h","#
      + #""service":"s","state":"running","times":{"accepted":1,"started":2},"type":"container"}"#
    let run = try #require(Run(json: JSON.parse(Array(text.utf8))))
    var world = World()
    world.perform(world.orchestrator.restore(run, command: nil))
    #expect(world.orchestrator.run(run.id)?.hostNode == "node-1" && world.outbox.isEmpty)
  }
}
