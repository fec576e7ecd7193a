import Basics
package import CLinux

/// An IPv4 or IPv6 address without a port.
package struct IPAddress: Hashable {
  /// 4 or 16 bytes in network order.
  package let bytes: [UInt8]

  /// The address of 4 or 16 bytes; the caller answers for the count.
  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The address of `text`, dotted or with colons; nil otherwise. Names are not looked up.
  package init?(_ text: String) {
    guard let socketAddress = SocketAddress(host: text, port: 0) else { return nil }
    self = socketAddress.ip
  }

  /// 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3).
  package var isLoopback: Bool {
    if bytes.count == 4 { return bytes[0] == 127 }
    return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  /// Dotted, or with colons in its short form (inet_ntop(3)).
  package var text: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      bytes.withUnsafeBytes { source in
        guard let base = source.baseAddress, let target = buffer.baseAddress,
          inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, base, target, 64) != nil
        else { return "" }
        return String(cString: target)
      }
    }
  }
}

/// An address and port to listen on or to connect to.
package struct SocketAddress {
  /// The address as system calls take it: sockaddr_in, sockaddr_in6 or sockaddr_un.
  package private(set) var storage = sockaddr_storage()
  /// How many bytes of `storage` count.
  package private(set) var length: socklen_t = 0

  /// An address and a port; nil where `host` is a name or anything else.
  package init?(host: String, port: UInt16) {
    guard clinux_ip_address(&storage, host, port, &length) == 1 else { return nil }
  }

  /// A Unix socket; nil where the path is longer than the kernel takes (107 bytes).
  package init?(path: String) {
    guard clinux_unix_address(&storage, path, &length) == 1 else { return nil }
  }

  /// An address as the kernel has given it.
  ///
  /// - Parameter length: how many bytes of `storage` count.
  package init(storage: sockaddr_storage, length: socklen_t) {
    self.storage = storage
    self.length = length
  }

  /// `127.0.0.1:56001` or `[::1]:56001`; nil where address or port is missing. Names are not looked up.
  package static func parse(_ text: String) -> SocketAddress? {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    var host = String(text[..<colon])
    guard let port = UInt16(text[text.utf8.index(after: colon)...]) else { return nil }
    if host.begins(with: "["), host.ends(with: "]") { host = host.droppingLast().dropping(1) }
    return SocketAddress(host: host, port: port)
  }

  /// The address without its port. IPv4 that is mapped into IPv6 comes as IPv4, a Unix socket as 16 zeros.
  package var ip: IPAddress {
    var bytes = [UInt8](repeating: 0, count: 16)
    var port: UInt16 = 0
    var copy = storage
    let family = clinux_address_parts(&copy, &bytes, &port)
    return IPAddress(bytes: family == AF_INET ? Array(bytes.prefix(4)) : bytes)
  }

  /// The port, 0 for a Unix socket; as a number of this machine, not in network order.
  package var port: UInt16 {
    var bytes = [UInt8](repeating: 0, count: 16)
    var port: UInt16 = 0
    var copy = storage
    _ = clinux_address_parts(&copy, &bytes, &port)
    return port
  }

  /// AF_INET, AF_INET6 or AF_UNIX (address_families(7)).
  package var family: Int32 {
    Int32(storage.ss_family)
  }

  /// `127.0.0.1:56001`, `[::1]:56001`.
  package var text: String {
    let ip = self.ip
    return ip.bytes.count == 4 ? "\(ip.text):\(port)" : "[\(ip.text)]:\(port)"
  }
}
