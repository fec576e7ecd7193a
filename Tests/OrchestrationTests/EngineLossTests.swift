import Containers
import Readings
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Where in its life a run is when something happens to it.
enum Stage: String, CaseIterable, Sendable {
  case unrecorded, pull, create, start, wait, inspect, output, ending, remove

  /// Stages at which a call is under way.
  static let calls: [Stage] = [.pull, .create, .start, .wait, .inspect, .output, .remove]
}

extension World {
  /// A world with one run that has come to this stage. Its program runs until the stages after that.
  static func at(_ stage: Stage) throws -> (world: World, run: RunID) {
    var world = World()
    world.engine.hasImage = stage != .pull
    let id = try world.submit()
    if stage == .unrecorded { return (world, id) }
    for _ in 0..<40 {
      if stage == .ending
        ? world.state(id)?.isFinal == true : world.calls.contains(where: { "\($0.step)" == stage.rawValue })
      {
        return (world, id)
      }
      if !world.advance() { world.engine.endPrograms(code: 7) }
    }
    Issue.record("never came to \(stage)")
    return (world, id)
  }

  /// What holds whenever everything is over.
  func expectTidy(_ id: RunID, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(state(id)?.isFinal == true, comment, sourceLocation: sourceLocation)
    #expect(engine.containers.isEmpty, comment, sourceLocation: sourceLocation)
    #expect(engine.mostOfOneRun <= 1, comment, sourceLocation: sourceLocation)
    #expect(orchestrator.runsUnderWay == 0, comment, sourceLocation: sourceLocation)
    #expect(faults.isEmpty, comment, sourceLocation: sourceLocation)
    #expect(announced[id]?.filter(\.isFinal).count == 1, comment, sourceLocation: sourceLocation)
  }
}

@Suite struct EngineLossTests {
  /// A container of the run's, or, where it is said, of an attempt that the run has left behind.
  private static func leftover(in world: World, attempt: String? = nil) throws -> MemoryEngine.Container {
    let labels = try #require(world.engine.bodies.first?["Labels"]?.object?.members)
    let changed = labels.map {
      $0.name == Label.attempt && attempt != nil
        ? JSONMember(name: $0.name, value: .string(attempt ?? "")) : $0
    }
    let body = JSON.object(["Labels": .object(JSONObject(changed))])
    return MemoryEngine.Container(id: "left", name: "left", body: body, status: "exited", exitCode: 0)
  }

  /// Found by seed 1898 of the explorations.
  @Test(arguments: [true, false])
  func aContainerThatNoRunRemembersIsLetGoOfThoughTheFirstTryFails(isUnderWay: Bool) throws {
    var (world, id) = try World.at(isUnderWay ? .wait : .remove)
    if !isUnderWay {
      world.drain()
      world.tick(after: 100)
      #expect(world.orchestrator.records[id] == nil && world.engine.containers.isEmpty)
    }
    world.engine.containers.append(try Self.leftover(in: world, attempt: isUnderWay ? "0" : nil))
    world.list()
    let call = try #require(world.calls.firstIndex { $0.step == .remove })
    world.cut(call, afterEffect: false)
    world.settle()
    #expect(world.engine.containers.contains { $0.id == "left" })
    world.tick(after: 31)
    world.settle()
    #expect(!world.engine.containers.contains { $0.id == "left" })
    world.drain()
    world.expectTidy(id, "\(isUnderWay)")
  }

