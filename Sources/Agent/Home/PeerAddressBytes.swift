internal import CLinux
import Mesh
import Platform
import Wire

extension PeerAddress {
  /// From 4 or 16 bytes in network order; other lengths are read as far as they go.
  init(bytes: [UInt8]) {
    var halves: (UInt64, UInt64) = (0, 0)
    if bytes.count == 4 {
      self.init(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
      return
    }
    for (index, byte) in bytes.prefix(16).enumerated() {
      if index < 8 {
        halves.0 = halves.0 << 8 | UInt64(byte)
      } else {
        halves.1 = halves.1 << 8 | UInt64(byte)
      }
    }
    self.init(high: halves.0, low: halves.1)
  }

  /// 4 or 16 bytes in network order.
  var bytes: [UInt8] {
    if let ipv4 {
      return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ipv4 >> $0) }
    }
    return (0..<16).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64((7 - index % 8) * 8))
    }
  }

  /// fe80::/10 (RFC 4291 2.5.6): means something only together with an interface.
  var needsInterface: Bool { high >> 54 == 0xfe80 >> 6 }

  /// Whether it can be another host's.
  var isOfAnotherHost: Bool { DNSAddress(bytes: bytes)?.isOfAnotherHost ?? false }

  var text: String { IPAddress(bytes: bytes).text }
}

extension SocketAddress {
  /// - Parameter interface: counts for link-local IPv6 addresses only.
  init(_ address: PeerAddress, port: UInt16, interface: UInt32) {
    var storage = sockaddr_storage()
    var length: socklen_t = 0
    let bytes = address.bytes
    let scope = address.needsInterface ? interface : 0
    clinux_make_address(&storage, bytes, Int32(bytes.count), port, scope, &length)
    self.init(storage: storage, length: length)
  }
}
