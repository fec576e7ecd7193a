/// The number of a record type (RFC 1035 3.2.2); those that have a name here are understood.
public struct DNSType: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  public static let a = DNSType(rawValue: 1)
  public static let ptr = DNSType(rawValue: 12)
  public static let txt = DNSType(rawValue: 16)
  public static let aaaa = DNSType(rawValue: 28)
  public static let srv = DNSType(rawValue: 33)
  public static let opt = DNSType(rawValue: 41)
  public static let nsec = DNSType(rawValue: 47)
  /// In questions: records of every type.
  public static let any = DNSType(rawValue: 255)

  public static func < (left: DNSType, right: DNSType) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What is asked of the network (RFC 1035 4.1.2).
public struct DNSQuestion: Hashable, Sendable {
  public var name: DNSName
  public var type: DNSType
  /// 1 is the Internet, 255 any.
  public var recordClass: UInt16
  /// The QU bit: the asker would rather have the answer by unicast (RFC 6762 5.4).
  public var wantsUnicast: Bool

  public init(name: DNSName, type: DNSType, recordClass: UInt16 = 1, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.recordClass = recordClass
    self.wantsUnicast = wantsUnicast
  }
}

/// A resource record (RFC 1035 4.1.3).
public struct DNSRecord: Hashable, Sendable {
  public var name: DNSName
  /// 1 is the Internet; for OPT the largest packet the sender takes (RFC 6891 6.1.2).
  public var recordClass: UInt16
  /// Other records of the name and type are out of date (RFC 6762 10.2).
  public var cacheFlush: Bool
  /// Seconds; 0 is a goodbye.
  public var ttl: UInt32
  public var data: DNSData

  public init(
    name: DNSName, recordClass: UInt16 = 1, cacheFlush: Bool = false, ttl: UInt32, data: DNSData
  ) {
    self.name = name
    self.recordClass = recordClass
    self.cacheFlush = cacheFlush
    self.ttl = ttl
    self.data = data
  }

  public var type: DNSType { data.type }
}

/// What a record says, by its type.
public enum DNSData: Hashable, Sendable {
  /// A for an IPv4 address, AAAA for others.
  case address(DNSAddress)
  case pointer(DNSName)
  case service(DNSService)
  case text(DNSText)
  /// The types that exist at a name; `next` is the name itself in multicast DNS (RFC 6762 6.1).
  case types(next: DNSName, [DNSType])
  /// OPT and every type that is not understood, as it came.
  case other(DNSType, [UInt8])

  public var type: DNSType {
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
public struct DNSService: Hashable, Sendable {
  public var priority: UInt16
  public var weight: UInt16
  public var port: UInt16
  public var target: DNSName

  public init(priority: UInt16 = 0, weight: UInt16 = 0, port: UInt16, target: DNSName) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }
}

/// The strings of a TXT record, kept as they are on the wire: each of 0 to 255 bytes behind its length.
public struct DNSText: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Strings of more than 255 bytes are cut; no string becomes the single empty one (RFC 6763 6.1).
  public init(_ strings: [[UInt8]]) {
    var bytes: [UInt8] = []
    for string in strings {
      bytes.append(UInt8(min(255, string.count)))
      bytes += string.prefix(255)
    }
    self.bytes = bytes.isEmpty ? [0] : bytes
  }

  /// The wire form; nil where the lengths do not add up.
  public init?(wire bytes: [UInt8]) {
    var position = 0
    while position < bytes.count { position += 1 + Int(bytes[position]) }
    guard position == bytes.count else { return nil }
    self.bytes = bytes.isEmpty ? [0] : bytes
  }

  public var strings: [[UInt8]] {
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
  public func prefix(_ limit: Int) -> DNSText {
    guard bytes.count > limit else { return self }
    var end = 0
    while end < bytes.count, end + 1 + Int(bytes[end]) <= limit { end += 1 + Int(bytes[end]) }
    return DNSText(wire: Array(bytes[..<end])) ?? DNSText([])
  }
}