  @Test func aRunIsPutAwayWhoseContainerWentThoughTheCallBroke() throws {
    var (world, id) = try World.at(.remove)
    world.cut(try #require(world.calls.firstIndex { $0.step == .remove }), afterEffect: true)
    world.settle()
    world.tick(after: 100)
    #expect(world.orchestrator.records[id]?.attempt.containerID != nil)
    world.settle()
    world.tick()
    #expect(world.orchestrator.records[id] == nil && world.state(id) == .finished(exitCode: 7))
    world.drain()
    world.expectTidy(id, "put away")
  }

  static let statuses = ["absent", "created", "running", "paused", "restarting", "exited", "dead"]

  @Test(arguments: Stage.calls, [true, false])
  func anEngineThatRestartsCostsNoRun(stage: Stage, tookEffect: Bool) throws {
    for callsFailFirst in [true, false] {
      var (world, id) = try World.at(stage)
      world.engineGoes(afterEffect: tookEffect, callsFailFirst: callsFailFirst)
      world.tick(after: 59)
      world.settle()
      #expect(world.state(id)?.isFinal == (stage == .remove))
      world.drain(code: 7)
      world.expectTidy(id, "\(stage), \(tookEffect), \(callsFailFirst)")
      #expect(world.state(id) == .finished(exitCode: 7), "\(stage), \(tookEffect), \(callsFailFirst)")
      #expect(world.engine.starts[id] == 1)
    }
  }

  @Test(arguments: Stage.calls, statuses)
  func whateverBecameOfTheContainerTheRunEndsRight(stage: Stage, status: String) throws {
    // What was started cannot become what was not.
    if status == "created" && [.wait, .inspect, .output].contains(stage) { return }
    for isRestarted in [false, true] {
      var (world, id) = try World.at(stage)
      if stage == .wait { world.flush() }
      world.engineGoes(afterEffect: true)
      let hadContainer = !world.engine.containers.isEmpty
      if status == "absent" {
        world.engine.containers = []
      } else {
        for index in world.engine.containers.indices {
          world.engine.containers[index].status = status
          if status != "created" { world.engine.containers[index].startedAt = "2026-01-01T00:00:00Z" }
          world.engine.containers[index].exitCode = ["exited", "dead"].contains(status) ? 7 : nil
        }
      }
      if isRestarted { try world.restart() }
      let hadEnded = world.state(id)?.isFinal == true
      world.drain(code: 7)
      let comment: Comment = "\(stage), \(status), restarted \(isRestarted)"
      if hadEnded && isRestarted {
        #expect(world.engine.containers.isEmpty && world.announced[id] == nil, comment)
      } else {
        world.expectTidy(id, comment)
      }
      let isLost = ContainerRunTests.failure(world.state(id))?.kind == .lost
      switch (status, stage) {
      case ("absent", .wait), ("absent", .inspect), ("absent", .output):
        // The agent that saw the exit code still knows it.
        let knows = stage != .wait && !isRestarted
        #expect(knows ? world.state(id) == .finished(exitCode: 7) : isLost, comment)
      default:
        #expect(world.state(id) == .finished(exitCode: 7), comment)
      }
      if hadContainer && status != "absent" { #expect(world.engine.creations == 1, comment) }
    }
  }

  @Test(arguments: Stage.allCases)
  func aCrashAtAnyStepForgetsNoRun(stage: Stage) throws {
    var (world, id) = try World.at(stage)
    try world.restart()
    if stage == .unrecorded {
      #expect(world.state(id) == nil, "it was never acknowledged")
      #expect(world.engine.containers.isEmpty && world.orchestrator.runsUnderWay == 0)
      return
    }
    world.drain(code: 7)
    #expect(world.state(id) == .finished(exitCode: 7), "\(stage)")
    #expect(world.engine.containers.isEmpty && world.engine.mostOfOneRun == 1)
    #expect(world.engine.starts[id] == 1)
    #expect(world.announced[id]?.filter(\.isFinal).count ?? 0 == (stage == .remove ? 0 : 1))
    #expect(world.faults.isEmpty, "\(world.faults)")
  }

  @Test(arguments: [true, false], [true, false])
  func aStartWhoseAnswerWasLostIsAskedOfTheEngineAndNotMadeTwice(isUnderWay: Bool, isShort: Bool) throws {
    var (world, id) = try World.at(.start)
    world.engine.program = isShort ? .exits(7) : .runs
    try world.restart()
    for _ in 0..<20 where world.calls.isEmpty { world.advanceOnce() }
    #expect(world.calls.map(\.step) == [.inspect], "that the lists show it as created says nothing")
    #expect(world.engine.starts.isEmpty)
    // The Engine answers once a start under way is over, with what became of it.
    if isUnderWay { _ = world.engine.answer(.start(id: world.calls[0].request.subject)) }
    world.advanceOnce()
    #expect(world.calls.contains { $0.step == .start } != isUnderWay)
    world.settle()
    #expect(world.state(id) == (isShort ? .finished(exitCode: 7) : .running))
    world.drain(code: 7)
    #expect(world.state(id) == .finished(exitCode: 7) && world.engine.starts[id] == 1)
    #expect(world.engine.containers.isEmpty && world.faults.isEmpty)
  }

  @Test func aRunThatEndedStaysAsItIsAfterARestart() throws {
    var (world, id) = try World.at(.remove)
    let end = world.orchestrator.run(id)?.json
    try world.restart()
    #expect(world.orchestrator.run(id)?.json == end)
    #expect(world.orchestrator.runsUnderWay == 0)
    world.settle()
    #expect(world.engine.containers.isEmpty, "the removal that the crash prevented is made up for")
  }

  // MARK: - An Engine that stays away

  @Test(arguments: [Stage.pull, .create, .start])
  func aRunThatNeverStartedFailsAfterTheGrace(stage: Stage) throws {
    for isRestarted in [false, true] {
      var (world, id) = try World.at(stage)
      world.engineGoes(afterEffect: true)
      if isRestarted { try world.restart() }
      world.tick(after: 0)
      world.tick(after: 60)
      #expect(world.state(id)?.isFinal == false)
      world.tick(after: 1)
      let failure = try #require(ContainerRunTests.failure(world.state(id)), "\(stage) \(isRestarted)")
      #expect(failure.kind == .engine)
      world.drain()
      world.expectTidy(
        id, "\(stage), restarted \(isRestarted): what it left is removed when the Engine is back")
    }
  }

  @Test func theEngineMayReturnBeforeTheEndIsOnDisk() throws {
    var (world, id) = try World.at(.create)
    world.engineGoes(afterEffect: true)
    world.tick(after: 61)
    #expect(world.state(id)?.isFinal == true && world.diskIsBehind)
    world.engineReturns()
    world.settle()
    world.expectTidy(id, "the container that only the list shows is removed")
  }

  @Test(arguments: [false, true])
  func aRunThatStartedWaitsForTheEngineAsLongAsItTakes(isRestarted: Bool) throws {
    var (world, id) = try World.at(.wait)
    world.flush()
    world.engineGoes(afterEffect: false)
    if isRestarted { try world.restart() }
    for _ in 0..<100 { world.tick(after: 60) }
    #expect(world.state(id)?.isFinal == false)
    world.drain(code: 7)
    #expect(world.state(id) == .finished(exitCode: 7))
  }

  @Test func aRequestWhileTheEngineIsAwayBeginsWhenItIsBack() throws {
    var world = World()
    world.engineGoes(afterEffect: false)
    let id = try world.submit()
    world.settle()
    #expect(world.state(id) == .placing)
    world.tick(after: 30)
    world.engineReturns()
    world.settle()
    #expect(world.state(id) == .running)
    #expect(world.announced[id] == [.accepted, .placing, .starting, .running])
  }

  @Test func aContainerThatTakesTheEngineDownWithItIsGivenUp() throws {
    var world = World()
    let id = try world.submit()
    for _ in 0..<100 where world.state(id)?.isFinal == false {
      while !world.calls.contains(where: { $0.step == .start }), world.advance() {}
      if world.calls.isEmpty { break }
      world.engineGoes(afterEffect: false)
      world.engineReturns()
    }
    #expect(ContainerRunTests.failure(world.state(id))?.kind == .engine)
    world.drain()
    world.expectTidy(id, "")
  }
}

@Suite struct StopTests {
  @Test(arguments: Stage.allCases)
  func aStopAtAnyStepEndsTheRunAndLeavesNoContainer(stage: Stage) throws {
    var (world, id) = try World.at(stage)
    world.stop(id)
    world.settle()
    world.expectTidy(id, "\(stage)")
    switch stage {
    case .output, .ending, .remove:
      #expect(world.state(id) == .finished(exitCode: 7), "the end it had already")
    default: #expect(world.state(id) == .stopped, "\(stage)")
    }
  }

  @Test(arguments: Stage.calls, [true, false])
  func aStopWhileTheEngineIsAwayIsKept(stage: Stage, tookEffect: Bool) throws {
    for isStoppedFirst in [true, false] {
      var (world, id) = try World.at(stage)
      if isStoppedFirst { world.stop(id) }
      world.engineGoes(afterEffect: tookEffect)
      if !isStoppedFirst { world.stop(id) }
      world.engineReturns()
      world.settle()
      world.expectTidy(id, "\(stage), \(tookEffect), \(isStoppedFirst)")
      if ![.output, .remove].contains(stage) { #expect(world.state(id) == .stopped, "\(stage)") }
    }
  }

  @Test func aStopDuringAPullGivesUpThePull() throws {
    var (world, id) = try World.at(.pull)
    world.stop(id)
    #expect(world.calls.isEmpty)
    #expect(world.announced[id]?.last == .pulling(percent: -1), "the end is told when it is on disk")
    world.flush()
    #expect(world.announced[id]?.last == .stopped)
  }

  @Test func aStopThatTheEngineRefusedCanBeAskedForAgain() throws {
    var (world, id) = try World.at(.wait)
    world.flush()
    world.engine.refusals[.stop] = (500, "cannot stop container: permission denied")
    world.stop(id)
    world.settle()
    #expect(world.state(id) == .running)
    world.engine.refusals = [:]
    world.stop(id)
    world.settle()
    #expect(world.state(id) == .stopped)
  }

  @Test func aSecondStopMakesNoSecondCall() throws {
    var (world, id) = try World.at(.wait)
    world.stop(id)
    world.stop(id)
    #expect(world.calls.filter { $0.step == .stop }.count == 1)
  }

  @Test func aStoppedRunDoesNotFailForTheEngineThatStaysAway() throws {
    var (world, id) = try World.at(.start)
    world.engineGoes(afterEffect: false)
    world.stop(id)
    world.tick(after: 61)
    #expect(world.state(id) == .stopped)
    world.drain()
    world.expectTidy(id, "")
  }

  @Test func aStopIsNotToldBeforeItIsOnDisk() throws {
    var world = World()
    let id = try world.submit()
    world.stop(id)
    world.flush()
    #expect(world.announced[id] == [.accepted, .placing])
    world.settle()
    #expect(world.announced[id] == [.accepted, .placing, .stopped])
    #expect(world.faults.isEmpty, "\(world.faults)")
  }
}
