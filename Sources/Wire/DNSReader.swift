/// Reads the parts of a DNS message one after another; never behind its end.
struct DNSReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

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

  /// A name, its compression undone (RFC 1035 4.1.4); nil where it means none, although its end is known.
  ///
  /// - Throws: where it has no end, so that nothing behind it can be found.
  mutating func name() throws(DNSError) -> DNSName? {
    let start = position
    while true {
      let length = try byte()
      switch length {
      case 0: return name(at: start)
      case 1...63: _ = try slice(Int(length))
      case 0xC0...:
        _ = try byte()
        return name(at: start)
      default: throw DNSError.malformed("label over 63 bytes")
      }
    }
  }

  /// A pointer has to lead to before the place where the name or its last piece began, so no chain of them is a loop.
  private func name(at start: Int) -> DNSName? {
    var wire: [UInt8] = []
    var cursor = start
    var earliest = start
    while cursor < bytes.count {
      let length = bytes[cursor]
      switch length {
      case 0: return DNSName(wire: wire + [0])
      case 1...63:
        let next = cursor + 1 + Int(length)
        // With the zero at its end it has 255 bytes at most.
        guard next <= bytes.count, wire.count + 1 + Int(length) < DNSName.lengthLimit else { return nil }
        wire += bytes[cursor..<next]
        cursor = next
      case 0xC0...:
        guard cursor + 1 < bytes.count else { return nil }
        let target = Int(length & 0x3F) << 8 | Int(bytes[cursor + 1])
        guard target < earliest, target >= 12 else { return nil }
        cursor = target
        earliest = target
      default: return nil
      }
    }
    return nil
  }

  /// A question; nil where its name is none.
  mutating func question() throws(DNSError) -> DNSQuestion? {
    let name = try name()
    let type = DNSType(rawValue: try word())
    let recordClass = try word()
    guard let name else { return nil }
    return DNSQuestion(
      name: name, type: type, recordClass: recordClass & 0x7FFF, wantsUnicast: recordClass & 0x8000 != 0)
  }

  /// The records that can be read of so many: what is wrong within one costs that one (RFC 6762 18).
  mutating func records(_ count: Int) throws(DNSError) -> [DNSRecord] {
    var records: [DNSRecord] = []
    for _ in 0..<count {
      if let record = try record() { records.append(record) }
    }
    return records
  }

  private mutating func record() throws(DNSError) -> DNSRecord? {
    let name = try name()
    let type = DNSType(rawValue: try word())
    let recordClass = try word()
    let ttl = UInt32(try word()) << 16 | UInt32(try word())
    let length = Int(try word())
    guard length <= bytes.count - position else { throw DNSError.truncated }
    let end = position + length
    // Whatever stands in it, the next record begins behind it.
    defer { position = end }
    guard let name, let data = try? data(type, length), position == end else { return nil }
    let isOption = type == .opt
    return DNSRecord(
      name: name, recordClass: isOption ? recordClass : recordClass & 0x7FFF,
      cacheFlush: !isOption && recordClass & 0x8000 != 0, ttl: ttl, data: data)
  }

  /// What a record says; nil or an error where its type does not have such data.
  private mutating func data(_ type: DNSType, _ length: Int) throws(DNSError) -> DNSData? {
    switch type {
    case .a, .aaaa:
      guard length == (type == .a ? 4 : 16), let address = DNSAddress(bytes: try slice(length)) else {
        return nil
      }
      // An AAAA record with a mapped IPv4 address names nothing that IPv6 could reach (RFC 4291 2.5.5.2).
      guard address.isIPv4 == (type == .a) else {
        return .other(type, Array(bytes[(position - length)..<position]))
      }
      return .address(address)
    case .ptr:
      return try name().map { .pointer($0) }
    case .srv:
      let priority = try word()
      let weight = try word()
      let port = try word()
      return try name().map {
        .service(DNSService(priority: priority, weight: weight, port: port, target: $0))
      }
    case .txt:
      return DNSText(wire: Array(try slice(length))).map { .text($0) }
    case .nsec:
      let end = position + length
      guard let next = try name(), position <= end else { return nil }
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
