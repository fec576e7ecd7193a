import Foundation
import Readings
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Platform

/// A captured board in miniature: what a test writes is all there is.
final class DoctorTree {
  let folder: TemporaryFolder
  /// The settings.
  var conf = ""

  init() throws {
    folder = try TemporaryFolder()
  }

  func write(_ path: String, _ text: String = "", mode: UInt16? = nil) throws {
    let file = try folder.write(text, to: String(path.dropFirst()))
    if let mode { chmod(file, mode_t(mode)) }
  }

  func makeFolder(_ path: String, mode: UInt16 = 0o700) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + path, withIntermediateDirectories: true)
    chmod(folder.path + path, mode_t(mode))
  }

  func context() throws -> CheckContext {
    if !conf.isEmpty { try write("/etc/hearth/hearth.conf", conf) }
    return CheckContext(root: folder.path, file: nil)
  }

  /// What a check says of the tree as it is now.
  func result(_ id: String, _ change: (CheckContext) -> Void = { _ in }) throws -> CheckResult {
    let context = try context()
    change(context)
    return try context.result(id)
  }
}

extension CheckContext {
  /// This machine, with these settings.
  static func live(_ conf: String = "", in folder: TemporaryFolder) throws -> CheckContext {
    CheckContext(root: "/", file: try folder.write(conf, to: "live.conf"))
  }

  func result(_ id: String) throws -> CheckResult {
    try #require(Check.all.first { "\($0.id)" == id }, "no check \(id)").look(self)
  }
}

extension CheckResult {
  /// Whether it is of this kind, and what was found or is to be done contains these words.
  func isA(_ outcome: String, _ words: String...) -> Bool {
    let text = found + " | " + remedy
    return self.outcome == outcome && words.allSatisfy { text.contains($0) }
  }
}

/// A listener that answers every connection with the same bytes, or takes it and says nothing.
final class CannedServer: @unchecked Sendable {
  let address: SocketAddress
  private let descriptor: Int32
  private let answer: String?

  /// - Parameter answer: the body of a 200; nil for silence.
  init(on address: SocketAddress, answer: String?, isHTTP: Bool = true) throws {
    descriptor = try Socket.listen(on: address)
    self.address = Socket.localAddress(descriptor)
    self.answer = answer.map {
      isHTTP
        ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)"
        : $0
    }
    let thread = Thread { [descriptor, answer = self.answer] in
      // Blocking is right for a thread of its own; the listener was made for a loop.
      _ = fcntl(descriptor, F_SETFL, 0)
      var open: [Int32] = []
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        open.append(connection)
        guard let answer else { continue }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = recv(connection, &request, request.count, 0)
        let bytes = Array(answer.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(connection, Int32(SHUT_WR))
      }
      for connection in open { close(connection) }
    }
    thread.start()
  }

  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  deinit { stop() }
}
