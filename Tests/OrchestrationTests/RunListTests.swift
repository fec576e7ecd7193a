import Testing

@testable import Basics
@testable import Orchestration

/// Runs that are read in pieces, while others come and go.
@Suite struct RunListTests {
  /// The identifiers of the next `count` runs behind `last`, which becomes the number of the last of them.
  private func piece(_ world: World, after last: inout UInt32, _ count: Int) -> [RunID] {
    var found: [RunID] = []
    while found.count < count, let next = world.orchestrator.next(after: last) {
      last = next.ordinal
      found.append(next.id)
    }
    return found
  }

  @Test(arguments: [1, 2, 7, 100])
  func piecesTogetherAreAllRunsInTheirOrder(size: Int) throws {
    var world = World()
    let ids = try (UInt64(1)...30).map { try world.submit($0) }
    var last: UInt32 = 0
    var found: [RunID] = []
    while true {
      let next = piece(world, after: &last, size)
      if next.isEmpty { break }
      found += next
    }
    #expect(found == ids && found == world.orchestrator.runs.map(\.id))
  }

  @Test func whatIsForgottenAndWhatComesMeanwhileHidesAndRepeatsNothing() throws {
    var settings = World.settings
    settings.keptRuns = 5
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    var last: UInt32 = 0
    var found: [RunID] = []
    var all: [RunID] = []
    // One is read for each that comes and each that is forgotten, and in the end all that are left.
    for number in UInt64(1)...40 {
      all.append(try world.submit(number))
      world.settle()
      let before = world.orchestrator.runs.map(\.id)
      let next = piece(world, after: &last, number % 3 == 0 ? 2 : 0)
      found += next
      #expect(next.allSatisfy { before.contains($0) })
    }
    found += piece(world, after: &last, 100)
    #expect(Set(found).count == found.count)
    let left = world.orchestrator.runs.map(\.id)
    #expect(!left.isEmpty && left.allSatisfy { found.contains($0) })
    #expect(found == all.filter { found.contains($0) }, "in their order")
    #expect(piece(world, after: &last, 100).isEmpty)
    // The newest is forgotten too; the next one is still found.
    let next = try world.submit(99)
    #expect(piece(world, after: &last, 100) == [next])
  }
}
