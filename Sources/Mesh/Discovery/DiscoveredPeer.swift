package import Wire

/// A node seen on the network.
package struct DiscoveredPeer: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case hearth
    /// Home Edge itself, or anything else that publishes its service.
    case homeEdge
  }

  /// The service instance, `edge-orchestration-<uuid>`.
  package var id: String
  package var kind: Kind
  package var host: String
  package var port: UInt16
  /// The best first: IPv4 in a subnet of ours, other IPv4, IPv6; within these in the peer's own order.
  package var addresses: [DiscoveredAddress]
  package var platform: String
  package var executionType: String
  package var services: [String]

  package init(
    id: String, kind: Kind, host: String, port: UInt16, addresses: [DiscoveredAddress], platform: String,
    executionType: String, services: [String]
  ) {
    self.id = id
    self.kind = kind
    self.host = host
    self.port = port
    self.addresses = addresses
    self.platform = platform
    self.executionType = executionType
    self.services = services
  }
}

/// An address and the interface it was heard on, which link-local addresses need.
package struct DiscoveredAddress: Hashable, Sendable {
  package var address: DNSAddress
  package var interface: Int32

  package init(address: DNSAddress, interface: Int32) {
    self.address = address
    self.interface = interface
  }
}
