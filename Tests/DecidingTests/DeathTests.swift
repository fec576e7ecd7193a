import Basics
import Deciding
import Mesh
import TestSupport
import Testing

@testable import Schedules

/// What a home does when a board is gone.
struct DeathTests {
  private func home(seed: UInt64, nodes: Int) -> World { Takeover.home(seed: seed, nodes: nodes) }

  private func host(of service: SubjectID, in world: World) -> Int? {
    let on = world.running(service)
    return on.count == 1 ? on[0] : nil
  }

  /// Of 100 deaths and more, so that the 99th of 100 is one of them.
  @Test(arguments: [3, 4, 8])
  func whatABoardRanRunsElsewhereWithinFiveSeconds(nodes: Int) throws {
    let seeds = UInt64(isLongForm ? 100 : nodes == 8 ? 25 : 40)
    let times = Takeover(nodes: nodes).times(1...seeds)
    try #require(times.count >= 100)
    let worst = times[times.count - 1 - times.count / 100]
    #expect(worst <= 5_000_000_000, "p99 \(worst / 1_000_000) ms of \(times.count)")
    // None is as long as is waited, which a violation counts as.
    #expect(times.last ?? 0 < 10_000_000_000)
  }

  @Test func whatIsBoundWaitsForItsBoardOrForItsOwnersWord() throws {
    let world = home(seed: 6, nodes: 3)
    let bound = SubjectID(value: 7)
    let victim = try #require(host(of: bound, in: world))
    let board = world.boards[victim]
    board.crash()
    world.run(for: 60_000_000_000)
    #expect(world.running(bound).isEmpty)
    board.boot()
    world.run(for: 20_000_000_000)
    #expect(world.running(bound) == [victim])

    board.crash()
    world.run(for: 10_000_000_000)
    let acting = try #require(world.acting)
    let (now, node) = (acting.clock, Board.node(victim))
    var isTaken = false
    acting.act { decider in
      let directives = decider.declareOff(node, at: now)
      isTaken = directives != nil
      return directives ?? []
    }
    #expect(isTaken)
    world.run(for: 5_000_000_000)
    #expect(world.running(bound).count == 1 && world.running(bound) != [victim])
    #expect(world.violation == nil)
  }

  @Test func aBoardThatLivesIsNotOff() throws {
    let world = home(seed: 7, nodes: 3)
    let acting = try #require(world.acting)
    let now = acting.clock
    let node = Board.node((acting.number + 1) % 3)
    var isTaken = true
    acting.act { decider in
      isTaken = decider.declareOff(node, at: now) != nil
      return []
    }
    #expect(!isTaken)
  }

  @Test func anAgentThatIsStoppedInOrderKeepsItsContainersAndNobodyDoublesThem() throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      let world = home(seed: seed, nodes: 3)
      let service = SubjectID(value: 5)
      let victim = try #require(host(of: service, in: world))
      let board = world.boards[victim]
      let running = board.engine.first { $0.service == service }
      let container = try #require(running)
      board.stopInOrder(for: 7_000_000_000)
      world.run(for: 6_000_000_000)
      #expect(!board.hasAgent)
      #expect(world.running(service) == [victim])
      world.run(for: 20_000_000_000)
      let isThere = board.engine.contains { $0 === container }
      #expect(isThere && !container.isEnding)
      #expect(world.running(service) == [victim])

      // Away for longer than it is held: it ends there, and runs elsewhere.
      board.stopInOrder(for: 60_000_000_000)
      world.run(for: 30_000_000_000)
      #expect(!world.running(service).contains(victim))
      #expect(world.running(service).count == 1)
      #expect(world.violation == nil, "seed \(seed)")
    }
  }
}
