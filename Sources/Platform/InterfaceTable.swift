import Basics
internal import CLinux

/// The interfaces of this node and which of them serve the home.
package struct InterfaceTable {
  private struct Known {
    var name = ""
    var flags: UInt32 = 0
    var addresses: [LinkAddress] = []
  }

  private var links: [UInt32: Known] = [:]
  /// Names that the owner allows; empty for all.
  private let allowed: [String]

  /// Interfaces and addresses of each that are kept: a machine full of containers has hundreds, more is no home's.
  private static let linkLimit = 1024
  private static let addressLimit = 32

  /// A table without interfaces.
  ///
  /// - Parameter allowed: names that may serve the home; empty for all but Docker's.
  package init(allowed: [String]) {
    self.allowed = allowed
  }

  /// Enters what the kernel says. Ends and errors change nothing, as does what exceeds the limits.
  package mutating func apply(_ message: RouteMessage) {
    switch message {
    case .link(let index, let name, let flags):
      guard var link = known(index) else { return }
      link.name = name
      link.flags = flags
      links[index] = link
    case .linkGone(let index):
      links[index] = nil
    case .address(let index, let address):
      guard var link = known(index) else { return }
      if let place = link.addresses.firstIndex(where: { $0.bytes == address.bytes }) {
        link.addresses[place] = address
      } else if link.addresses.count < Self.addressLimit {
        link.addresses.append(address)
      }
      links[index] = link
    case .addressGone(let index, let address):
      links[index]?.addresses.removeAll { $0.bytes == address.bytes }
    case .done, .error:
      break
    }
  }

  private func known(_ index: UInt32) -> Known? {
    links[index] ?? (links.count < Self.linkLimit ? Known() : nil)
  }

  /// The interfaces that serve the home and have an address, in the order of their indices.
  package var usable: [UsableInterface] {
    var result: [UsableInterface] = []
    for (index, link) in links where isUsable(link) {
      let addresses = Self.ordered(link.addresses)
      if !addresses.isEmpty {
        result.append(UsableInterface(index: index, name: link.name, addresses: addresses))
      }
    }
    return result.ordered { $0.index < $1.index }
  }

  private func isUsable(_ link: Known) -> Bool {
    let needed = clinux_interface_up | clinux_interface_running | clinux_interface_multicast
    guard link.flags & needed == needed, link.flags & clinux_interface_loopback == 0 else { return false }
    return allowed.isEmpty ? !Self.isPlumbing(link.name) : allowed.contains(link.name)
  }

  /// Docker's own: `docker0`, `veth…` and `br-` with twelve hexadecimal digits. Behind them are containers, not nodes.
  package static func isPlumbing(_ name: String) -> Bool {
    if name == "docker0" || name == "docker_gwbridge" || name.begins(with: "veth") { return true }
    guard name.begins(with: "br-") else { return false }
    let digits = name.utf8.dropFirst(3)
    return digits.count == 12 && digits.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }
  }

  /// The best first: IPv4, IPv6 of more than this link, IPv6 of the link; within these lasting before temporary ones.
  private static func ordered(_ addresses: [LinkAddress]) -> [LinkAddress] {
    var result: [LinkAddress] = []
    for rank in 0..<8 {
      for address in addresses where !address.isTentative && !address.isLoopback && self.rank(address) == rank
      {
        result.append(address)
      }
    }
    return result
  }

  private static func rank(_ address: LinkAddress) -> Int {
    let kind = (address.bytes.count == 4 ? 0 : 2) + (address.isLinkLocal ? 1 : 0)
    return kind * 2 + (address.isDeprecated || address.isTemporary ? 1 : 0)
  }
}

/// An interface of the home.
package struct UsableInterface: Equatable {
  /// The kernel's number of it, 1 and above (if_nametoindex(3)).
  package let index: UInt32
  /// At most 15 bytes, such as `eth0` (netdevice(7)).
  package let name: String
  /// At least one, the best first.
  package let addresses: [LinkAddress]

  /// Whether one of the addresses is IPv4.
  package var hasIPv4: Bool { addresses.contains { $0.bytes.count == 4 } }
  /// Whether one of the addresses is IPv6.
  package var hasIPv6: Bool { addresses.contains { $0.bytes.count == 16 } }

  /// Whether index, name and the addresses with their subnets are the same, in the same order.
  package static func == (left: UsableInterface, right: UsableInterface) -> Bool {
    // Flags change with each renewal of an address and mean nothing to those who use it.
    left.index == right.index && left.name == right.name && left.addresses.count == right.addresses.count
      && zip(left.addresses, right.addresses).allSatisfy { $0.bytes == $1.bytes && $0.prefix == $1.prefix }
  }
}
