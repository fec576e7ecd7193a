import Basics
import Foundation
import Glibc
import Wire

/// An Engine only in name: it answers the client's calls of create and start and keeps the last create body.
///
/// What the client asks for stays visible here even where a real Engine's kernel lacks a feature and discards it.
final class CreateCallRecorder: @unchecked Sendable {
  let path: String
  private let descriptor: Int32
  private let lock = NSLock()
  private var recorded: (target: String, body: JSON)?

  init() throws {
    path = "/tmp/hearth-recorder-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, bound == 0, listen(descriptor, 16) == 0 else {
      throw ComparisonLab.Trouble(description: "no socket at \(path): errno \(errno)")
    }
    Thread.detachNewThread { [self] in serve() }
  }

  /// Ends the serving thread.
  func close() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    Glibc.close(descriptor)
    unlink(path)
  }

  /// The target and body of the last create call, which is then forgotten.
  func take() -> (target: String, body: JSON)? {
    lock.withLock {
      defer { recorded = nil }
      return recorded
    }
  }

  private func serve() {
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      answer(connection)
      Glibc.close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    guard let (head, body) = read(connection) else { return }
    let target = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    var (status, content) = ("200 OK", "{}")
    if target.contains("/containers/create") {
      let parsed = (try? JSON.parse(body)) ?? .null
      lock.withLock { recorded = (target, parsed) }
      (status, content) = ("201 Created", "{\"Id\":\"recorded\",\"Warnings\":[]}")
    } else if target.hasSuffix("/start") {
      (status, content) = ("204 No Content", "")
    }
    let answer = """
      HTTP/1.1 \(status)\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Type: application/json\r\n\
      Content-Length: \(head.hasPrefix("HEAD") ? 0 : content.utf8.count)\r\nConnection: close\r\n\r\n\
      \(head.hasPrefix("HEAD") ? "" : content)
      """
    let bytes = Array(answer.utf8)
    _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  private func read(_ connection: Int32) -> (head: String, body: [UInt8])? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while bytes.count < 1 << 22 {
      if let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let length = head.lowercased().range(of: "content-length: ").map { head[$0.upperBound...] }
          .flatMap { Int($0.prefix { $0.isNumber }) }
        if bytes.count - end.upperBound >= length ?? 0 { return (head, Array(bytes[end.upperBound...])) }
      }
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk.prefix(count)
    }
    return nil
  }
}
