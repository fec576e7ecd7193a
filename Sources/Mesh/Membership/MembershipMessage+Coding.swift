/// The wire form: numbers are big-endian.
///
///     0      version (1) in the high 4 bits, kind in the low 4
///     1      flags
///     2      id of the sender, 16 bytes
///     18     incarnation, 4; 22 sequence, 4; 26 period, 1; 27 slack, 1
///     28     heartbeat: score, 4; runs, 1; memory, 2; version of the details, 1; with the flag, details:
///              port, 2; abilities, 1; hash of the facts, 4;
///              count of addresses, 1; each: 4 or 6, then 4 or 16 bytes; count of terms, 1; the terms
///            ping request: target, 16; incarnation, 4; sequence, 4
///            nack: target, 16
///     then   count of notes, 1; each: claim, 1; node, 16; incarnation, 4; sequence, 4; age, 1
///     then   heartbeat: threads that contend, 2; memoryBound, 1; flows, 1; share of the link taken, 1;
///            calibration, 1
///
/// Bytes behind these are of a later writer of the same version and are ignored.
extension MembershipMessage {
  static let version: UInt8 = 1
  /// A reader takes no more; a writer puts in fewer.
  static let maximumNotes = 8
  /// Longer packets are refused unread. The longest that is written is 412 bytes.
  static let maximumSize = 1024

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(160)
    var flags = self.flags
    if details != nil { flags.insert(.details) } else { flags.remove(.details) }
    bytes.append(Self.version << 4 | kind.rawValue)
    bytes.append(flags.rawValue)
    bytes.append(sender)
    bytes.append(evidence)
    bytes.append(period)
    bytes.append(slack)
    switch kind {
    case .heartbeat:
      bytes.append(load?.score ?? 0, size: 4)
      bytes.append(load?.runs ?? 0)
      bytes.append(load?.memory ?? NodeLoad.unknownMemory, size: 2)
      bytes.append(detailsVersion)
      if let details { bytes.append(details) }
    case .pingRequest:
      bytes.append(target ?? sender)
      bytes.append(known)
    case .nack:
      bytes.append(target ?? sender)
    case .ping, .ack, .notice:
      break
    }
    let count = min(notes.count, Self.maximumNotes)
    bytes.append(UInt8(count))
    for note in notes.prefix(count) {
      bytes.append(note.claim.rawValue)
      bytes.append(note.node)
      bytes.append(note.evidence)
      bytes.append(note.age)
    }
    if kind == .heartbeat, let load, let demand = load.demand {
      bytes.append(demand.threads, size: 2)
      bytes.append(demand.memoryBound)
      bytes.append(demand.flows)
      bytes.append(demand.link)
      bytes.append(load.calibration)
    }
    return bytes
  }

  /// nil for what no writer of this version makes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumSize else { return nil }
    var reader = MembershipReader(bytes)
    guard let first = reader.byte(), first >> 4 == Self.version, let kind = Kind(rawValue: first & 15),
      let flags = reader.byte(), let sender = reader.node(), let evidence = reader.evidence(),
      let period = reader.byte(), period > 0, let slack = reader.byte()
    else { return nil }
    self.init(
      kind: kind, flags: Flags(rawValue: flags), sender: sender, evidence: evidence, period: period,
      slack: slack)
    if kind != .heartbeat { self.flags.remove(.details) }
    switch kind {
    case .heartbeat:
      guard let score = reader.number(4), let runs = reader.byte(), let memory = reader.number(2),
        let version = reader.byte()
      else { return nil }
      load = NodeLoad(
        score: UInt32(truncatingIfNeeded: score), runs: runs, memory: UInt16(truncatingIfNeeded: memory))
      detailsVersion = version
      if self.flags.contains(.details) {
        guard let details = reader.details() else { return nil }
        self.details = details
      }
    case .pingRequest:
      guard let target = reader.node(), let known = reader.evidence() else { return nil }
      self.target = target
      self.known = known
    case .nack:
      guard let target = reader.node() else { return nil }
      self.target = target
    case .ping, .ack, .notice:
      break
    }
    guard let count = reader.byte(), count <= Self.maximumNotes else { return nil }
    for _ in 0..<count {
      guard let claim = reader.byte(), let claim = Claim(rawValue: claim), let node = reader.node(),
        let evidence = reader.evidence(), let age = reader.byte()
      else { return nil }
      notes.append(Note(claim: claim, node: node, evidence: evidence, age: age))
    }
    if kind == .heartbeat, let threads = reader.number(2), let memoryBound = reader.byte(),
      let flows = reader.byte(),
      let link = reader.byte()
    {
      load?.demand = NodeDemand(
        threads: UInt16(truncatingIfNeeded: threads), memoryBound: memoryBound, flows: flows, link: link)
      if let calibration = reader.byte() { load?.calibration = calibration }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ number: some FixedWidthInteger, size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: number >> ((size - 1 - index) * 8))) }
  }

  fileprivate mutating func append(_ node: NodeID) {
    append(node.high, size: 8)
    append(node.low, size: 8)
  }

  fileprivate mutating func append(_ evidence: Evidence) {
    append(evidence.incarnation, size: 4)
    append(evidence.sequence, size: 4)
  }

  fileprivate mutating func append(_ details: NodeDetails) {
    append(details.port, size: 2)
    append(details.abilities.rawValue)
    append(details.facts, size: 4)
    let addresses = details.addresses.prefix(NodeDetails.maximumAddresses)
    append(UInt8(addresses.count))
    for address in addresses {
      if let ipv4 = address.ipv4 {
        append(4)
        append(ipv4, size: 4)
      } else {
        append(6)
        append(address.high, size: 8)
        append(address.low, size: 8)
      }
    }
    let terms = details.terms.prefix(NodeDetails.maximumTerms)
    append(UInt8(terms.count))
    append(contentsOf: terms)
  }
}

