import Basics
import Mesh
import TestSupport
import Testing

@testable import Deciding

/// Messages as bytes: what is written is what is read, and nothing else is.
struct MessageCodingTests {
  private let home = Lineage(id: 0xfedc_ba98_7654_3210, generation: 3)

  @Test func everyMessageIsReadAsItWasWritten() throws {
    var maker = MessageMaker(seed: 1)
    for _ in 0..<400 {
      for message in maker.ofEachKind() {
        let bytes = try #require(message.encoded(of: home))
        let read = try #require(Message.decoded(bytes))
        #expect(read.lineage == home)
        #expect(read.message.encoded(of: home) == bytes)
        // A later writer may say more.
        #expect(Message.decoded(bytes + [1, 2, 3])?.message.encoded(of: home) == bytes)
      }
    }
  }

  @Test func noMessageIsReadOfAPart() throws {
    var maker = MessageMaker(seed: 2)
    for message in maker.ofEachKind() {
      let bytes = try #require(message.encoded(of: home))
      for count in 0..<bytes.count { #expect(Message.decoded(Array(bytes.prefix(count))) == nil) }
    }
  }

  @Test func theFormIsTheOneOfTheDocuments() {
    let copy = Copy(subject: SubjectID(value: 0x0102_0304_0506_0708), attempt: 9)
    let start = Message.start(copy, term: 5, lease: LeaseName(start: 0xa0b0_c0d0, number: 2), isBound: true)
    let head: [UInt8] = [0x10, 13, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10, 0, 0, 0, 3]
    let rest: [UInt8] = [
      1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 5, 0xa0, 0xb0, 0xc0, 0xd0, 0, 0, 0, 2, 1,
    ]
    #expect(start.encoded(of: home) == head + rest)
  }

  @Test(arguments: [[0x20, 1], [0x10, 0], [0x10, 99]] as [[UInt8]])
  func whatNoWriterMakesIsRefused(start: [UInt8]) {
    #expect(Message.decoded(start + [UInt8](repeating: 0, count: 12)) == nil)
  }

  @Test func countsAndSizesHaveTheirBounds() throws {
    func term(_ term: UInt32) -> Message? {
      Message.decoded(Message.vote(term: term).encoded(of: home)!)?.message
    }
    #expect(term(1 << 31 - 1) != nil && term(1 << 31) == nil && term(.max) == nil)
    func write(_ body: Int) -> Message? {
      let service = ServiceRecord(
        revision: 1, isWanted: true, isExclusive: false, body: [UInt8](repeating: 7, count: body))
      let record = Record(
        key: RecordKey(.service, SubjectID(value: 1)), version: Version(term: 1, counter: 1),
        value: .service(service))
      let write = Write(term: 1, number: 1, isSet: false, counter: 1, records: [record])
      return Message.decoded(Message.write(write).encoded(of: home)!)?.message
    }
    #expect(write(64 << 10) != nil && write(64 << 10 + 1) == nil)
    func status(_ runs: Int) -> Message? {
      let copies = (0..<runs).map { Copy(subject: SubjectID(value: UInt64($0)), attempt: 1) }
      let status = Status(start: 1, version: 1, runs: copies, done: [], known: [])
      return Message.decoded(Message.status(status).encoded(of: home)!)?.message
    }
    #expect(status(DecidingLimits.copies) != nil && status(DecidingLimits.copies + 1) == nil)
    let voters = (0..<8).map { NodeID(high: 1, low: UInt64($0)) }
    let electorate = Electorate(version: .none, edition: .none, voters: voters, hasGateway: false)
    #expect(Message.decoded(Message.preVoteGiven(electorate).encoded(of: home)!) == nil)
  }

  @Test func mutationsOfMessagesAreReadOrRefusedFuzz() {
    var maker = MessageMaker(seed: 3)
    let corpus = (0..<40).flatMap { _ in maker.ofEachKind() }.compactMap { $0.encoded(of: home) }
    fuzz(cases: 20_000, seed: 4, "messages") { random in
      var mutator = Mutator(corpus: corpus, seed: random.next())
      let bytes = mutator.next()
      guard let read = Message.decoded(bytes) else { return nil }
      // What is read is what a writer makes.
      guard let again = read.message.encoded(of: read.lineage), let twice = Message.decoded(again),
        twice.message.encoded(of: twice.lineage) == again
      else { return "is read, and not written so: \(bytes)" }
      return nil
    }
  }
}
