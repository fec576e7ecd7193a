import Containers
import Testing
import Wire

@testable import Basics
@testable import Orchestration

@Suite struct ContainerRunTests {
  @Test func aRunGoesThroughItsStatesInOrderAndLeavesNoContainer() throws {
    var world = World()
    let id = try world.submit()
    #expect(world.state(id) == .accepted)
    #expect(world.calls.isEmpty, "nothing begins before the request is on disk")
    world.flush()
    #expect(world.state(id) == .starting)
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.orchestrator.runsUnderWay == 1)
    #expect(world.orchestrator.containerID(of: id) == "container-1")
    world.seconds = 9
    world.drain(code: 3)
    #expect(world.state(id) == .finished(exitCode: 3))
    #expect(world.announced[id] == [.accepted, .placing, .starting, .running, .finished(exitCode: 3)])
    #expect(world.orchestrator.run(id)?.times == RunTimes(accepted: 1, started: 1_000_000, ended: 1_009_000))
    #expect(world.orchestrator.runsUnderWay == 0)
    #expect(world.engine.containers.isEmpty)
    #expect(world.orchestrator.containerID(of: id) == nil)
    #expect(world.outputs[id] == EngineFrames.encode(stream: .stdout, Array("said\n".utf8)[...]))
    #expect(world.faults.isEmpty, "\(world.faults)")
  }

  @Test func theContainerKnowsItsRequesterAndItsRun() throws {
    var world = World()
    let id = try world.submit(
      7, ["--rm", "-e", "REQUEST=liar", "-e", "A=b", "-l", "mine=x", "busybox"])
    world.settle()
    let body = try #require(world.engine.bodies.first)
    #expect(body["Env"] == ["A=b", "REQUEST=192.168.1.7"])
    #expect(body["Labels"]?[Label.run]?.string == id.text)
    #expect(body["Labels"]?[Label.node]?.string == "node-1")
    #expect(body["Labels"]?[Label.attempt]?.string == "1", "an image's own must not stand there")
    #expect(body["Labels"]?["mine"]?.string == "x")
    #expect(body["Labels"]?[Label.service]?.string == "hello")
    #expect(body["HostConfig"]?["AutoRemove"] == false, "its end must be read before it is removed")
    #expect(world.engine.containers.first?.name == "hearth-000000000007")
  }

  @Test func aNameInTheOptionsIsTheContainersName() throws {
    var world = World()
    try world.submit(1, ["--name", "lamp", "busybox"])
    world.settle()
    #expect(world.engine.containers.first?.name == "lamp")
  }

  // MARK: - Pulls

  @Test func aMissingImageIsFetchedWithItsProgressAndCreatedThen() throws {
    var world = World()
    world.engine.hasImage = false
    let id = try world.submit()
    world.settle()
    #expect(
      world.announced[id] == [
        .accepted, .placing,
        .starting, .pulling(percent: -1), .pulling(percent: 0), .pulling(percent: 40), .pulling(percent: 100),
        .starting, .running,
      ])
    #expect(world.engine.pulls == 1)
  }

  @Test(arguments: [
    ("always", true, 1), ("always", false, 1), ("missing", true, 0), ("missing", false, 1),
    ("never", true, 0),
  ])
  func theImageIsFetchedAsThePolicySays(policy: String, isHere: Bool, pulls: Int) throws {
    var world = World()
    world.engine.hasImage = isHere
    let id = try world.submit(1, ["--pull", policy, "busybox"])
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.engine.pulls == pulls)
  }

  @Test func anImageThatMayNotBeFetchedFailsWithTheEnginesWords() throws {
    var world = World()
    world.engine.hasImage = false
    let id = try world.submit(1, ["--pull", "never", "busybox"])
    world.drain()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .pull && failure.reason.contains("No such image: busybox:latest"))
    #expect(world.engine.pulls == 0)
  }

  @Test func aHomeWithoutItsUplinkGoesOnWithTheImageItHas() throws {
    var world = World()
    world.engine.refusals[.pull] = (500, "dial tcp: lookup registry-1.docker.io: no such host")
    let id = try world.submit(1, ["--pull", "always", "busybox"])
    world.settle()
    #expect(world.state(id) == .running)
  }

  @Test(arguments: ["always", "missing"])
  func anImageThatIsNowhereFailsWithTheRegistrysWords(policy: String) throws {
    var world = World()
    world.engine.hasImage = false
    world.engine.refusals[.pull] = (500, "dial tcp: lookup registry-1.docker.io: no such host")
    let id = try world.submit(1, ["--pull", policy, "busybox"])
    world.settle()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .pull && failure.reason.contains("no such host"))
    #expect(world.orchestrator.runsUnderWay == 0)
  }

  // MARK: - Failures

  @Test func aRefusedContainerFailsWithTheEnginesWords() throws {
    var world = World()
    world.engine.refusals[.create] = (400, "invalid mount config")
    let id = try world.submit()
    world.settle()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .create && failure.reason.contains("invalid mount config"))
  }

  @Test func aProgramThatIsNotInTheImageFailsItsStartAndItsContainerGoes() throws {
    var world = World()
    world.engine.refusals[.start] = (400, "exec: \"nosuch\": executable file not found in $PATH")
    let id = try world.submit(1, ["busybox", "nosuch"])
    world.settle()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .start && failure.reason.contains("executable file not found"))
    #expect(failure.exitCode == nil)
    #expect(world.engine.containers.isEmpty)
    #expect(world.announced[id]?.contains(.running) == false)
  }

  @Test func aKillForMemoryIsToldAsSuchWithItsExitCode() throws {
    var world = World()
    world.engine.program = .isKilledForMemory
    let id = try world.submit()
    world.settle()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .outOfMemory && failure.exitCode == 137)
  }

  @Test(arguments: [0, 1, 125, 255] as [Int64])
  func theExitCodeIsTheProgramsOwn(code: Int64) throws {
    var world = World()
    world.engine.program = .exits(code)
    let id = try world.submit()
    world.settle()
    #expect(world.state(id) == .finished(exitCode: Int(code)))
  }

  @Test func outputThatCannotBeReadCostsTheOutputAndNotTheResult() throws {
    var world = World()
    world.engine.program = .exits(4)
    world.engine.refusals[.logs] = (500, "configured logging driver does not support reading")
    let id = try world.submit()
    world.settle()
    #expect(world.state(id) == .finished(exitCode: 4))
    #expect(world.outputs[id] == nil)
  }

  @Test func outputReadAgainAfterABreakIsKeptOnce() throws {
    var world = World()
    world.engine.program = .exits(0)
    let id = try world.submit()
    while world.calls.first?.step != .output { world.advanceOnce() }
    let call = try #require(world.calls.first)
    _ = world.orchestrator.engine(
      .output(.stdout, Array("sa".utf8)), of: .output, for: call.id, at: world.now)
    world.cut(0, afterEffect: true)
    world.drain()
    #expect(world.outputs[id] == EngineFrames.encode(stream: .stdout, Array("said\n".utf8)[...]))
  }

  @Test func onlyTheLastOutputIsKept() throws {
    var settings = World.settings
    settings.keptOutput = 40
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    let id = try world.submit()
    while world.calls.first?.step != .output { world.advanceOnce() }
    for number in 0..<10 {
      let bytes = Array("line \(number)\n".utf8)
      _ = world.orchestrator.engine(.output(.stderr, bytes), of: .output, for: id, at: world.now)
    }
    world.settle()
    let kept = try #require(world.outputs[id])
    #expect(kept.count <= 40)
    #expect(kept.suffix(13) == EngineFrames.encode(stream: .stdout, Array("said\n".utf8)[...])[...])
  }

  @Test func aContainerThatTheEngineStartedAgainStillRuns() throws {
    var world = World()
    let id = try world.submit(1, ["--restart", "always", "busybox"])
    world.settle()
    // The wait ends with the first end; by the time of the inspection it runs again.
    _ = world.orchestrator.engine(.exited(code: 1), of: .wait, for: id, at: world.now)
    world.engine.endPrograms(code: 1)
    while world.calls.first?.step != .inspect { world.advanceOnce() }
    world.engine.containers[0].status = "running"
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.engine.containers.count == 1)
    world.stop(id)
    world.drain()
    #expect(world.state(id) == .stopped)
    #expect(world.engine.containers.isEmpty)
  }

  @Test func aRefusedWaitIsNoReasonToEndARunningContainer() throws {
    var world = World()
    let id = try world.submit()
    world.settle()
    world.refuse(0, status: 500, message: "context canceled")
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.calls.map(\.step) == [.wait])
    world.drain(code: 5)
    #expect(world.state(id) == .finished(exitCode: 5))
  }

  @Test func aContainerRemovedBySomebodyElseIsLost() throws {
    var world = World()
    let id = try world.submit()
    world.settle()
    world.engine.containers = []
    world.settle()
    #expect(Self.failure(world.state(id))?.kind == .lost)
    #expect(world.faults.isEmpty)
  }

  // MARK: - Names and limits

  @Test func aNameThatSomebodyElseHasFailsAfterAFewLooks() throws {
    var world = World()
    world.engine.containers = [.init(id: "foreign", name: "lamp", body: [:], status: "running")]
    let id = try world.submit(1, ["--name", "lamp", "busybox"])
    world.settle()
    let failure = try #require(Self.failure(world.state(id)))
    #expect(failure.kind == .create && failure.reason.contains("already in use"))
    #expect(world.engine.containers.map(\.id) == ["foreign"])
  }

  @Test(arguments: [["busybox"], ["--name", "lamp", "busybox"]])
  func aContainerThatAppearsAfterTheListIsFoundByItsName(arguments: [String]) throws {
    var world = World()
    let id = try world.submit(1, arguments)
    world.flush()
    let create = try #require(world.calls.first)
    world.cut(0, afterEffect: false)
    world.list()
    // The Engine finishes the attempt whose connection broke, after it gave the list.
    _ = world.engine.answer(create.request)
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.engine.creations == 1)
    world.drain()
    #expect(world.engine.containers.isEmpty)
  }

  @Test func moreRunsThanTheLimitAreRefused() throws {
    var settings = World.settings
    settings.runsUnderWay = 2
    var world = World(settings: settings)
    try world.submit(1)
    try world.submit(2)
    #expect(throws: RunRefusal.tooManyRuns(2)) { try world.submit(3) }
    world.drain()
    try world.submit(3)
    #expect(throws: RunRefusal.identifierInUse) { try world.submit(1) }
  }

  @Test func theOldestRunsAreForgotten() throws {
    var settings = World.settings
    settings.keptRuns = 5
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    let ids = try (0 as UInt64..<30).map { number in
      let id = try world.submit(number)
      world.settle()
      return id
    }
    // The one that ended last waits for its container's removal when it counts.
    #expect(world.orchestrator.runs.count <= 6)
    #expect(world.orchestrator.run(ids[0]) == nil && world.orchestrator.run(ids[29]) != nil)
    #expect(world.forgotten == Array(ids.prefix(world.forgotten.count)))
  }

  @Test func aContainerThatIsNotLetGoIsTriedAgainAndDoesNotFillTheMemory() throws {
    var settings = World.settings
    settings.keptRuns = 5
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    world.engine.refusals[.remove] = (500, "device or resource busy")
    for number in 0..<50 {
      try world.submit(UInt64(number))
      world.settle()
      world.tick()
    }
    #expect(world.orchestrator.runs.count <= 11)
    #expect(world.engine.containers.count == 50)
    world.engine.refusals = [:]
    world.tick(after: 31)
    world.settle()
    #expect(world.engine.containers.count <= 40, "those still known are gone")
    world.engineGoes(afterEffect: false)
    world.engineReturns()
    world.settle()
    #expect(world.engine.containers.isEmpty, "those of forgotten runs go with the next list")
  }

  @Test func aRunningContainerOfAnUnknownRunIsLeftAlone() throws {
    var world = World()
    let labels: JSON = .object([Label.run: "0123456789ab", Label.node: "node-1"])
    world.engine.containers = ["running", "paused", "restarting", "exited", "created"].map {
      .init(id: $0, name: $0, body: ["Labels": labels], status: $0)
    }
    world.list()
    world.settle()
    // One run has one container; the list of the real Engine cannot hold two of a run.
    #expect(world.engine.containers.map(\.id) == ["running", "paused", "restarting"])
  }

  @Test func lateAnswersChangeNothingAfterTheEnd() throws {
    var world = World()
    let id = try world.submit()
    world.settle()
    world.drain()
    let before = world.orchestrator.run(id)?.json
    let events: [EngineEvent] = [
      .done, .exited(code: 9), .progress(PullProgress(status: "x", percent: 5)),
      .failed(EngineError(.wait, reason: .silent(seconds: 3))), .container(ContainerState(id: "other")),
    ]
    for step in [EngineStep.pull, .create, .start, .wait, .inspect, .output, .remove, .stop] {
      for event in events { _ = world.orchestrator.engine(event, of: step, for: id, at: world.now) }
    }
    for event in [NativeEvent.started, .exited(code: 9), .lost, .neverStarted] {
      #expect(world.orchestrator.native(event, for: id, at: world.now).isEmpty)
    }
    #expect(world.orchestrator.stop(id, at: world.now).isEmpty)
    #expect(world.orchestrator.persisted(id, at: world.now).isEmpty)
    #expect(world.orchestrator.run(id)?.json == before)
    #expect(world.orchestrator.runsUnderWay == 0)
  }

  @Test func answersForUnknownRunsAreIgnored() throws {
    var world = World()
    let id = RunID(random: 99)
    #expect(world.orchestrator.engine(.done, of: .create, for: id, at: world.now).isEmpty)
    #expect(world.orchestrator.native(.lost, for: id, at: world.now).isEmpty)
    #expect(world.orchestrator.persisted(id, at: world.now).isEmpty)
    #expect(world.orchestrator.persistFailed(id).isEmpty)
    #expect(world.orchestrator.stop(id, at: world.now).isEmpty)
  }

  @Test func secretsAreKeptNoLongerThanTheRunLasts() throws {
    var world = World()
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.source.environment = [.init(name: "KEY", value: "secret")]
    var orchestrator = world.orchestrator
    _ = try orchestrator.submit(
      run, command: RunCommand(parsing: ["busybox"], source: .nothing), at: world.now)
    #expect(orchestrator.run(run.id)?.source.isEmpty == false)
    _ = orchestrator.stop(run.id, at: world.now)
    _ = orchestrator.persisted(run.id, at: world.now)
    #expect(orchestrator.run(run.id)?.source.isEmpty == true)
    world.settle()
  }

  static func failure(_ state: RunState?) -> RunFailure? {
    if case .failed(let failure)? = state { return failure }
    return nil
  }
}
