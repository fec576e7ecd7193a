internal import Basics

/// The wire form of all that nodes say to each other but heartbeats (`BeatCoding.swift`):
///
///     0      version (1) in the high 4 bits, 0 in the low 4
///     1      kind
///     2      lineage of the sender, 8; generation, 4
///     14     by kind, as `encoded` writes it
///
/// Bytes behind these are of a later writer of the same version and are ignored.
extension Message {
  private static let version: UInt8 = 1 << 4

  private enum Kind: UInt8 {
    case askStatus = 1
    case status, preVote, preVoteGiven, vote, grant, term, write, stored, fetch, question, silence, start,
      stop
    case stopped, hold, yield, holdKept
  }

  private var kind: Kind? {
    switch self {
    case .beat: nil
    case .askStatus: .askStatus
    case .status: .status
    case .preVote: .preVote
    case .preVoteGiven: .preVoteGiven
    case .vote: .vote
    case .grant: .grant
    case .term: .term
    case .write: .write
    case .stored: .stored
    case .fetch: .fetch
    case .question: .question
    case .silence: .silence
    case .start: .start
    case .stop: .stop
    case .stopped: .stopped
    case .hold: .hold
    case .yield: .yield
    case .holdKept: .holdKept
    }
  }

  /// The bytes; nil for a heartbeat, which has a form of its own.
  package func encoded(of lineage: Lineage) -> [UInt8]? {
    guard let kind else { return nil }
    var bytes: [UInt8] = [Self.version, kind.rawValue]
    bytes.put(lineage)
    put(into: &bytes)
    return bytes
  }

  private func put(into bytes: inout [UInt8]) {
    switch self {
    case .beat, .askStatus: break
    case .status(let status):
      bytes.put(status.start)
      bytes.put(status.version)
      bytes.putAll(status.runs) { $0.put($1) }
      bytes.putAll(status.done) { $0.put($1) }
      bytes.putAll(status.known) { $0.put($1) }
    case .preVote(let number), .vote(let number), .term(let number), .hold(let number), .holdKept(let number):
      bytes.put(number)
    case .preVoteGiven(let electorate): bytes.put(electorate)
    case .grant(let term, let settled, let electorate, let records):
      bytes.put(term)
      bytes.put(settled)
      bytes.put(electorate)
      bytes.putAll(records.records) { $0.put($1) }
    case .write(let write): write.put(into: &bytes)
    case .stored(let term, let number):
      bytes.put(term)
      bytes.put(number)
    case .fetch(let settled, let electorate, let versions):
      bytes.put(settled)
      bytes.put(electorate)
      bytes.putAll(versions) {
        $0.put($1.0)
        $0.put($1.1)
      }
    case .question(let about, let asked):
      bytes.put(about)
      bytes.put(asked)
    case .silence(let about, let asked, let length, let edition):
      bytes.put(about)
      bytes.put(asked)
      bytes.put(length)
      bytes.put(edition)
    case .start(let copy, let term, let lease, let isBound):
      bytes.put(copy)
      bytes.put(term)
      bytes.put(lease)
      bytes.put(isBound)
    case .stop(let copy, let term), .stopped(let copy, let term):
      bytes.put(copy)
      bytes.put(term)
    case .yield(let other, let term):
      bytes.put(other)
      bytes.put(term)
    }
  }

  /// What the bytes say, and as a node of which home; nil for what no writer of this version makes.
  package static func decoded(_ bytes: [UInt8]) -> (message: Message, lineage: Lineage)? {
    var reader = BigEndianReader(bytes)
    guard reader.byte() == version, let kind = Kind(rawValue: reader.byte()) else { return nil }
    let lineage = reader.lineage()
    let message = Message(kind, &reader)
    return reader.isWrong ? nil : (message, lineage)
  }

  private init(_ kind: Kind, _ reader: inout BigEndianReader) {
    switch kind {
    case .askStatus: self = .askStatus
    case .status:
      self = .status(
        Status(
          start: reader.word(), version: reader.counted(),
          runs: reader.all(atMost: DecidingLimits.copies) { $0.copy() },
          done: reader.all(atMost: DecidingLimits.copies) { $0.copy() },
          known: reader.all(atMost: DecidingLimits.members) { $0.known() }))
    case .preVote: self = .preVote(term: reader.counted())
    case .preVoteGiven: self = .preVoteGiven(reader.electorate())
    case .vote: self = .vote(term: reader.counted())
    case .grant:
      let (term, settled, electorate) = (reader.counted(), reader.counted(), reader.electorate())
      var records = RecordSet()
      for record in reader.all(atMost: DecidingLimits.records, { $0.record() }) { records.take(record) }
      self = .grant(term: term, settled: settled, electorate: electorate, records: records)
    case .term: self = .term(reader.counted())
    case .write: self = .write(Write(&reader))
    case .stored: self = .stored(term: reader.counted(), number: reader.counted())
    case .fetch:
      self = .fetch(
        settled: reader.counted(), electorate: reader.version(),
        versions: reader.all(atMost: DecidingLimits.records) { ($0.key(), $0.version()) })
    case .question: self = .question(about: reader.node(), asked: reader.instant())
    case .silence:
      let (about, asked, length) = (reader.node(), reader.instant(), Int64(bitPattern: reader.number(8)))
      self = .silence(
        about: about, asked: asked, length: Interval(nanoseconds: length), edition: reader.version())
    case .start:
      self = .start(
        reader.copy(), term: reader.counted(), lease: reader.lease(), isBound: reader.flag())
    case .stop: self = .stop(reader.copy(), term: reader.counted())
    case .stopped: self = .stopped(reader.copy(), term: reader.counted())
    case .hold: self = .hold(incarnation: reader.counted())
    case .yield: self = .yield(to: reader.lineage(), term: reader.counted())
    case .holdKept: self = .holdKept(incarnation: reader.counted())
    }
  }
}

extension Write {
  fileprivate func put(into bytes: inout [UInt8]) {
    bytes.put(term)
    bytes.append((number != nil ? 1 : 0) | (isSet ? 2 : 0) | (electorate != nil ? 4 : 0))
    bytes.put(number ?? 0)
    bytes.put(counter)
    bytes.putAll(records) { $0.put($1) }
    bytes.putAll(dropped) { $0.put($1) }
    if let electorate { bytes.put(electorate) }
  }

  fileprivate init(_ reader: inout BigEndianReader) {
    let (term, flags, number) = (reader.counted(), reader.byte(), reader.counted())
    if flags > 7 { reader.refuse() }
    self.init(
      term: term, number: flags & 1 != 0 ? number : nil, isSet: flags & 2 != 0, counter: reader.counted(),
      records: reader.all(atMost: DecidingLimits.records) { $0.record() },
      dropped: reader.all(atMost: DecidingLimits.records) { $0.key() },
      electorate: flags & 4 != 0 ? reader.electorate() : nil)
  }
}
