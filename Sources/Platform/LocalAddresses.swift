internal import CLinux

/// The addresses of this node.
package struct LocalAddresses {
  /// Every address of every interface that is up, loopback included.
  package private(set) var all: Set<IPAddress> = []
  /// What others reach this node by: the first IPv4 address of a real interface, else of any that is not loopback,
  /// else 127.0.0.1.
  package private(set) var preferred = IPAddress(bytes: [127, 0, 0, 1])

  /// - Parameter root: where /sys/class/net tells real interfaces from virtual ones.
  package static func read(root: String) -> LocalAddresses {
    var found = LocalAddresses()
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return found }
    defer { freeifaddrs(list) }
    var bestRank = 0
    var next = list
    while let entry = next {
      next = entry.pointee.ifa_next
      guard entry.pointee.ifa_flags & clinux_interface_up != 0, let address = ip(of: entry.pointee) else {
        continue
      }
      found.all.insert(address)
      let rank = rank(address, interface: String(cString: entry.pointee.ifa_name), root: root)
      if rank > bestRank {
        bestRank = rank
        found.preferred = address
      }
    }
    return found
  }

  /// The first address of the highest rank is preferred; 0 is never.
  private static func rank(_ address: IPAddress, interface: String, root: String) -> Int {
    guard address.bytes.count == 4, !address.isLoopback else { return 0 }
    let isReal = access("\(root)/sys/class/net/\(interface)/device", F_OK) == 0
    // 169.254/16 (RFC 3927) is what a host gives itself when nobody answers.
    let isLinkLocal = address.bytes[0] == 169 && address.bytes[1] == 254
    return (isReal ? 3 : 2) - (isLinkLocal ? 1 : 0)
  }

  private static func ip(of entry: ifaddrs) -> IPAddress? {
    guard let raw = entry.ifa_addr else { return nil }
    let family = Int32(raw.pointee.sa_family)
    guard family == AF_INET || family == AF_INET6 else { return nil }
    var storage = sockaddr_storage()
    let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    memcpy(&storage, raw, size)
    return SocketAddress(storage: storage, length: socklen_t(size)).ip
  }
}
