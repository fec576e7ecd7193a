import Basics
import Mesh
import Testing

@testable import Deciding

/// A card that was restored from an image.
struct OldDiskTests {
  private let nodes = (1...3).map { NodeID(high: 0, low: UInt64($0)) }
  private let lineage = Lineage(id: 5, generation: 1)
  private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

  /// Node 1 with a disk of the seventeenth write of the first term.
  private func decider() -> Decider {
    let electorate = Electorate(version: .none, edition: .none, voters: nodes, hasGateway: false)
    var durable = Durable(electorate: electorate)
    (durable.lineage, durable.term, durable.settled, durable.counter) = (lineage, 1, 1, 17)
    durable.incarnation = 1
    durable.records.take(record(3, 16))
    var decider = Decider(id: nodes[0], durable: durable, start: 77, seed: 1, at: at(0))
    _ = decider.tick(at: at(0))
    _ = decider.stored(1, at: at(1))
    return decider
  }

  private func record(_ subject: UInt64, _ counter: UInt32) -> Record {
    Record(
      key: RecordKey(.service, SubjectID(value: subject)), version: Version(term: 1, counter: counter),
      value: .service(ServiceRecord(revision: counter, isWanted: true, isExclusive: false)))
  }

  private func beat(term: UInt32) -> Message {
    .beat(
      Beat(
        lineage: lineage, hasServices: true, start: 9, sequence: 1, term: term, asks: false, echoes: [],
        electorate: .none, edition: .none, lease: nil, isCoordinator: false, statusVersion: 1, incarnation: 1,
        position: Position(term: 1, settled: 1, counter: 16), counts: true, isEmptied: false,
        isLeaving: false, digest: 0))
  }

  private func status(_ known: Position) -> Message {
    .status(
      Status(
        start: 9, version: 1, runs: [], done: [],
        known: [Durable.Known(node: nodes[0], incarnation: 2, position: known)]))
  }

  @Test func aDiskThatNobodyKnowsToBeOlderCounts() {
    var decider = decider()
    #expect(!decider.counts && decider.durable.incarnation == 2)
    _ = decider.receive(beat(term: 1), of: lineage, from: nodes[1], at: at(2190))
    #expect(!decider.counts)
    _ = decider.receive(
      status(Position(term: 1, settled: 1, counter: 17)), of: lineage, from: nodes[1], at: at(2200))
    #expect(decider.counts && !decider.durable.isEmptied)
  }

  /// Its records stay for an owner who has nothing else, but are no set that anybody takes.
  @Test func aDiskThatIsBehindCountsForNothing() {
    var decider = decider()
    _ = decider.receive(beat(term: 1), of: lineage, from: nodes[1], at: at(2190))
    _ = decider.receive(
      status(Position(term: 1, settled: 1, counter: 19)), of: lineage, from: nodes[1], at: at(2200))
    #expect(!decider.counts && decider.durable.isEmptied && decider.durable.records.count > 0)
    #expect(decider.durable.position == Position(term: 1, settled: 0, counter: 0))
    #expect(decider.durable.incarnation == 3)
  }

  /// What it hears before it is known to be old must not hide what it lacks (found by schedule 1141).
  @Test(arguments: [true, false])
  func neitherANewWriteNorALaterTermHidesWhatItLacks(isWrite: Bool) {
    var decider = decider()
    if isWrite {
      let write = Write(term: 1, number: 4, isSet: false, counter: 20, records: [record(4, 20)])
      _ = decider.receive(.write(write), of: lineage, from: nodes[2], at: at(2180))
      #expect(decider.durable.counter == 17)
    }
    _ = decider.receive(beat(term: isWrite ? 1 : 2), of: lineage, from: nodes[1], at: at(2190))
    _ = decider.receive(
      status(Position(term: 1, settled: 1, counter: 19)), of: lineage, from: nodes[1], at: at(2200))
    #expect(!decider.counts && decider.durable.isEmptied)
  }
}
