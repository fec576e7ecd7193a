package import Wire

/// Where a packet came from.
package struct DiscoveryOrigin: Hashable, Sendable {
  /// The source address of the IP packet.
  package var address: DNSAddress
  /// The source port; another than 5353 marks an asker that knows only unicast DNS (RFC 6762 section 6.7).
  package var port: UInt16
  /// The index of the interface it arrived on.
  package var interface: Int32
  /// Whether it was sent to the multicast group.
  package var isMulticast: Bool
  /// TTL or hop limit on arrival; nil where the kernel did not say.
  package var hops: UInt8?

  /// The defaults are those of a packet that a neighbour multicasts.
  package init(
    address: DNSAddress, port: UInt16 = 5353, interface: Int32, isMulticast: Bool = true, hops: UInt8? = 255
  ) {
    self.address = address
    self.port = port
    self.interface = interface
    self.isMulticast = isMulticast
    self.hops = hops
  }
}

/// The target of a packet.
package enum DiscoveryDestination: Hashable, Sendable {
  /// 224.0.0.251, port 5353.
  case multicastIPv4
  /// ff02::fb, port 5353.
  case multicastIPv6
  /// To one host.
  case unicast(DNSAddress, port: UInt16)
}
