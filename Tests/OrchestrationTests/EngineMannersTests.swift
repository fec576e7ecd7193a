import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Engines that answer too early, too late or wrongly, and what a container leaves behind.
@Suite struct EngineMannersTests {
  // MARK: - Anonymous volumes

  @Test(arguments: [true, false])
  func anonymousVolumesGoWithTheContainerOnlyWithRm(hasRm: Bool) throws {
    for isStopped in [true, false] {
      var world = World()
      let id = try world.submit(1, (hasRm ? ["--rm"] : []) + ["-v", "/data", "busybox"])
      world.settle()
      if isStopped { world.stop(id) }
      world.drain()
      world.expectTidy(id, "\(hasRm) \(isStopped)")
      #expect(world.engine.removals == [hasRm], "as docker run does")
    }
  }

  @Test func noVolumeGoesWhereARunMovesOrIsFenced() throws {
    // Its host is cut off, and started again elsewhere; then the stale copy is revoked.
    var home = HomeWorld(nodes: 4, scores: [10, 100, 50, 40])
    let id = try home.worlds[0].submit(1, ["--rm", "-v", "/data", "busybox"])
    home.run(milliseconds: 1000)
    home.part(0b0010)
    home.run(milliseconds: 5000)
    try home.heal()
    home.run(milliseconds: 8000)
    #expect(home.hosts(of: id).count == 1)
    #expect(home.worlds[1].engine.removals == [false])
    // A host that cannot start it hands over.
    home.worlds[1].engine.refusals[.start] = (500, "OCI runtime create failed")
    let next = try home.worlds[0].submit(2, ["--rm", "-v", "/data", "busybox"])
    home.run(milliseconds: 4000)
    #expect(home.state(next, of: 0) == .running && !home.worlds[1].engine.removals.contains(true))
    // A stop is for good, wherever it runs.
    home.worlds[0].stop(next)
    home.run(milliseconds: 4000)
    #expect(home.worlds.flatMap { $0.engine.removals }.filter { $0 }.count == 1 && home.allFaults.isEmpty)
  }

  @Test func theContainerOfARunThatNobodyKnowsKeepsItsVolumes() throws {
    var world = World()
    let labels: JSON = .object([Label.run: "0123456789ab", Label.node: "node-1"])
    world.engine.containers = [.init(id: "x", name: "x", body: ["Labels": labels], status: "exited")]
    world.list()
    world.settle()
    #expect(world.engine.removals == [false])
  }

  // MARK: - Early and empty answers

  /// Answers each wait at once although the container runs.
  private static func answerWaitsEarly(_ world: inout World) -> Int {
    var waits = 0
    while true {
      world.flush()
      if let index = world.calls.firstIndex(where: { $0.step == .wait }) {
        waits += 1
        let id = world.calls[index].id
        world.endCall(index)
        world.perform(world.orchestrator.engine(.exited(code: 0), of: .wait, for: id, at: world.now))
        world.perform(world.orchestrator.engine(.done, of: .wait, for: id, at: world.now))
      } else if !world.advance() {
        return waits
      }
    }
  }

  @Test func aWaitThatEndsEarlyIsNotAskedForWithoutEnd() throws {
    var world = World()
    let id = try world.submit()
    var waits = Self.answerWaitsEarly(&world)
    let notes = world.writes
    for _ in 0..<60 {
      world.tick()
      waits += Self.answerWaitsEarly(&world)
    }
    #expect(waits <= 16, "\(waits) in a minute")
    #expect(world.state(id) == .running && world.writes == notes, "and nothing is written for it")
    world.stop(id)
    for _ in 0..<15 {
      world.settle()
      world.tick()
    }
    world.expectTidy(id, "")
    #expect(world.state(id) == .stopped)
  }

