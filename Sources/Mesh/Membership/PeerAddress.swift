/// An IP address of a node: IPv6, or IPv4 in its mapped form (RFC 4291 section 2.5.5.2).
package struct PeerAddress: Hashable, Sendable {
  /// The first and the last 8 bytes, each as a big-endian number.
  package let high: UInt64
  /// The last 8 bytes; the lower half holds an IPv4 address.
  package let low: UInt64

  /// From the 16 bytes of an IPv6 address (RFC 4291), as two big-endian numbers.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address, its first byte the highest.
  package init(ipv4: UInt32) {
    self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4))
  }

  /// The IPv4 address, its first byte the highest; nil for IPv6.
  package var ipv4: UInt32? {
    high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
  }
}

/// Where a packet came from or is to go: an address, a UDP port and the interface of a link-local address.
package struct PeerEndpoint: Hashable, Sendable {
  /// An IPv4 address in its mapped form, as everywhere in the mesh.
  package var address: PeerAddress
  /// The sender's UDP port, or the one to send to; 56003 unless the owner sets another.
  package var port: UInt16
  /// The index of the interface (if_nametoindex(3)); 0 where the address alone says enough.
  package var interface: UInt32

  /// Interface 0 says that the address is not link-local.
  package init(address: PeerAddress, port: UInt16, interface: UInt32 = 0) {
    self.address = address
    self.port = port
    self.interface = interface
  }
}
