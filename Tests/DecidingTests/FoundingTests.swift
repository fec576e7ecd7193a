import Basics
import Deciding
import Mesh
import Testing

@testable import Schedules

/// Homes that begin, meet, and go on without a majority.
struct FoundingTests {
  private func lineages(_ world: World) -> Set<Lineage> {
    Set(world.boards.compactMap { $0.decider?.durable.lineage })
  }

  private func boot(_ world: World) {
    for board in world.boards { world.after(world.seconds(0, 1)) { board.boot() } }
  }

  private func put(_ service: UInt64, _ world: World, at board: Board) {
    world.put(SubjectID(value: service), isWanted: true, at: board)
  }

  @Test(arguments: [1, 2, 3, 5, 8])
  func boardsThatAreSwitchedOnTogetherBecomeOneHome(nodes: Int) {
    for seed in 1...6 as ClosedRange<UInt64> {
      let world = World(seed: seed, nodes: nodes, isFresh: true)
      boot(world)
      world.run(for: 60_000_000_000)
      #expect(lineages(world).count == 1 && !lineages(world).contains(.none), "seed \(seed)")
      #expect(world.boards.filter(\.isActing).count == 1, "seed \(seed)")
      let wanted = min(world.boards.count, world.settings.maximumVoters)
      #expect(world.acting?.decider?.durable.electorate.voters.count == wanted, "seed \(seed)")
      if let acting = world.acting { put(5, world, at: acting) }
      world.run(for: 3_000_000_000)
      #expect(world.running(SubjectID(value: 5)).count == 1 && world.violation == nil, "seed \(seed)")
    }
  }

  /// Two halves of five boards, which found apart and then meet.
  private func halves(seed: UInt64) -> World {
    let world = World(seed: seed, nodes: 5, isFresh: true)
    world.link([0, 0, 0, 1, 1])
    boot(world)
    world.run(for: 40_000_000_000)
    #expect(lineages(world).count == 2)
    return world
  }

  @Test func twoHomesWithoutServicesBecomeOne() {
    for seed in 1...6 as ClosedRange<UInt64> {
      let world = halves(seed: seed)
      world.heal()
      world.run(for: 60_000_000_000)
      #expect(lineages(world).count == 1, "seed \(seed)")
      #expect(world.boards.filter(\.isActing).count == 1, "seed \(seed)")
      #expect(world.violation == nil)
    }
  }

  @Test func theHomeThatKeepsSomethingWins() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let world = halves(seed: seed)
      let half = try #require(world.boards.last { $0.isActing && (seed % 2 == 0) == ($0.number < 3) })
      let lineage = half.decider?.durable.lineage
      put(5, world, at: half)
      world.run(for: 3_000_000_000)
      let on = world.running(SubjectID(value: 5))
      world.heal()
      world.run(for: 60_000_000_000)
      #expect(lineages(world) == [lineage], "seed \(seed)")
      #expect(on.count == 1 && world.running(SubjectID(value: 5)) == on, "seed \(seed)")
      #expect(world.violation == nil)
    }
  }

  @Test func twoHomesThatBothKeepSomethingAskTheirOwner() {
    let world = halves(seed: 3)
    var said: [String] = []
    world.trace = { if $0.contains("another home") { said.append($0) } }
    for board in world.boards where board.isActing { put(board.number < 3 ? 5 : 6, world, at: board) }
    world.run(for: 3_000_000_000)
    world.heal()
    world.run(for: 60_000_000_000)
    #expect(lineages(world).count == 2)
    #expect(world.acting == nil)
    #expect(said.count == 5)
    // What runs goes on.
    #expect(world.running(SubjectID(value: 5)).count == 1 && world.running(SubjectID(value: 6)).count == 1)
    // One of them is switched off: the other goes on.
    for board in world.boards.suffix(2) { board.crash() }
    world.run(for: 30_000_000_000)
    #expect(world.boards.filter(\.isActing).count == 1)
  }

  @Test func whereAMajorityIsGoneForGoodTheOwnerHasTheRestGoOn() {
    for seed in 1...8 as ClosedRange<UInt64> {
      let world = World(seed: seed &* 2, nodes: 3, isFresh: false)
      boot(world)
      world.run(for: 10_000_000_000)
      guard let acting = world.acting else { Issue.record("nobody decides"); continue }
      for service in world.services { world.put(service, isWanted: true, at: acting) }
      world.run(for: 10_000_000_000)
      let last = world.boards[Int(seed) % world.boards.count]
      for board in world.boards where board !== last { board.crash() }
      world.run(for: 30_000_000_000)
      #expect(!last.isActing, "seed \(seed)")
      let now = last.clock
      last.act { $0.foundAnew(at: now) }
      world.run(for: 30_000_000_000)
      #expect(last.isActing, "seed \(seed)")
      for service in world.services where !world.isBound(service) {
        #expect(world.running(service) == [last.number], "seed \(seed)")
      }
      // The others return: they yield to the younger generation, and each service runs once.
      for board in world.boards { board.boot() }
      world.run(for: 40_000_000_000)
      #expect(lineages(world) == [Lineage(id: 1, generation: 2)], "seed \(seed)")
      world.checkProgress()
      #expect(world.violation == nil, "seed \(seed)")
    }
  }
}
