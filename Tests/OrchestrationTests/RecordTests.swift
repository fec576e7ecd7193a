import Containers
import Testing
import Wire

@testable import Basics
@testable import Orchestration

@Suite struct RecordTests {
  @Test func aRequestThatIsNotOnDiskIsDropped() throws {
    var world = World()
    let id = try world.submit()
    world.flush(fails: true)
    #expect(world.state(id) == nil)
    #expect(world.orchestrator.runsUnderWay == 0 && world.orchestrator.runs.isEmpty)
    #expect(world.calls.isEmpty && world.announced.isEmpty)
    let again = try world.submit()
    world.drain()
    #expect(world.state(again) == .finished(exitCode: 0))
  }

  @Test func aResultThatTheDiskRefusesIsTriedAgainAndItsContainerWaits() throws {
    var world = World()
    world.engine.program = .exits(7)
    let id = try world.submit()
    while world.state(id)?.isFinal == false { world.advanceOnce() }
    for _ in 0..<5 {
      world.flush(fails: true)
      #expect(!world.diskIsBehind, "the next attempt comes with the next second")
      #expect(world.engine.containers.count == 1 && world.calls.isEmpty)
      #expect(world.announced[id]?.contains { $0.isFinal } == false)
      world.tick()
      #expect(world.diskIsBehind)
    }
    world.settle()
    world.expectTidy(id, "")
    #expect(world.state(id) == .finished(exitCode: 7))
  }

  @Test func aCrashWhileTheDiskIsFullLosesNoResult() throws {
    var world = World()
    world.engine.program = .exits(7)
    let id = try world.submit()
    while world.state(id)?.isFinal == false { world.advanceOnce() }
    world.flush(fails: true)
    try world.restart()
    world.drain()
    #expect(world.state(id) == .finished(exitCode: 7))
    #expect(world.engine.starts[id] == 1)
  }

  @Test func aRunWhoseOptionsCannotBeReadAnyMoreFails() throws {
    var world = World()
    let run = World.recorded(1, .container(arguments: ["--env-file", "/gone", "busybox"]))
    _ = world.orchestrator.restore(run, command: nil)
    world.list()
    world.settle()
    #expect(ContainerRunTests.failure(world.state(run.id))?.kind == .create)
  }

  @Test func restoringARunTwiceChangesNothing() throws {
    var world = World()
    let run = World.recorded(1, .container(arguments: ["busybox"]))
    _ = world.orchestrator.restore(run, command: nil)
    _ = world.orchestrator.restore(run, command: nil)
    #expect(world.orchestrator.runsUnderWay == 1 && world.orchestrator.runs.count == 1)
  }
}

@Suite struct NativeRunTests {
  static let ends: [(NativeEvent, RunState)] = [
    (.exited(code: 0), .finished(exitCode: 0)),
    (.exited(code: 3), .finished(exitCode: 3)),
    (.signalled(number: 11), .failed(RunFailure(.signal, "it was ended by signal 11", exitCode: 139))),
    (
      .timeLimitReached(seconds: 60),
      .failed(RunFailure(.timeLimit, "it ran longer than its limit of 60 s"))
    ),
    (.lost, .failed(RunFailure(.lost, "its supervisor left no result"))),
  ]

  @Test func aNativeRunEndsAsItsProgramDoes() throws {
    for (event, end) in Self.ends {
      var world = World()
      let id = try world.submitNative()
      world.flush()
      #expect(world.programs[id]?.spawns == 1)
      world.tell(.started, for: id)
      #expect(world.state(id) == .running)
      world.tell(event, for: id)
      world.settle()
      #expect(world.state(id) == end)
      #expect(world.announced[id] == [.accepted, .placing, .starting, .running, end])
      #expect(world.orchestrator.runsUnderWay == 0 && world.faults.isEmpty)
    }
  }

  @Test func aProgramThatCannotBeStartedFailsWithTheKernelsWords() throws {
    var world = World()
    let id = try world.submitNative()
    world.flush()
    world.tell(.failed(reason: "execve: no such file"), for: id)
    world.settle()
    #expect(world.state(id) == .failed(RunFailure(.start, "execve: no such file")))
  }

  @Test func aNativeRunNeedsNoEngine() throws {
    var world = World()
    world.engineGoes(afterEffect: false)
    let id = try world.submitNative()
    world.flush()
    for _ in 0..<5 { world.tick(after: 60) }
    #expect(world.state(id) == .starting)
    world.tell(.started, for: id)
    world.tell(.exited(code: 0), for: id)
    world.settle()
    #expect(world.state(id) == .finished(exitCode: 0))
  }

  @Test(arguments: [true, false])
  func aStoppedProgramIsTerminatedAndEndsAsStopped(isStarted: Bool) throws {
    for event in [NativeEvent.exited(code: 0), .signalled(number: 15)] {
      var world = World()
      let id = try world.submitNative()
      world.flush()
      if isStarted { world.tell(.started, for: id) }
      world.stop(id)
      #expect(world.programs[id]?.isTerminated == true)
      #expect(world.state(id)?.isFinal == false, "the supervisor tells when it is over")
      world.tell(event, for: id)
      world.settle()
      #expect(world.state(id) == .stopped)
    }
  }

  @Test func aProgramThatOutlivedTheAgentIsFoundAgain() throws {
    var world = World()
    let id = try world.submitNative()
    world.flush()
    world.tell(.started, for: id)
    world.flush()
    try world.restart()
    world.settle()
    #expect(world.state(id) == .running && world.programs[id]?.spawns == 1)
    world.drain(code: 2)
    #expect(world.state(id) == .finished(exitCode: 2))
  }

  @Test func aProgramThatTheAgentDidNotComeToStartIsStartedOnce() throws {
    var world = World()
    let run = World.recorded(1, .native(command: ["/usr/bin/blink"]))
    let directives = world.orchestrator.restore(run, command: nil)
    guard case .adopt(run.id)? = directives.first, directives.count == 1 else {
      Issue.record("expected the program to be looked for")
      return
    }
    let next = world.orchestrator.native(.neverStarted, for: run.id, at: world.now)
    let spawns = next.filter { if case .spawn = $0 { true } else { false } }
    #expect(spawns.count == 1)
  }

  @Test func aStopBeforeTheProgramIsFoundAgainReachesIt() throws {
    var world = World()
    let id = try world.submitNative()
    world.flush()
    try world.restart()
    world.stop(id)
    #expect(world.state(id)?.isFinal == false, "it may be running")
    world.adopt()
    #expect(world.programs[id]?.isTerminated == true)
    world.tell(.signalled(number: 15), for: id)
    world.settle()
    #expect(world.state(id) == .stopped)
  }

  @Test func aStopBeforeAProgramThatNeverStartedEndsIt() throws {
    var world = World()
    let run = World.recorded(1, .native(command: ["/usr/bin/blink"]))
    _ = world.orchestrator.restore(run, command: nil)
    world.stop(run.id)
    _ = world.orchestrator.native(.neverStarted, for: run.id, at: world.now)
    #expect(world.state(run.id) == .stopped)
  }
}
