internal import Wire

/// The records of this node on one interface, as a set; the order of the bits is that of an announcement.
struct OwnRecords: OptionSet, Hashable {
  let rawValue: UInt16

  static let service = OwnRecords(rawValue: 1)
  static let text = OwnRecords(rawValue: 1 << 1)
  static let pointer = OwnRecords(rawValue: 1 << 2)
  static let typePointer = OwnRecords(rawValue: 1 << 3)
  static let ipv4 = OwnRecords(rawValue: 1 << 4)
  static let ipv6 = OwnRecords(rawValue: 1 << 5)
  static let subtypePointer = OwnRecords(rawValue: 1 << 6)
  static let instanceTypes = OwnRecords(rawValue: 1 << 7)
  static let hostTypes = OwnRecords(rawValue: 1 << 8)
  static let bitCount = 9

  /// Records that other nodes may hold too.
  static let shared: OwnRecords = [.pointer, .typePointer, .subtypePointer]
  static let addresses: OwnRecords = [.ipv4, .ipv6]
  /// Home Edge loses a peer's addresses over a packet with SRV or TXT but without A, so these go together.
  static let block: OwnRecords = [.service, .text, .ipv4, .ipv6, .subtypePointer]
  static let announced: OwnRecords = [
    .service, .text, .pointer, .typePointer, .ipv4, .ipv6, .subtypePointer,
  ]

  /// Each record of the set.
  var bits: [Int] {
    (0..<OwnRecords.bitCount).filter { rawValue & (1 << UInt16($0)) != 0 }
  }

  init(rawValue: UInt16) { self.rawValue = rawValue }
  init(bit: Int) { rawValue = 1 << UInt16(bit) }
}

/// How records are written.
enum RecordStyle {
  /// With the cache-flush bit on those that are ours alone.
  case announced
  /// As proposals and as known answers: no cache-flush bit.
  case proposed
  /// For askers who know nothing of multicast DNS: at most 10 seconds, no cache-flush bit (RFC 6762 6.7).
  case legacy
  case goodbye
}

extension DiscoveryRecordSet {
  /// The records of a set on an interface; addresses that the interface lacks are left out.
  func records(_ set: OwnRecords, on link: Link, _ style: RecordStyle = .announced) -> [DNSRecord] {
    var records: [DNSRecord] = []
    for bit in set.bits { append(OwnRecords(bit: bit), on: link, style, to: &records) }
    return records
  }

  /// TXT, SRV, then the addresses: the order in which Home Edge sends them in an additional section.
  func advertised(on link: Link, marked: Bool) -> [DNSRecord] {
    records(.text, on: link) + records(.service, on: link) + records(.ipv4, on: link)
      + (marked ? records(.subtypePointer, on: link) : [])
  }

  private func append(
    _ own: OwnRecords, on link: Link, _ style: RecordStyle, to records: inout [DNSRecord]
  ) {
    switch own {
    case .service:
      let service = DNSService(port: DiscoveryRecordSet.port, target: host)
      records.append(record(instance, own, .service(service), style))
    case .text: records.append(record(instance, own, .text(text), style))
    case .pointer: records.append(record(DiscoveryNames.service, own, .pointer(instance), style))
    case .typePointer:
      records.append(record(DiscoveryNames.types, own, .pointer(DiscoveryNames.service), style))
    case .subtypePointer: records.append(record(DiscoveryNames.subtype, own, .pointer(instance), style))
    case .ipv4, .ipv6:
      for item in link.interface.addresses where item.address.isIPv4 == (own == .ipv4) {
        records.append(record(host, own, .address(item.address), style))
      }
    case .instanceTypes:
      records.append(record(instance, own, .types(next: instance, [.txt, .srv]), style))
    default:
      let types = (link.interface.hasIPv4 ? [DNSType.a] : []) + (link.interface.hasIPv6 ? [.aaaa] : [])
      records.append(record(host, own, .types(next: host, types), style))
    }
  }

  private func record(_ name: DNSName, _ own: OwnRecords, _ data: DNSData, _ style: RecordStyle) -> DNSRecord
  {
    let life = DiscoveryRecordSet.life(own)
    let ttl: UInt32 =
      switch style {
      case .announced, .proposed: life
      case .legacy: min(10, life)
      case .goodbye: 0
      }
    let flushes = style == .announced || style == .goodbye
    return DNSRecord(
      name: name, cacheFlush: flushes && OwnRecords.shared.isDisjoint(with: own), ttl: ttl, data: data)
  }

  /// Seconds that others may keep a record.
  static func life(_ own: OwnRecords) -> UInt32 {
    own == .ipv4 || own == .ipv6 || own == .hostTypes ? addressLife : otherLife
  }

  /// What answers a question (RFC 6762 6, 6.1 for types that do not exist).
  func answers(to question: DNSQuestion, on link: Link) -> OwnRecords {
    guard question.recordClass == 1 || question.recordClass == 255 else { return [] }
    let isPointer = question.type == .ptr || question.type == .any
    if question.name == DiscoveryNames.service { return isPointer ? .pointer : [] }
    if question.name == DiscoveryNames.subtype { return isPointer ? .subtypePointer : [] }
    if question.name == DiscoveryNames.types { return isPointer ? .typePointer : [] }
    if question.name == instance {
      switch question.type {
      case .srv: return .service
      case .txt: return .text
      case .any: return [.service, .text]
      default: return .instanceTypes
      }
    }
    guard question.name == host else { return [] }
    let present = link.addressRecords
    switch question.type {
    case .a where link.interface.hasIPv4: return .ipv4
    case .aaaa where link.interface.hasIPv6: return .ipv6
    case .any where !present.isEmpty: return present
    default: return .hostTypes
    }
  }

  /// What goes with answers so that nobody has to ask again (RFC 6763 12), without the answers themselves.
  func additionals(to answers: OwnRecords, on link: Link) -> OwnRecords {
    var all = answers
    if !answers.isDisjoint(with: [.pointer, .subtypePointer, .service, .text]) { all.formUnion(.block) }
    if !all.isDisjoint(with: OwnRecords.addresses) { all.formUnion(.addresses) }
    if all.contains(.addresses), link.addressRecords != .addresses { all.formUnion(.hostTypes) }
    return all.subtracting(answers)
  }

  /// Which of our records a record is, with the same data; none for others.
  func own(_ record: DNSRecord, on link: Link) -> OwnRecords {
    guard record.recordClass == 1 else { return [] }
    switch record.data {
    case .pointer(let target):
      if record.name == DiscoveryNames.types { return target == DiscoveryNames.service ? .typePointer : [] }
      guard target == instance else { return [] }
      if record.name == DiscoveryNames.service { return .pointer }
      return record.name == DiscoveryNames.subtype ? .subtypePointer : []
    case .service(let service):
      return record.name == instance
        && service == DNSService(port: DiscoveryRecordSet.port, target: host) ? .service : []
    case .text(let text): return record.name == instance && text == self.text ? .text : []
    case .address(let address):
      // Of several addresses each would have to be known; one alone stands for all.
      let family = link.interface.addresses.filter { $0.address.isIPv4 == address.isIPv4 }
      guard record.name == host, family.count == 1, family[0].address == address else { return [] }
      return address.isIPv4 ? .ipv4 : .ipv6
    default: return []
    }
  }
}
