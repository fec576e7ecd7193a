import Basics
import Mesh
import Testing

@testable import Deciding

/// Two boards with a copy of one disk.
struct CloneTests {
  private let nodes = (1...3).map { NodeID(high: 1, low: $0) }
  private let lineage = Lineage(id: 5, generation: 1)

  private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

  private func decider(voters: [NodeID]) -> Decider {
    var durable = Durable(
      electorate: Electorate(version: .none, edition: .none, voters: voters, hasGateway: false))
    durable.lineage = lineage
    durable.incarnation = 4
    var decider = Decider(id: nodes[0], durable: durable, start: 77, seed: 1, at: at(0))
    _ = decider.tick(at: at(0))
    _ = decider.stored(1, at: at(1))
    return decider
  }

  private func beat(start: UInt32, incarnation: UInt32, sequence: UInt32 = 1) -> Message {
    .beat(
      Beat(
        lineage: lineage, hasServices: false, start: start, sequence: sequence, term: 0, asks: false,
        echoes: [],
        electorate: .none, edition: .none, lease: nil, isCoordinator: false, statusVersion: 1,
        incarnation: incarnation, position: .none, counts: true, isEmptied: false, isLeaving: false, digest: 0
      ))
  }

  /// A tick, and the disk does at once what it is asked for.
  private func tick(_ decider: inout Decider, _ time: Int64) {
    var directives = decider.tick(at: at(time))
    while !directives.isEmpty {
      if case .store(let number) = directives.removeFirst() {
        directives += decider.stored(number, at: at(time + 1))
      }
    }
  }

  /// The only voter of its home, which decides.
  private func deciding() -> Decider {
    var decider = decider(voters: [nodes[0]])
    for step in 1...60 as ClosedRange<Int64> {
      tick(&decider, step * 100)
    }
    #expect(decider.isActing)
    return decider
  }

  @Test(arguments: [5, 6] as [UInt32])
  func aBoardThatHearsItselfDoesNothing(incarnation: UInt32) {
    var decider = deciding()
    let directives = decider.receive(
      beat(start: 78, incarnation: incarnation), of: lineage, from: nodes[0], at: at(6050))
    #expect(directives.contains { if case .cloned = $0 { true } else { false } })
    #expect(directives.contains { if case .lapsed = $0 { true } else { false } })
    for step in 61...155 as ClosedRange<Int64> {
      tick(&decider, step * 100)
      #expect(!decider.isActing && decider.lease == nil)
    }
    // It was heard last 10 s ago: it is gone.
    for step in 161...260 as ClosedRange<Int64> {
      tick(&decider, step * 100)
    }
    #expect(decider.isActing)
  }

  @Test func theLaterLifeGoesOnWhereTheEarlierIsHeard() {
    var decider = deciding()
    _ = decider.receive(beat(start: 78, incarnation: 4), of: lineage, from: nodes[0], at: at(6050))
    #expect(decider.isActing)
    // Its own packet, sent back by the network.
    _ = decider.receive(beat(start: 77, incarnation: 5), of: lineage, from: nodes[0], at: at(6060))
    #expect(decider.isActing)
  }

  /// Whose heartbeats are echoed after these of the second node.
  private func echoed(_ beats: [Message]) -> [UInt32] {
    var decider = decider(voters: nodes)
    for (number, beat) in beats.enumerated() {
      _ = decider.receive(beat, of: lineage, from: nodes[1], at: at(10 + Int64(number)))
    }
    for directive in decider.tick(at: at(700)) {
      if case .send(.beat(let beat), _, nil) = directive { return beat.echoes.map(\.tag) }
    }
    return []
  }

  @Test func nobodyEchoesTwoBoardsOfOneDisk() {
    let first = Beat.Echo.tag(of: nodes[1], 10)
    let later = Beat.Echo.tag(of: nodes[1], 11)
    #expect(echoed([beat(start: 10, incarnation: 3)]) == [first])
    // A new start has its own incarnation.
    #expect(echoed([beat(start: 10, incarnation: 3), beat(start: 11, incarnation: 4)]) == [later])
    let both = [beat(start: 10, incarnation: 3), beat(start: 11, incarnation: 3)]
    var decider = decider(voters: nodes)
    for (number, beat) in both.enumerated() {
      _ = decider.receive(beat, of: lineage, from: nodes[1], at: at(10 + Int64(number)))
    }
    // Neither is heard any more, so that the echo of the first one ends, too.
    for step in 1...40 as ClosedRange<Int64> {
      let again = beat(start: UInt32(10 + step % 2), incarnation: 3, sequence: UInt32(step) + 1)
      _ = decider.receive(again, of: lineage, from: nodes[1], at: at(step * 100))
      for directive in decider.tick(at: at(step * 100)) {
        if step > 25, case .send(.beat(let beat), _, nil) = directive { #expect(beat.echoes.isEmpty) }
      }
    }
  }
}
