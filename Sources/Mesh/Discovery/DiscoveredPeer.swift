package import Wire

/// A node seen on the network.
package struct DiscoveredPeer: Equatable, Sendable {
  /// Which program answers for the peer, as its pointer records tell.
  package enum Kind: Equatable, Sendable {
    /// It publishes the subtype `_hearth` of the service too (RFC 6763 section 7.1).
    case hearth
    /// Home Edge itself, or anything else that publishes its service.
    case homeEdge
  }

  /// The service instance, `edge-orchestration-<uuid>`.
  package var id: String
  /// A peer that was `homeEdge` becomes `hearth` when its subtype's record is heard.
  package var kind: Kind
  /// The target of its SRV record, as `edge-<uuid>.local.`; at most 100 bytes on the wire.
  package var host: String
  /// The port of its SRV record. Home Edge and this program say 42425; their APIs listen on others.
  package var port: UInt16
  /// The best first: IPv4 in a subnet of ours, other IPv4, IPv6; within these in the peer's own order.
  package var addresses: [DiscoveredAddress]
  /// What stands behind `Platform=` in its TXT record, as it was sent; empty where nothing does.
  package var platform: String
  /// What stands behind `ExecType=` in its TXT record, as it was sent; empty where nothing does.
  package var executionType: String
  /// The other strings of its TXT record, in their order: the names of its services.
  /// The peer wrote them: at most 432 bytes in all, and not checked.
  package var services: [String]

  /// Takes each value as it is.
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
  /// A link-local one says nothing without `interface`.
  package var address: DNSAddress
  /// The kernel's index (if_nametoindex(3)).
  package var interface: Int32

  /// An address, with the index of the interface it was heard on.
  package init(address: DNSAddress, interface: Int32) {
    self.address = address
    self.interface = interface
  }
}
