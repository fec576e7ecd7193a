/// Reads the parts of a DNS message one after another; never behind its end.
struct DNSReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  private mutating func byte() throws(DNSError) -> UInt8 {
    guard position < bytes.count else { throw DNSError.truncated }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func word() throws(DNSError) -> UInt16 {
    let high = UInt16(try byte())
    return high << 8 | UInt16(try byte())
  }

  private mutating func slice(_ count: Int) throws(DNSError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw DNSError.truncated }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  /// A name, its compression undone (RFC 1035 4.1.4).
  ///
  /// A pointer has to lead to before the place where the name or its last piece began, so no chain of them is a loop.
  mutating func name() throws(DNSError) -> DNSName {
    var wire: [UInt8] = []
    var cursor = position
    var earliest = position
    var end: Int?
    while true {
      guard cursor < bytes.count else { throw DNSError.truncated }
      let length = bytes[cursor]
      switch length {
      case 0:
        wire.append(0)
        guard wire.count <= DNSName.lengthLimit else { throw DNSError.malformed("name over 255 bytes") }
        position = end ?? cursor + 1
        return DNSName(wire: wire)
      case 1...63:
        let next = cursor + 1 + Int(length)
        guard next <= bytes.count else { throw DNSError.truncated }
        wire += bytes[cursor..<next]
        guard wire.count < DNSName.lengthLimit else { throw DNSError.malformed("name over 255 bytes") }
        cursor = next
      case 0xC0...:
        guard cursor + 1 < bytes.count else { throw DNSError.truncated }
        let target = Int(length & 0x3F) << 8 | Int(bytes[cursor + 1])
        guard target < earliest, target >= 12 else {
          throw DNSError.malformed("pointer that does not lead back")
        }
        end = end ?? cursor + 2
        cursor = target
        earliest = target
      default:
        throw DNSError.malformed("label over 63 bytes")
      }
    }
  }

  mutating func question() throws(DNSError) -> DNSQuestion {
    let name = try name()
    let type = DNSType(rawValue: try word())
    let recordClass = try word()
    return DNSQuestion(
      name: name, type: type, recordClass: recordClass & 0x7FFF, wantsUnicast: recordClass & 0x8000 != 0)
  }

  mutating func records(_ count: Int) throws(DNSError) -> [DNSRecord] {
    var records: [DNSRecord] = []
    for _ in 0..<count { records.append(try record()) }
    return records
  }

  private mutating func record() throws(DNSError) -> DNSRecord {
    let name = try name()
    let type = DNSType(rawValue: try word())
    let recordClass = try word()
    let ttl = UInt32(try word()) << 16 | UInt32(try word())
    let length = Int(try word())
    guard length <= bytes.count - position else { throw DNSError.truncated }
    let end = position + length
    let data = try data(type, length)
    guard position == end else { throw DNSError.malformed("record data of another length") }
    let isOption = type == .opt
    return DNSRecord(
      name: name, recordClass: isOption ? recordClass : recordClass & 0x7FFF,
      cacheFlush: !isOption && recordClass & 0x8000 != 0, ttl: ttl, data: data)
  }

  private mutating func data(_ type: DNSType, _ length: Int) throws(DNSError) -> DNSData {
    switch type {
    case .a, .aaaa:
      guard length == (type == .a ? 4 : 16), let address = DNSAddress(bytes: try slice(length)) else {
        throw DNSError.malformed("address of \(length) bytes")
      }
      // An AAAA record with a mapped IPv4 address names nothing that IPv6 could reach (RFC 4291 2.5.5.2).
      guard address.isIPv4 == (type == .a) else {
        return .other(type, Array(bytes[(position - length)..<position]))
      }
      return .address(address)
    case .ptr:
      return .pointer(try name())
    case .srv:
      let priority = try word()
      let weight = try word()
      let port = try word()
      return .service(DNSService(priority: priority, weight: weight, port: port, target: try name()))
    case .txt:
      guard let text = DNSText(wire: Array(try slice(length))) else {
        throw DNSError.malformed("text whose strings do not add up")
      }
      return .text(text)
    case .nsec:
      let end = position + length
      let next = try name()
      guard position <= end else { throw DNSError.malformed("record data of another length") }
      return .types(next: next, try types(upTo: end))
    default:
      return .other(type, Array(try slice(length)))
    }
  }

  /// The bit maps of an NSEC record (RFC 4034 4.1.2).
  private mutating func types(upTo end: Int) throws(DNSError) -> [DNSType] {
    var types: [DNSType] = []
    var lastWindow = -1
    while position < end {
      let window = Int(try byte())
      let length = Int(try byte())
      guard window > lastWindow, (1...32).contains(length), length <= end - position else {
        throw DNSError.malformed("bit map of types")
      }
      lastWindow = window
      for (index, byte) in try slice(length).enumerated() where byte != 0 {
        for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
          types.append(DNSType(rawValue: UInt16(window << 8 | index << 3 | bit)))
        }
      }
    }
    return types
  }
}
