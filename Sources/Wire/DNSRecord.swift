/// The number of a record type (RFC 1035 3.2.2); those that have a name here are understood.
package struct DNSType: RawRepresentable, Hashable, Comparable, Sendable {
  /// The 16 bits of the TYPE or QTYPE field.
  package let rawValue: UInt16

  /// The type of any number, understood or not.
  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// An IPv4 address (RFC 1035 3.4.1).
  package static let a = DNSType(rawValue: 1)
  /// The name of something else; in service discovery, of an instance (RFC 1035 3.3.12, RFC 6763 4).
  package static let ptr = DNSType(rawValue: 12)
  /// Texts, which describe an instance (RFC 1035 3.3.14, RFC 6763 6).
  package static let txt = DNSType(rawValue: 16)
  /// An IPv6 address (RFC 3596 2.1).
  package static let aaaa = DNSType(rawValue: 28)
  /// The port and host of an instance (RFC 2782).
  package static let srv = DNSType(rawValue: 33)
  /// No data but options of the message (RFC 6891 6.1).
  package static let opt = DNSType(rawValue: 41)
  /// The types that exist at a name (RFC 4034 4, RFC 6762 6.1).
  package static let nsec = DNSType(rawValue: 47)
  /// In questions: records of every type.
  package static let any = DNSType(rawValue: 255)

  /// Whether the number of `left` is smaller: the order in the bit maps of NSEC records.
  package static func < (left: DNSType, right: DNSType) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What is asked of the network (RFC 1035 4.1.2).
package struct DNSQuestion: Hashable, Sendable {
  /// The name that is asked about.
  package var name: DNSName
  /// The type that is wanted, or `any`.
  package var type: DNSType
  /// 1 is the Internet, 255 any.
  package var recordClass: UInt16
  /// The QU bit: the asker would rather have the answer by unicast (RFC 6762 5.4).
  package var wantsUnicast: Bool

  /// A question of the Internet's class, by default for an answer by multicast.
  package init(name: DNSName, type: DNSType, recordClass: UInt16 = 1, wantsUnicast: Bool = false) {
    self.name = name
    self.type = type
    self.recordClass = recordClass
    self.wantsUnicast = wantsUnicast
  }
}

/// A resource record (RFC 1035 4.1.3).
package struct DNSRecord: Hashable, Sendable {
  /// The name the record belongs to.
  package var name: DNSName
  /// 1 is the Internet; for OPT the largest packet the sender takes (RFC 6891 6.1.2).
  package var recordClass: UInt16
  /// Other records of the name and type are out of date (RFC 6762 10.2).
  package var cacheFlush: Bool
  /// Seconds; 0 is a goodbye.
  package var ttl: UInt32
  /// What the record says; its type comes from here.
  package var data: DNSData

  /// A record of the Internet's class, by default beside others of its name and type.
  ///
  /// - Parameter ttl: seconds; 0 says goodbye (RFC 6762 10.1).
  package init(
    name: DNSName, recordClass: UInt16 = 1, cacheFlush: Bool = false, ttl: UInt32, data: DNSData
  ) {
    self.name = name
    self.recordClass = recordClass
    self.cacheFlush = cacheFlush
    self.ttl = ttl
    self.data = data
  }

  /// The type of the data.
  package var type: DNSType { data.type }
}

/// What a record says, by its type.
package enum DNSData: Hashable, Sendable {
  /// A for an IPv4 address, AAAA for others.
  case address(DNSAddress)
  /// PTR: the name that is pointed to.
  case pointer(DNSName)
  /// SRV: the port and host of a service instance.
  case service(DNSService)
  /// TXT: the strings that describe an instance.
  case text(DNSText)
  /// The types that exist at a name; `next` is the name itself in multicast DNS (RFC 6762 6.1).
  case types(next: DNSName, [DNSType])
  /// OPT and every type that is not understood, as it came.
  case other(DNSType, [UInt8])

  /// The type that such data has; OPT and unknown types are told by the case itself.
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
  /// A client takes the target with the lowest that it can reach.
  package var priority: UInt16
  /// The share among targets of the same priority; 0 where there is nothing to choose.
  package var weight: UInt16
  /// The port it listens on, as a number of this machine; 0...65535.
  package var port: UInt16
  /// The name of the host, which has address records and is no alias (RFC 2782).
  package var target: DNSName

  /// A service at a port of a host, by default of the first priority.
  package init(priority: UInt16 = 0, weight: UInt16 = 0, port: UInt16, target: DNSName) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }
}

/// The strings of a TXT record, kept as they are on the wire: each of 0 to 255 bytes behind its length.
package struct DNSText: Hashable, Sendable {
  /// The form on the wire; never empty, since no strings are written as one empty string.
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

  /// The strings in order, without their lengths.
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
