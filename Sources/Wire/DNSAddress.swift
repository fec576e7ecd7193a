/// An IPv4 or IPv6 address as A and AAAA records hold it; IPv4 as `::ffff:a.b.c.d` (RFC 4291 2.5.5.2).
///
/// Two words instead of an array, because a large home keeps thousands of them.
package struct DNSAddress: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// An address of 4 or 16 bytes in network order; nil for other lengths.
  package init?(bytes: some Collection<UInt8>) {
    var high: UInt64 = 0
    var low: UInt64 = bytes.count == 4 ? 0xFFFF : 0
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    for byte in bytes {
      if bytes.count == 16 { high = high << 8 | low >> 56 }
      low = low << 8 | UInt64(byte)
    }
    self.high = high
    self.low = low
  }

  /// The IPv4 address of four numbers.
  package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    high = 0
    low =
      0xFFFF_0000_0000 | UInt64(first) << 24 | UInt64(second) << 16 | UInt64(third) << 8 | UInt64(fourth)
  }

  /// Whether the address is IPv4, which is held as `::ffff:a.b.c.d`.
  package var isIPv4: Bool {
    high == 0 && low >> 32 == 0xFFFF
  }

  /// 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 2.5.6).
  package var isLinkLocal: Bool {
    isIPv4 ? low & 0xFFFF_0000 == 0xA9FE_0000 : high >> 54 == 0xFE80 >> 6
  }

  /// Whether it can be another host's: no loopback, nothing unspecified, no group, no broadcast (RFC 6890, RFC 4291 2.5).
  /// What somebody says of its addresses may not make this node knock at its own doors, or at all of them.
  package var isOfAnotherHost: Bool {
    // ::/96 has the unspecified address, loopback and what was once "IPv4-compatible".
    guard isIPv4 else { return high >> 56 != 0xFF && (high != 0 || low >> 32 != 0) }
    let first = low >> 24 & 0xFF
    return first > 0 && first != 127 && first < 224
  }

  /// Whether it is the first or last address of its subnet, which mean all hosts of it (RFC 922 7, RFC 1122 3.2.1.3).
  ///
  /// - Parameter prefix: the subnet's bits; one of two addresses has no such (RFC 3021).
  package func isBroadcast(prefix: Int) -> Bool {
    guard isIPv4, (1...30).contains(prefix) else { return false }
    let mask = UInt64(UInt32.max >> UInt32(prefix))
    return low & mask == 0 || low & mask == mask
  }

  /// 4 or 16 bytes in network order.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    if isIPv4 {
      for shift in [24, 16, 8, 0] as [UInt64] { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
    } else {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: high >> shift))
      }
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: low >> shift))
      }
    }
    return bytes
  }

  /// Whether both are of one family and their first `prefix` bits agree.
  package func isInSubnet(of other: DNSAddress, prefix: Int) -> Bool {
    guard isIPv4 == other.isIPv4 else { return false }
    let bits = max(0, min(128, isIPv4 ? 96 + prefix : prefix))
    let highMask: UInt64 = bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
    let lowMask: UInt64 = bits <= 64 ? 0 : bits == 128 ? .max : ~(UInt64.max >> UInt64(bits - 64))
    return (high ^ other.high) & highMask == 0 && (low ^ other.low) & lowMask == 0
  }

  /// Dotted, or eight groups of hexadecimal digits without abbreviation.
  package var text: String {
    if isIPv4 {
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    }
    var text = ""
    for word in [high, low] {
      for shift in [48, 32, 16, 0] as [UInt64] {
        if !text.isEmpty { text += ":" }
        text += String(word >> shift & 0xFFFF, radix: 16)
      }
    }
    return text
  }
}
