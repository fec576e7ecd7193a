import Basics
import Mesh

@testable import Deciding

/// Makes messages of every kind, by chance.
struct MessageMaker {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func counted() -> UInt32 { UInt32(random.below(Int64(1) << 31)) }
  private mutating func flag() -> Bool { random.below(2) == 0 }
  private mutating func node() -> NodeID { NodeID(high: random.next(), low: random.next()) }
  private mutating func version() -> Version { Version(term: counted(), counter: counted()) }
  private mutating func subject() -> SubjectID { SubjectID(value: random.next()) }
  private mutating func copy() -> Copy { Copy(subject: subject(), attempt: counted()) }
  private mutating func position() -> Position {
    Position(term: counted(), settled: counted(), counter: counted())
  }

  private mutating func some<Element>(_ make: (inout MessageMaker) -> Element) -> [Element] {
    (0..<random.below(4)).map { _ in make(&self) }
  }

  private mutating func electorate() -> Electorate {
    Electorate(version: version(), edition: version(), voters: some { $0.node() }, hasGateway: flag())
  }

  /// A record of one of so many subjects.
  mutating func record(below count: Int64) -> Record {
    record(of: SubjectID(value: UInt64(random.below(count))))
  }

  private mutating func record() -> Record { record(of: subject()) }

  private mutating func record(of subject: SubjectID) -> Record {
    switch random.below(4) {
    case 0:
      let service = ServiceRecord(
        revision: counted(), isWanted: flag(), isExclusive: flag(), isBound: flag(), isRemoved: flag(),
        body: some { UInt8(truncatingIfNeeded: $0.random.next()) })
      return Record(key: RecordKey(.service, subject), version: version(), value: .service(service))
    case 1:
      let assignment = Assignment(host: node(), attempt: counted(), isBound: flag())
      return Record(key: RecordKey(.assignment, subject), version: version(), value: .assignment(assignment))
    case 2:
      let node = node()
      return Record(
        key: RecordKey(.hold, SubjectID(node: node)), version: version(),
        value: .hold(node, incarnation: counted()))
    default: return Record(key: RecordKey(.service, subject), version: version(), value: .removed)
    }
  }

  private mutating func records() -> RecordSet {
    var set = RecordSet()
    for record in some({ $0.record() }) { set.take(record) }
    return set
  }

  /// One message of each kind that has a wire form of its own.
  mutating func ofEachKind() -> [Message] {
    [
      .askStatus,
      .status(
        Status(
          start: UInt32(truncatingIfNeeded: random.next()), version: counted(), runs: some { $0.copy() },
          done: some { $0.copy() },
          known: some { Durable.Known(node: $0.node(), incarnation: $0.counted(), position: $0.position()) })),
      .preVote(term: counted()), .preVoteGiven(electorate()), .vote(term: counted()),
      .grant(term: counted(), settled: counted(), electorate: electorate(), records: records()),
      .term(counted()),
      .write(
        Write(
          term: counted(), number: flag() ? counted() : nil, isSet: flag(), counter: counted(),
          records: some { $0.record() }, dropped: some { RecordKey(.assignment, $0.subject()) },
          electorate: flag() ? electorate() : nil)),
      .stored(term: counted(), number: counted()),
      .fetch(
        settled: counted(), electorate: version(),
        versions: some { (RecordKey(.service, $0.subject()), $0.version()) }),
      .question(about: node(), asked: Instant(nanoseconds: Int64(bitPattern: random.next()))),
      .silence(
        about: node(), asked: Instant(nanoseconds: Int64(bitPattern: random.next())),
        length: Interval(nanoseconds: Int64(bitPattern: random.next())), edition: version()),
      .start(
        copy(), term: counted(),
        lease: LeaseName(start: UInt32(truncatingIfNeeded: random.next()), number: counted()), isBound: flag()
      ),
      .stop(copy(), term: counted()), .stopped(copy(), term: counted()), .hold(incarnation: counted()),
      .yield(to: Lineage(id: random.next(), generation: counted()), term: counted()),
      .holdKept(incarnation: counted()),
    ]
  }

  /// A heartbeat that says this of what changes rarely.
  mutating func beat(start: UInt32, sequence: UInt32, echoes: [Beat.Echo]) -> Beat {
    Beat(
      lineage: Lineage(id: random.next(), generation: counted()), hasServices: flag(), start: start,
      sequence: sequence, term: counted(), asks: flag(), echoes: echoes, electorate: version(),
      edition: version(),
      lease: flag() ? LeaseName(start: start, number: counted() | 1) : nil, isCoordinator: flag(),
      statusVersion: counted(), incarnation: counted(), position: position(), counts: flag(),
      isEmptied: flag(), isLeaving: flag(), digest: random.next())
  }
}
