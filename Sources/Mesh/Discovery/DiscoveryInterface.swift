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
