/// The number of a record type (RFC 1035 3.2.2); those that have a name here are understood.
package struct DNSType: RawRepresentable, Hashable, Comparable, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  package static let a = DNSType(rawValue: 1)
  package static let ptr = DNSType(rawValue: 12)
  package static let txt = DNSType(rawValue: 16)
  package static let aaaa = DNSType(rawValue: 28)
  package static let srv = DNSType(rawValue: 33)
  package static let opt = DNSType(rawValue: 41)
  package static let nsec = DNSType(rawValue: 47)
  /// In questions: records of every type.
  package static let any = DNSType(rawValue: 255)

  package static func < (left: DNSType, right: DNSType) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What is asked of the network (RFC 1035 4.1.2).
package struct DNSQuestion: Hashable, Sendable {
  package var name: DNSName
  package var type: DNSType
  /// 1 is the Internet, 255 any.
  package var recordClass: UInt16
  /// The QU bit: the asker would rather have the answer by unicast (RFC 6762 5.4).
  package var wantsUnicast: Bool

  package init(name: DNSName, type: DNSType, recordClass: UInt16 = 1, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.recordClass = recordClass
    self.wantsUnicast = wantsUnicast
  }
}

/// A resource record (RFC 1035 4.1.3).
package struct DNSRecord: Hashable, Sendable {
  package var name: DNSName
  /// 1 is the Internet; for OPT the largest packet the sender takes (RFC 6891 6.1.2).
  package var recordClass: UInt16
  /// Other records of the name and type are out of date (RFC 6762 10.2).
  package var cacheFlush: Bool
  /// Seconds; 0 is a goodbye.
  package var ttl: UInt32
  package var data: DNSData

  package init(
    name: DNSName, recordClass: UInt16 = 1, cacheFlush: Bool = false, ttl: UInt32, data: DNSData
  ) {
    self.name = name
    self.recordClass = recordClass
    self.cacheFlush = cacheFlush
    self.ttl = ttl
    self.data = data
  }

  package var type: DNSType { data.type }
}

/// What a record says, by its type.
package enum DNSData: Hashable, Sendable {
  /// A for an IPv4 address, AAAA for others.
  case address(DNSAddress)
  case pointer(DNSName)
  case service(DNSService)
  case text(DNSText)
  /// The types that exist at a name; `next` is the name itself in multicast DNS (RFC 6762 6.1).
  case types(next: DNSName, [DNSType])
  /// OPT and every type that is not understood, as it came.
  case other(DNSType, [UInt8])

  package var type: DNSType {
    switch self {
    case .address(let address): address.isIPv4 ? .a : .aaaa
    case .pointer: .ptr
    case .service: .srv
    case .text: .txt
    case .types: .nsec
    case .other(let type, _): type
    }
  }
}

/// Where a service instance listens (RFC 2782).
package struct DNSService: Hashable, Sendable {
  package var priority: UInt16
  package var weight: UInt16
  package var port: UInt16
  package var target: DNSName

  package init(priority: UInt16 = 0, weight: UInt16 = 0, port: UInt16, target: DNSName) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }
}

/// The strings of a TXT record, kept as they are on the wire: each of 0 to 255 bytes behind its length.
package struct DNSText: Hashable, Sendable {
  package let bytes: [UInt8]

  /// Strings of more than 255 bytes are cut; no string becomes the single empty one (RFC 6763 6.1).
  package init(_ strings: [[UInt8]]) {
    var bytes: [UInt8] = []
    for string in strings {
      bytes.append(UInt8(min(255, string.count)))
      bytes += string.prefix(255)
    }
    self.bytes = bytes.isEmpty ? [0] : bytes
  }

  /// The wire form; nil where the lengths do not add up.
  package init?(wire bytes: [UInt8]) {
    var position = 0
    while position < bytes.count { position += 1 + Int(bytes[position]) }
    guard position == bytes.count else { return nil }
    self.bytes = bytes.isEmpty ? [0] : bytes
  }

  package var strings: [[UInt8]] {
    var strings: [[UInt8]] = []
    var position = 0
    while position < bytes.count {
      let end = min(bytes.count, position + 1 + Int(bytes[position]))
      strings.append(Array(bytes[(position + 1)..<end]))
      position = end
    }
    return strings
  }

  /// The first strings that together take at most `limit` bytes on the wire.
  package func prefix(_ limit: Int) -> DNSText {
    guard bytes.count > limit else { return self }
    var end = 0
    while end < bytes.count, end + 1 + Int(bytes[end]) <= limit { end += 1 + Int(bytes[end]) }
    return DNSText(wire: Array(bytes[..<end])) ?? DNSText([])
  }
}
