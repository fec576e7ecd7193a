package import Wire

/// An interface that discovery uses, with the addresses that others reach this node by.
///
/// Which interfaces those are is the caller's choice: up, multicast, no loopback.
package struct DiscoveryInterface: Equatable, Sendable {
  /// An address and the length of its subnet's prefix in bits.
  package struct Address: Equatable, Sendable {
    /// This node's own address on the interface.
    package var address: DNSAddress
    /// 0...32 for IPv4, 0...128 for IPv6.
    package var prefix: Int

    /// An address of this node and the bits of its prefix.
    package init(_ address: DNSAddress, prefix: Int) {
      self.address = address
      self.prefix = prefix
    }
  }

  /// The kernel's index.
  package var index: Int32
  /// The kernel's name, as `eth0`; may change while the index stays.
  package var name: String
  /// In order of preference; more than 8 are left out.
  package var addresses: [Address]

  /// An interface without addresses is not used.
  package init(index: Int32, name: String, addresses: [Address]) {
    self.index = index
    self.name = name
    self.addresses = addresses
  }

  var hasIPv4: Bool { addresses.contains { $0.address.isIPv4 } }
  var hasIPv6: Bool { addresses.contains { !$0.address.isIPv4 } }
  static let addressLimit = 8
}