/// Reads big-endian fields from the front of a packet; nil where it is too short.
private struct MembershipReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number(_ size: Int) -> UInt64? {
    guard bytes.count - position >= size else { return nil }
    var value: UInt64 = 0
    for index in position..<position + size { value = value << 8 | UInt64(bytes[index]) }
    position += size
    return value
  }

  mutating func node() -> NodeID? {
    guard let high = number(8), let low = number(8) else { return nil }
    return NodeID(high: high, low: low)
  }

  mutating func evidence() -> Evidence? {
    guard let incarnation = number(4), let sequence = number(4) else { return nil }
    return Evidence(
      incarnation: UInt32(truncatingIfNeeded: incarnation), sequence: UInt32(truncatingIfNeeded: sequence))
  }

  mutating func details() -> NodeDetails? {
    guard let port = number(2), let abilities = byte(), let facts = number(4), let addresses = addresses(),
      let terms = terms()
    else { return nil }
    return NodeDetails(
      addresses: addresses, port: UInt16(truncatingIfNeeded: port), terms: terms,
      abilities: NodeAbilities(rawValue: abilities), facts: UInt32(truncatingIfNeeded: facts))
  }

  private mutating func addresses() -> [PeerAddress]? {
    guard let count = byte(), count <= NodeDetails.maximumAddresses else { return nil }
    var addresses: [PeerAddress] = []
    addresses.reserveCapacity(Int(count))
    for _ in 0..<count {
      switch byte() {
      case 4:
        guard let ipv4 = number(4) else { return nil }
        addresses.append(PeerAddress(ipv4: UInt32(truncatingIfNeeded: ipv4)))
      case 6:
        guard let high = number(8), let low = number(8) else { return nil }
        addresses.append(PeerAddress(high: high, low: low))
      default:
        return nil
      }
    }
    return addresses
  }

  private mutating func terms() -> [UInt8]? {
    guard let count = byte(), count <= NodeDetails.maximumTerms, bytes.count - position >= Int(count) else {
      return nil
    }
    defer { position += Int(count) }
    return Array(bytes[position..<position + Int(count)])
  }
}
