import Mesh
import Testing

@testable import Deciding

/// The registers that a node holds.
struct RecordSetTests {
  private func record(_ subject: UInt64, _ term: UInt32, _ counter: UInt32) -> Record {
    Record(
      key: RecordKey(.service, SubjectID(value: subject)), version: Version(term: term, counter: counter),
      value: .service(ServiceRecord(revision: counter, isWanted: true, isExclusive: false)))
  }

  @Test func theNewestVersionStaysWhateverComesFirst() {
    var set = RecordSet()
    for (term, counter) in [(2, 1), (1, 9), (2, 3), (2, 2), (2, 3)] as [(UInt32, UInt32)] {
      set.take(record(5, term, counter))
    }
    #expect(set.records == [record(5, 2, 3)])
    #expect(set.service(SubjectID(value: 5))?.revision == 3)
    #expect(set.assignment(SubjectID(value: 5)) == nil)
  }

  @Test func theDigestTellsWhatIsThereAndNotHowItCame() {
    var first = RecordSet()
    var second = RecordSet()
    #expect(first.digest == 0)
    first.take(record(1, 1, 1))
    first.take(record(2, 1, 2))
    second.take(record(2, 1, 1))
    second.take(record(2, 1, 2))
    #expect(first.digest != second.digest)
    second.take(record(1, 1, 1))
    #expect(first.digest == second.digest)
    #expect(first.records == second.records)
    second.drop(RecordKey(.service, SubjectID(value: 7)))
    second.drop(RecordKey(.service, SubjectID(value: 1)))
    second.drop(RecordKey(.service, SubjectID(value: 2)))
    #expect(second.digest == 0 && second.records.isEmpty)
  }

  @Test func aRemovedRecordIsNeitherServiceNorAssignment() {
    let subject = SubjectID(value: 3)
    var set = RecordSet()
    set.take(record(3, 1, 1))
    set.take(
      Record(
        key: RecordKey(.assignment, subject), version: Version(term: 1, counter: 2),
        value: .assignment(Assignment(host: NodeID(high: 1, low: 1), attempt: 4))))
    #expect(set.assignment(subject)?.attempt == 4)
    set.take(
      Record(key: RecordKey(.service, subject), version: Version(term: 1, counter: 3), value: .removed))
    #expect(set.service(subject) == nil)
    // What is late does not bring it back.
    set.take(record(3, 1, 1))
    #expect(set.service(subject) == nil)
    #expect(set.records.count == 2)
  }

  @Test func positionsAreOrderedByTermThenSetThenWrite() {
    let ordered: [Position] = [
      .none, Position(term: 1, settled: 0, counter: 9), Position(term: 1, settled: 1, counter: 0),
      Position(term: 1, settled: 1, counter: 2), Position(term: 2, settled: 0, counter: 0),
    ]
    for (place, position) in ordered.enumerated() {
      for (other, later) in ordered.enumerated() { #expect((position < later) == (place < other)) }
    }
  }

  @Test func aMajorityIsMoreThanHalfAndTheGatewayIsOneVoice() {
    let nodes = (0..<4).map { NodeID(high: 0, low: UInt64(3 - $0)) }
    let two = Electorate(version: .none, edition: .none, voters: Array(nodes[..<2]), hasGateway: false)
    #expect(two.voters == [nodes[1], nodes[0]])
    #expect(!two.isMajority(1) && two.isMajority(2))
    var three = two
    three.hasGateway = true
    #expect(three.size == 3 && three.isMajority(2))
    let four = Electorate(version: .none, edition: .none, voters: nodes, hasGateway: false)
    #expect(!four.isMajority(2) && four.isMajority(3))
    #expect(four.count([nodes[0], nodes[0], NodeID(high: 9, low: 9)]) == 1)
  }
}