  @Test func aContainerThatIsStartedAndNeverRunsIsGivenUp() throws {
    var world = World()
    let id = try world.submit()
    for _ in 0..<200 where world.state(id)?.isFinal == false {
      world.flush()
      for index in world.engine.containers.indices { world.engine.containers[index].status = "created" }
      if !world.advance() { world.tick() }
    }
    #expect(ContainerRunTests.failure(world.state(id))?.kind == .engine)
    #expect((world.engine.starts[id] ?? 0) <= 12)
  }

  @Test func manySmallPiecesOfOutputAreKeptToTheirBound() throws {
    var settings = World.settings
    settings.keptOutput = 4096
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    let id = try world.submit()
    while world.calls.first?.step != .output { world.advanceOnce() }
    for number in 0..<200_000 {
      let byte = UInt8(truncatingIfNeeded: number)
      _ = world.orchestrator.engine(.output(.stdout, [byte]), of: .output, for: id, at: world.now)
    }
    world.settle()
    let kept = try #require(world.outputs[id])
    #expect(kept.count > 4080 && kept.count <= 4096)
    let last = EngineFrames.encode(stream: .stdout, Array("said\n".utf8)[...])
    let before = EngineFrames.encode(stream: .stdout, [UInt8(truncatingIfNeeded: 199_999)])
    #expect(kept.suffix(22) == (before + last)[...])
  }

  // MARK: - Silence

  @Test func anEngineThatDoesNotAnswerIsNotChosenAndSaysSo() throws {
    var home = HomeWorld(nodes: 3, scores: [10, 100, 50])
    home.worlds[1].orchestrator.engineHangs = true
    let id = try home.worlds[0].submit(1)
    home.run(milliseconds: 2000)
    #expect(home.hosts(of: id) == [2])
    let rows = home.worlds[0].orchestrator.run(id)?.placement?.rows ?? []
    #expect(
      rows.first { $0.node == HomeWorld.name(1) }?.outcome == .refused("its container engine does not answer")
    )
    let own = try home.worlds[1].submit(2)
    home.run(milliseconds: 2000)
    #expect(home.hosts(of: own).count == 1 && home.hosts(of: own) != [1], "nor by itself")
    #expect(home.allFaults.isEmpty)
  }

  @Test func aloneItIsTriedAllTheSame() throws {
    var world = World()
    world.orchestrator.engineHangs = true
    let id = try world.submit()
    world.settle()
    #expect(world.state(id) == .running)
  }

  @Test func aCallWithoutAnswerIsRepeatedSeldom() throws {
    var (world, id) = try World.at(.create)
    var silences = 0
    for _ in 0..<100 where world.state(id)?.isFinal == false {
      if let index = world.calls.firstIndex(where: { $0.step == .create }) {
        silences += 1
        world.fallSilent(index)
      } else if !world.advance() {
        world.tick()
      }
    }
    #expect(ContainerRunTests.failure(world.state(id))?.kind == .engine && silences == 3)
    world.drain()
    world.expectTidy(id, "")
  }

  // MARK: - Times

  @Test func noRunEndsBeforeItStarts() throws {
    // moby/moby#45445: an Engine before 25.0 tells the start late.
    for (started, finished, startsAt) in [
      ("2023-12-28T22:15:43.373989192Z", "2023-12-28T22:15:43.373677346Z", 1_703_801_743_373 as Int64),
      ("1970-01-01T00:16:39.900Z", "1970-01-01T00:16:39.950Z", 999_900),
    ] {
      var world = World()
      let id = try world.submit()
      world.settle()
      world.engine.endPrograms(code: 0)
      world.engine.containers[0].startedAt = started
      world.engine.containers[0].finishedAt = finished
      world.settle()
      let times = try #require(world.orchestrator.run(id)?.times)
      #expect(times.started > 0 && times.ended >= times.started, "\(times)")
      if startsAt < 1_000_000 { #expect(times.started == startsAt && times.ended == startsAt + 50) }
    }
    let json = try JSON.parse(Array(#"{"accepted":1,"started":973,"ended":958}"#.utf8))
    #expect(RunTimes(json: json) == RunTimes(accepted: 1, started: 973, ended: 973))
  }
}
