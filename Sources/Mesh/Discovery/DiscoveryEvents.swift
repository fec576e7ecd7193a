package import Wire

/// An interface that discovery uses, with the addresses that others reach this node by.
///
/// Which interfaces those are is the caller's choice: up, multicast, no loopback.
package struct DiscoveryInterface: Equatable, Sendable {
  /// An address and the length of its subnet's prefix in bits.
  package struct Address: Equatable, Sendable {
    package var address: DNSAddress
    package var prefix: Int

    package init(_ address: DNSAddress, prefix: Int) {
      self.address = address
      self.prefix = prefix
    }
  }

  /// The kernel's index.
  package var index: Int32
  package var name: String
  /// In order of preference; more than 8 are left out.
  package var addresses: [Address]

  package init(index: Int32, name: String, addresses: [Address]) {
    self.index = index
    self.name = name
    self.addresses = addresses
  }

  var hasIPv4: Bool { addresses.contains { $0.address.isIPv4 } }
  var hasIPv6: Bool { addresses.contains { !$0.address.isIPv4 } }
  static let addressLimit = 8
}

/// Where a packet came from.
package struct DiscoveryOrigin: Hashable, Sendable {
  package var address: DNSAddress
  package var port: UInt16
  /// The index of the interface it arrived on.
  package var interface: Int32
  /// Whether it was sent to the multicast group.
  package var isMulticast: Bool
  /// TTL or hop limit on arrival; nil where the kernel did not say.
  package var hops: UInt8?

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

/// What discovery wants done or known.
package enum DiscoveryDirective: Equatable, Sendable {
  /// Send the bytes from port 5353 with TTL or hop limit 255.
  case send([UInt8], interface: Int32, to: DiscoveryDestination)
  case found(DiscoveredPeer)
  /// Something that the value shows is different now.
  case changed(DiscoveredPeer)
  /// The peer said goodbye, or nothing was heard for the life of its records.
  case lost(id: String)
  /// Others held the name; this is the node's id and host name on the network now.
  case renamed(id: String, host: String)
  /// Names of services that the record of 400 bytes had no room for.
  case leftOut([String])
}

/// The target of a packet.
package enum DiscoveryDestination: Hashable, Sendable {
  /// 224.0.0.251, port 5353.
  case multicastIPv4
  /// ff02::fb, port 5353.
  case multicastIPv6
  case unicast(DNSAddress, port: UInt16)
}

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

/// Bounds of what discovery keeps.
package struct DiscoveryLimits: Sendable {
  /// Twice the largest home that is tested, at about 1 KiB each.
  package var peers = 2048
  /// A board has few links; each costs about 1 KiB and its own traffic.
  package var interfaces = 16
  /// Delayed replies to different askers, per interface; further ones go out at once.
  package var delayedReplies = 64
  /// Unicast replies a second and interface, so that a forged source is not flooded through us.
  package var unicastRepliesPerSecond = 200

  package init() {}
}
