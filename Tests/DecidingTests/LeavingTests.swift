import Basics
import Mesh
import Testing

@testable import Deciding
@testable import Schedules

/// Nodes that their owner takes out of the home, and services that are removed.
struct LeavingTests {
  private func home(seed: UInt64, nodes: Int = 4) throws -> (World, Board) {
    let world = World(seed: seed, nodes: nodes, isFresh: false)
    for board in world.boards { board.boot() }
    world.run(for: 20_000_000_000)
    return (world, try #require(world.acting))
  }

  private func votes(_ board: Board, in world: World) -> Bool {
    world.newestElectorate.voters.contains(Board.node(board.number))
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func whoLeavesVotesNoMoreAndDecidesNoMore(seed: UInt64) throws {
    let (world, acting) = try home(seed: seed)
    for board in [acting, try #require(world.boards.first { $0 !== acting })] {
      board.act { $0.leave(true, at: board.clock) }
      world.run(for: 15_000_000_000)
      #expect(!votes(board, in: world) && !board.isActing)
      #expect(world.boards.filter(\.isActing).count == 1)
      board.act { $0.leave(false, at: board.clock) }
      world.run(for: 15_000_000_000)
      #expect(votes(board, in: world))
    }
    #expect(world.violation == nil)
  }

  @Test func whoIsGoneForGoodIsTakenOutAtOnce() throws {
    let seed = try #require((1...50).first { World(seed: $0, nodes: 4).settings.goneAfter == .seconds(10) })
    for isSaid in [true, false] {
      let (world, acting) = try home(seed: UInt64(seed))
      let gone = try #require(world.boards.first { $0 !== acting && votes($0, in: world) })
      gone.crash()
      world.run(for: 4_000_000_000)
      if isSaid { acting.act { $0.declareOff(Board.node(gone.number), at: acting.clock) ?? [] } }
      world.run(for: 4_000_000_000)
      #expect(votes(gone, in: world) != isSaid)
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func whatIsRemovedIsForgottenEverywhere(seed: UInt64) throws {
    let (world, acting) = try home(seed: seed)
    let service = SubjectID(value: 5)
    world.put(service, isWanted: true, at: acting)
    world.run(for: 5_000_000_000)
    let on = try #require(world.running(service).first)
    world.remove(service, at: acting)
    world.run(for: 5_000_000_000)
    #expect(world.running(service).isEmpty)
    for board in world.boards { #expect(board.disk.records.service(service) == nil) }
    #expect(world.violation == nil && on < world.boards.count)
  }

  @Test func whatRunsOfARemovedServiceEndsWhenItsHostIsBack() throws {
    let (world, _) = try home(seed: 3, nodes: 5)
    let service = SubjectID(value: 5)
    world.put(service, isWanted: true, at: try #require(world.acting))
    world.run(for: 5_000_000_000)
    let host = try #require(world.running(service).first)
    world.link(world.boards.map { $0.number == host ? 1 : 0 })
    world.run(for: 15_000_000_000)
    // It goes on where it is cut off, and another copy was started by the others.
    #expect(world.running(service).count == 2)
    world.remove(service, at: try #require(world.acting))
    world.run(for: 10_000_000_000)
    #expect(world.running(service) == [host])
    world.heal()
    world.run(for: 10_000_000_000)
    #expect(world.running(service).isEmpty && world.violation == nil)
  }
}
