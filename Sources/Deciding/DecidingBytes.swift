internal import Basics
internal import Mesh

// What records and messages consist of, as bytes: in packets, on connections and on disk alike. Numbers are big-endian, and
// counted values (terms, attempts, incarnations) end at 2^31 - 1, so that one more never overflows.

/// The greatest term, counter, attempt, incarnation or revision that is read.
private let greatestCount: UInt32 = 1 << 31 - 1

extension [UInt8] {
  mutating func put(_ number: UInt32) { append(bigEndian: UInt64(number), size: 4) }

  mutating func put(_ flag: Bool) { append(flag ? 1 : 0) }

  mutating func put(_ instant: Instant) {
    append(bigEndian: UInt64(bitPattern: instant.nanoseconds), size: 8)
  }

  mutating func put(_ interval: Interval) {
    append(bigEndian: UInt64(bitPattern: interval.nanoseconds), size: 8)
  }

  mutating func put(_ node: NodeID) {
    append(bigEndian: node.high, size: 8)
    append(bigEndian: node.low, size: 8)
  }

  mutating func put(_ lineage: Lineage) {
    append(bigEndian: lineage.id, size: 8)
    put(lineage.generation)
  }

  mutating func put(_ version: Version) {
    put(version.term)
    put(version.counter)
  }

  mutating func put(_ position: Position) {
    put(position.term)
    put(position.settled)
    put(position.counter)
  }

  mutating func put(_ lease: LeaseName) {
    put(lease.start)
    put(lease.number)
  }

  mutating func put(_ subject: SubjectID) { append(bigEndian: subject.value, size: 8) }

  mutating func put(_ key: RecordKey) {
    append(key.kind.rawValue)
    put(key.subject)
  }

  mutating func put(_ copy: Copy) {
    put(copy.subject)
    put(copy.attempt)
  }

  mutating func put(_ electorate: Electorate) {
    put(electorate.version)
    put(electorate.edition)
    put(electorate.hasGateway)
    putAll(electorate.voters) { $0.put($1) }
  }

  mutating func put(_ known: Durable.Known) {
    put(known.node)
    put(known.incarnation)
    put(known.position)
  }

  mutating func put(_ record: Record) {
    put(record.key)
    put(record.version)
    switch record.value {
    case .removed: append(0)
    case .service(let service):
      append(1)
      put(service.revision)
      var flags: UInt8 = service.isWanted ? 1 : 0
      if service.isExclusive { flags |= 2 }
      if service.isBound { flags |= 4 }
      if service.isRemoved { flags |= 8 }
      append(flags)
      put(UInt32(service.body.count))
      append(contentsOf: service.body)
    case .assignment(let assignment):
      append(2)
      put(assignment.host)
      put(assignment.attempt)
      put(assignment.isBound)
    case .hold(let node, let incarnation):
      append(3)
      put(node)
      put(incarnation)
    }
  }

  /// The number of the elements, at most 65,535, and each of them.
  mutating func putAll<Item>(_ all: [Item], _ put: (inout [UInt8], Item) -> Void) {
    append(bigEndian: UInt64(all.count), size: 2)
    for element in all { put(&self, element) }
  }
}

extension BigEndianReader {
  /// A number that others may have counted up.
  mutating func counted() -> UInt32 {
    let number = word()
    if number > greatestCount { refuse() }
    return number
  }

  mutating func flag() -> Bool {
    let byte = byte()
    if byte > 1 { refuse() }
    return byte == 1
  }

  mutating func instant() -> Instant { Instant(nanoseconds: Int64(bitPattern: number(8))) }

  mutating func node() -> NodeID { NodeID(high: number(8), low: number(8)) }

  mutating func lineage() -> Lineage { Lineage(id: number(8), generation: counted()) }

  mutating func version() -> Version { Version(term: counted(), counter: counted()) }

  mutating func position() -> Position { Position(term: counted(), settled: counted(), counter: counted()) }

  mutating func lease() -> LeaseName { LeaseName(start: word(), number: counted()) }

  mutating func subject() -> SubjectID { SubjectID(value: number(8)) }

  mutating func key() -> RecordKey {
    let kind = RecordKey.Kind(rawValue: byte())
    if kind == nil { refuse() }
    return RecordKey(kind ?? .service, subject())
  }

  mutating func copy() -> Copy { Copy(subject: subject(), attempt: counted()) }

  mutating func known() -> Durable.Known {
    Durable.Known(node: node(), incarnation: counted(), position: position())
  }

  mutating func electorate() -> Electorate {
    let (version, edition, hasGateway) = (version(), version(), flag())
    let voters = all(atMost: Electorate.maximumVoters) { $0.node() }
    return Electorate(version: version, edition: edition, voters: voters, hasGateway: hasGateway)
  }

  mutating func record() -> Record {
    let (key, version) = (key(), version())
    return Record(key: key, version: version, value: value(of: key.kind))
  }

  private mutating func value(of kind: RecordKey.Kind) -> Record.Value {
    switch (byte(), kind) {
    case (0, _): return .removed
    case (1, .service):
      let (revision, flags, size) = (counted(), byte(), Int(word()))
      if flags > 15 || size > DecidingLimits.body { refuse() }
      return .service(
        ServiceRecord(
          revision: revision, isWanted: flags & 1 != 0, isExclusive: flags & 2 != 0,
          isBound: flags & 4 != 0, isRemoved: flags & 8 != 0, body: bytes(size)))
    case (2, .assignment):
      return .assignment(Assignment(host: node(), attempt: counted(), isBound: flag()))
    case (3, .hold): return .hold(node(), incarnation: counted())
    default:
      refuse()
      return .removed
    }
  }

  /// As many as are said, if that is no more than this.
  mutating func all<Element>(atMost limit: Int, _ element: (inout BigEndianReader) -> Element) -> [Element] {
    let count = Int(number(2))
    if count > limit { refuse() }
    var all: [Element] = []
    // Nothing is set aside for elements before they have proved to be there.
    while all.count < count, !isWrong { all.append(element(&self)) }
    return all
  }
}
