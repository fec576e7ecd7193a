import Containers
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Random interleavings of everything that can happen, and what must hold whatever happened.
@Suite struct ExplorationTests {
  private struct Explorer {
    var world: World
    var random: SplitMix64
    var submitted: UInt64 = 0
    var refusedStarts = false

    init(seed: UInt64) {
      var settings = World.settings
      settings.runsUnderWay = 6
      world = World(settings: settings)
      random = SplitMix64(seed: seed)
    }

    mutating func chance(_ percent: Int) -> Bool {
      Int.random(in: 0..<100, using: &random) < percent
    }

    mutating func submit() throws {
      let programs: [MemoryEngine.Program] = [.runs, .runs, .exits(0), .exits(5), .isKilledForMemory]
      world.engine.program = programs.randomElement(using: &random) ?? .runs
      if chance(20) { world.engine.hasImage = false }
      let options = [[], ["--pull", "always"], ["--name", "n\(submitted)"], ["--rm"]].randomElement(
        using: &random)
      submitted += 1
      do throws(RunRefusal) {
        if chance(25) {
          _ = try Self.typed { try world.submitNative(submitted) }
        } else {
          _ = try Self.typed { try world.submit(submitted, (options ?? []) + ["busybox"]) }
        }
      } catch {
        #expect(error == .tooManyRuns(6))
      }
    }

    private static func typed(_ body: () throws -> RunID) throws(RunRefusal) -> RunID? {
      do {
        return try body()
      } catch let error as RunRefusal {
        throw error
      } catch {
        Issue.record(error)
        return nil
      }
    }

    /// One thing happens.
    mutating func step() throws {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<10: try submit()
      case 10..<25: world.flush()
      case 25..<28: world.flush(fails: true)
      case 28..<60: if let index = world.calls.indices.randomElement(using: &random) { world.answer(index) }
      case 60..<66:
        if world.engineIsUp, let index = world.calls.indices.randomElement(using: &random) {
          world.cut(index, afterEffect: chance(50))
        }
      case 66..<69:
        if world.engineIsUp, let index = world.calls.indices.randomElement(using: &random) {
          world.refuse(index, status: 500, message: "something is wrong")
        }
      case 69..<72:
        if world.engineIsUp { world.engineGoes(afterEffect: chance(50), callsFailFirst: chance(50)) }
      case 72..<77: if !world.engineIsUp { world.engineReturns() }
      case 77..<79: try restart()
      case 79..<83:
        if let id = world.orchestrator.ids.randomElement(using: &random) { world.stop(id) }
      case 83..<87: world.engine.endPrograms(code: 5)
      case 87..<91: world.tick(after: Int.random(in: 1...40, using: &random))
      case 91..<94: if world.relistIsDue && world.engineIsUp { world.list() }
      case 94..<97: native()
      default: world.adopt()
      }
      #expect(
        world.orchestrator.runsUnderWay == world.orchestrator.currentRuns.filter { !$0.state.isFinal }.count)
    }

    mutating func restart() throws {
      try world.restart()
      if chance(70) { world.adopt() }
    }

    mutating func native() {
      let running = world.programs.filter { $0.value.end == nil && $0.value.spawns > 0 }.keys
      guard let id = running.sorted(by: { $0.text < $1.text }).randomElement(using: &random) else { return }
      let ends: [NativeEvent] = [
        .started, .started, .exited(code: 5), .signalled(number: 9), .failed(reason: "x"),
        .timeLimitReached(seconds: 5), .lost,
      ]
      if let event = ends.randomElement(using: &random) { world.tell(event, for: id) }
    }
  }

  private static func explore(seed: UInt64, steps: Int) throws {
    var explorer = Explorer(seed: seed)
    for _ in 0..<steps { try explorer.step() }
    var world = explorer.world
    world.adopt()
    world.drain()

    let comment: Comment = "seed \(seed)"
    let orchestrator = world.orchestrator
    for id in world.acknowledged where !world.forgotten.contains(id) {
      #expect(
        orchestrator.run(id)?.state.isFinal == true, "seed \(seed): \(id.text) is forgotten or not over")
      #expect(world.disk[id]?["state"]?.string == orchestrator.run(id)?.state.name, comment)
      #expect((world.announced[id] ?? []).filter(\.isFinal).count <= 1, comment)
      #expect(world.engine.starts[id] ?? 0 <= 1, "seed \(seed): \(id.text) was started more than once")
      #expect(world.programs[id]?.spawns ?? 0 <= 1, comment)
    }
    #expect(world.acknowledged.count >= orchestrator.count, comment)
    #expect(world.engine.containers.isEmpty, "seed \(seed): \(world.engine.containers.map(\.name))")
    #expect(world.engine.mostOfOneRun <= 1, comment)
    #expect(orchestrator.runsUnderWay == 0, comment)
    #expect(world.calls.isEmpty && !world.diskIsBehind, comment)
    #expect(world.faults.isEmpty, "seed \(seed): \(world.faults)")
  }

  @Test(arguments: 0..<8)
  func whateverHappensInWhateverOrderEveryRunEndsOnce(part: UInt64) throws {
    let seeds: UInt64 = isLongForm ? 1000 : 60
    for seed in (part * seeds)..<(part * seeds + seeds) { try Self.explore(seed: seed, steps: 150) }
  }

  @Test func alsoALongLifeEndsTidy() throws {
    for seed in 100_000..<(isLongForm ? 100_040 : 100_003) as Range<UInt64> {
      try Self.explore(seed: seed, steps: 3000)
    }
  }
}
