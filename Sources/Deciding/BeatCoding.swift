internal import Basics
internal import Mesh

// A heartbeat on the wire stands at the end of a packet of membership. Most of it changes rarely, so it travels once it has
// changed, and now and then; in between a version stands for it:
//
//     0      flags: 1 asks for one in return, 2 has what changes rarely, 4 wants that in return
//     1      version of what changes rarely
//     2      number of the heartbeat, its lowest 2 bytes
//     4      with the flag, what changes rarely (`putRare`)
//     then   for each 8 nodes of `heard` a byte with a bit for each whose heartbeat is echoed, the first is the lowest
//     then   for each that is echoed the lowest byte of that heartbeat's number

/// What this node's heartbeats are written with.
package struct BeatWriter: Sendable {
  /// How many heartbeats carry what has changed.
  static let repeats = 3
  /// Every so many carry it, though nothing has.
  static let period = 16

  private var version: UInt8
  private var rare: Beat?
  /// Of `rare`, in an order of its own: a node keeps its place as long as it is echoed now and then.
  private var heard: [UInt32] = []
  private var sinceChange = 0

  /// - Parameter version: random, so that a start's first version is hardly ever its former one's.
  package init(version: UInt8) { self.version = version }

  /// The bytes of a heartbeat.
  ///
  /// - Parameters:
  ///   - isWhole: whether who hears it has asked for all of it.
  ///   - wants: whether it asks for all of who hears it.
  package mutating func encode(_ beat: Beat, isWhole: Bool = false, wants: Bool = false) -> [UInt8] {
    notice(beat)
    let hasRare = isWhole || sinceChange < Self.repeats || sinceChange % Self.period == 0
    sinceChange += 1
    var bytes: [UInt8] = [(beat.asks ? 1 : 0) | (hasRare ? 2 : 0) | (wants ? 4 : 0), version]
    bytes.append(bigEndian: UInt64(beat.sequence), size: 2)
    if hasRare { bytes.putRare(beat, heard) }
    var marks = [UInt8](repeating: 0, count: (heard.count + 7) / 8)
    var echoes: [UInt8] = []
    for (place, tag) in heard.enumerated() {
      guard let echo = beat.echoes.first(where: { $0.tag == tag }) else { continue }
      marks[place / 8] |= 1 << UInt8(place % 8)
      echoes.append(echo.sequence)
    }
    return bytes + marks + echoes
  }

  /// Begins a new version where anything of it has changed but its number and its echoes.
  private mutating func notice(_ beat: Beat) {
    var present = beat
    present.sequence = 0
    present.asks = false
    present.echoes = []
    let isNew = beat.echoes.contains { !heard.contains($0.tag) }
    guard isNew || present != rare else { return }
    if isNew { heard = beat.echoes.prefix(DecidingLimits.members).map(\.tag) }
    rare = present
    version &+= 1
    sinceChange = 0
  }
}

/// What the heartbeats of one start of another node's agent are read with.
package struct BeatReader: Sendable {
  /// What was read.
  package enum Reading: Equatable, Sendable {
    /// A heartbeat, and whether its sender wants all of this node's.
    case beat(Beat, wants: Bool)
    /// One of which all that changes rarely has to be asked for.
    case incomplete(wants: Bool)
  }

  private let start: UInt32
  private var version: UInt8 = 0
  private var rare: Beat?
  private var heard: [UInt32] = []
  private var last: UInt32?

  /// - Parameter start: of the agent, as its packets tell (`Beat.start`).
  package init(start: UInt32) { self.start = start }

  /// nil for what no writer makes.
  package mutating func decode(_ bytes: [UInt8]) -> Reading? {
    var reader = BigEndianReader(bytes)
    let (flags, version, low) = (reader.byte(), reader.byte(), UInt16(truncatingIfNeeded: reader.number(2)))
    let sequence = whole(low)
    if flags & 2 != 0 {
      let (rare, heard) = reader.rare(start: start)
      guard !reader.isWrong else { return nil }
      // A packet that comes late takes nothing back.
      if sequence >= last ?? 0 { (self.version, self.rare, self.heard) = (version, rare, heard) }
    }
    guard !reader.isWrong else { return nil }
    last = max(last ?? 0, sequence)
    guard var beat = rare, version == self.version else { return .incomplete(wants: flags & 4 != 0) }
    beat.sequence = sequence
    beat.asks = flags & 1 != 0
    let marks = reader.bytes((heard.count + 7) / 8)
    for (place, tag) in heard.enumerated()
    where place / 8 < marks.count && marks[place / 8] & 1 << UInt8(place % 8) != 0 {
      beat.echoes.append(Beat.Echo(tag: tag, sequence: reader.byte()))
    }
    return reader.isWrong ? nil : .beat(beat, wants: flags & 4 != 0)
  }

  /// The number with these lowest bytes that is nearest to the last one; the first has room below it for one that comes late.
  private func whole(_ low: UInt16) -> UInt32 {
    guard let last else { return UInt32(low) | 1 << 16 }
    let step = Int16(bitPattern: low &- UInt16(truncatingIfNeeded: last))
    return UInt32(truncatingIfNeeded: Int64(last) + Int64(step))
  }
}

extension [UInt8] {
  /// What changes rarely of a heartbeat, and the tags of those whose heartbeats it may echo.
  fileprivate mutating func putRare(_ beat: Beat, _ heard: [UInt32]) {
    put(beat.lineage)
    var flags: UInt8 = beat.hasServices ? 1 : 0
    if beat.isCoordinator { flags |= 2 }
    if beat.counts { flags |= 4 }
    if beat.isEmptied { flags |= 8 }
    if beat.isLeaving { flags |= 16 }
    append(flags)
    put(beat.term)
    put(beat.electorate)
    put(beat.edition)
    put(beat.lease?.number ?? 0)
    put(beat.statusVersion)
    put(beat.incarnation)
    put(beat.position)
    append(bigEndian: beat.digest, size: 8)
    putAll(heard) { $0.put($1) }
  }
}

extension BigEndianReader {
  fileprivate mutating func rare(start: UInt32) -> (Beat, [UInt32]) {
    let (lineage, flags, term) = (lineage(), byte(), counted())
    let (electorate, edition, lease) = (version(), version(), counted())
    let beat = Beat(
      lineage: lineage, hasServices: flags & 1 != 0, start: start, sequence: 0, term: term, asks: false,
      echoes: [],
      electorate: electorate, edition: edition,
      lease: lease > 0 ? LeaseName(start: start, number: lease) : nil, isCoordinator: flags & 2 != 0,
      statusVersion: counted(), incarnation: counted(), position: position(), counts: flags & 4 != 0,
      isEmptied: flags & 8 != 0, isLeaving: flags & 16 != 0, digest: number(8))
    return (beat, all(atMost: DecidingLimits.members) { $0.word() })
  }
}
