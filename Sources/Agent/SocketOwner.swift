internal import CLinux
import Platform

/// Finds which program holds the other end of a local connection (proc(5), /proc/net/tcp and /proc/PID/fd).
enum SocketOwner {
  /// Connections and processes looked at.
  private static let tableLimit = 1 << 20
  private static let processLimit = 32768
  private static let descriptorLimit = 4096

  /// The name of the process (/proc/PID/comm), nil where it cannot be told: the client may have gone, or its files
  /// may not be ours to read.
  static func processName(of peer: SocketAddress, localPort: UInt16) -> String? {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      if let inode = inode(in: table, port: peer.port, remotePort: localPort), let name = owner(of: inode) {
        return name
      }
    }
    return nil
  }

  /// The inode of the socket with these ports; fields as in Documentation/networking/proc_net_tcp.rst.
  private static func inode(in table: String, port: UInt16, remotePort: UInt16) -> String? {
    guard let bytes = try? File.read(table, limit: tableLimit) else { return nil }
    for line in bytes.split(separator: 10).dropFirst() {
      let fields = line.split(separator: 32, omittingEmptySubsequences: true)
      guard fields.count > 9, Self.port(fields[1]) == port, Self.port(fields[2]) == remotePort else {
        continue
      }
      let inode = String(decoding: fields[9], as: UTF8.self)
      if inode != "0" { return inode }
    }
    return nil
  }

  private static func port(_ field: ArraySlice<UInt8>) -> UInt16? {
    guard let colon = field.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    return UInt16(String(decoding: field[(colon + 1)...], as: UTF8.self), radix: 16)
  }

  private static func owner(of inode: String) -> String? {
    let link = "socket:[\(inode)]"
    // Who asks was started lately: the kernel lists processes by their numbers.
    for process in File.names(in: "/proc", limit: processLimit).reversed() {
      guard process.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { continue }
      let folder = "/proc/\(process)/fd"
      for descriptor in File.names(in: folder, limit: descriptorLimit)
      where File.linkTarget("\(folder)/\(descriptor)") == link {
        guard let name = try? File.read("/proc/\(process)/comm", limit: 64) else { return nil }
        return String(decoding: name.prefix { $0 != 10 }, as: UTF8.self)
      }
    }
    return nil
  }
}
