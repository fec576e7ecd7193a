import Basics
import Mesh
import Testing

@testable import Deciding
@testable import Schedules

/// A node that has the key and lies: it ends no agent, and the home goes on when it is gone.
struct LiarTests {
  private let greatest: UInt32 = 1 << 31 - 1

  /// A home of three that runs a service, and what a fourth may say to its boards.
  private func home(seed: UInt64) -> World {
    let world = World(seed: seed, nodes: 3, isFresh: false)
    for board in world.boards { board.boot() }
    world.run(for: 20_000_000_000)
    if let acting = world.acting { world.put(SubjectID(value: 5), isWanted: true, at: acting) }
    world.run(for: 5_000_000_000)
    #expect(world.running(SubjectID(value: 5)).count == 1 && world.violation == nil)
    return world
  }

  private func say(_ message: Message, in world: World, from liar: NodeID) {
    for board in world.boards {
      guard let lineage = board.decider?.durable.lineage else { continue }
      let now = board.clock
      board.act { $0.receive(message, of: lineage, from: liar, at: now) }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func termsGrowByStepsAndTheHomeGoesOn(seed: UInt64) {
    let world = home(seed: seed)
    let liar = NodeID(high: 0x4000, low: 2)
    let before = world.boards.compactMap { $0.decider?.durable.term }.max() ?? 0
    for _ in 1...10 {
      for term in [greatest, greatest - 1, before + 70] {
        say(.term(term), in: world, from: liar)
        say(.vote(term: term), in: world, from: liar)
        say(.write(Write(term: term, number: 1, isSet: true, counter: 1, records: [])), in: world, from: liar)
      }
      world.run(for: 100_000_000)
    }
    let after = world.boards.compactMap { $0.decider?.durable.term }.max() ?? 0
    #expect(after > before && after <= before + 100 * DecidingLimits.reach)
    world.run(for: 30_000_000_000)
    #expect(world.boards.filter(\.isActing).count == 1)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func attemptsAndStartsAtTheEndOfTheirRangeAreNotBelieved(seed: UInt64) {
    let world = home(seed: seed)
    let (liar, service) = (NodeID(high: 0x4000, low: 99), SubjectID(value: 5))
    let term = world.boards.compactMap { $0.decider?.durable.term }.max() ?? 0
    let copy = Copy(subject: service, attempt: greatest)
    let known = world.boards.map {
      Durable.Known(
        node: Board.node($0.number), incarnation: greatest,
        position: Position(term: greatest, settled: greatest, counter: greatest))
    }
    let beat = Beat(
      lineage: world.boards[0].disk.lineage, hasServices: true, start: 7, sequence: 1, term: term, asks: true,
      echoes: [], electorate: .none, edition: .none, lease: nil, isCoordinator: false, statusVersion: 1,
      incarnation: greatest, position: known[0].position, counts: true, isEmptied: false, isLeaving: false,
      digest: 1)
    for sequence in 1...20 as ClosedRange<UInt32> {
      var beat = beat
      beat.sequence = sequence
      say(.beat(beat), in: world, from: liar)
      say(
        .status(Status(start: 7, version: sequence, runs: [], done: [copy], known: known)), in: world,
        from: liar)
      say(.stop(copy, term: term), in: world, from: liar)
      say(.stopped(copy, term: term), in: world, from: liar)
      world.run(for: 50_000_000)
    }
    world.violation = nil
    world.run(for: 40_000_000_000)
    for board in world.boards { #expect(board.decider?.durable.incarnation ?? 0 < 1 << 20) }
    #expect(world.boards.filter(\.isActing).count == 1)
    #expect(world.running(service).count == 1)
  }

  @Test func moreNodesThanAHomeHasLeaveRoomForItsVoters() {
    let world = home(seed: 3)
    for number in 0..<500 as Range<UInt64> {
      say(.askStatus, in: world, from: NodeID(high: 0x5000, low: number))
      say(
        .question(about: NodeID(high: 1, low: number), asked: Instant(nanoseconds: 0)), in: world,
        from: NodeID(high: 0x5001, low: number))
    }
    world.run(for: 10_000_000_000)
    for board in world.boards { #expect(board.decider?.peers.count ?? 99 <= DecidingLimits.members) }
    #expect(world.boards.filter(\.isActing).count == 1 && world.violation == nil)
  }
}
