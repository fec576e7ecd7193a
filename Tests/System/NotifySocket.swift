import Foundation
import TestSupport

/// What systemd is to a service: the datagram socket of `NOTIFY_SOCKET`.
final class NotifySocket {
  let path: String
  private let descriptor: Int32

  init() throws {
    path = "/tmp/hs-notify-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw LabError("bind \(path): \(errno)") }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// The next message; nil where none comes in time.
  func next(within seconds: Double) -> String? {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, Int32(seconds * 1000)) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  /// Waits for a message that begins so.
  func wait(_ beginning: String, within seconds: Double = 10) throws -> String {
    let deadline = Date() + seconds
    while Date() < deadline {
      if let message = next(within: max(0, deadline.timeIntervalSinceNow)), message.hasPrefix(beginning) {
        return message
      }
    }
    throw LabError("no \(beginning) within \(seconds) s")
  }

  /// The messages of a time.
  func all(for seconds: Double) -> [String] {
    var messages: [String] = []
    let deadline = Date() + seconds
    while let message = next(within: max(0, deadline.timeIntervalSinceNow)) { messages.append(message) }
    return messages
  }
}
