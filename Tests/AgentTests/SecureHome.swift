import CLinux
import Foundation
import Readings
import Mesh
import Settings
import Testing
import Wire

@testable import Agent
@testable import Basics
@testable import Devices
@testable import HTTPServer
@testable import Platform

/// A keyed server, the loop it runs on, and what it was asked: one home for one test.
final class SecureHome {
  let loop: EventLoop
  private(set) var server: Server
  let address: SocketAddress
  var keys: [SealKey]
  /// The key ids of the requests' connections, in order; nil for a plain one.
  var keyIDs: [UInt16?] = []
  /// Connections that were told to stream.
  var streams: [ServerConnection] = []
  var drained = 0
  var gone = 0

  static let current = SealKey(fileContents: Array("the key of the home, current".utf8))
  static let next = SealKey(fileContents: Array("the key of the home, next".utf8))
  static let other = SealKey(fileContents: Array("the key of the neighbours".utf8))

  init(plain: Bool = false, host: String = "127.0.0.1") throws {
    let loop = try EventLoop()
    self.loop = loop
    keys = [try #require(Self.current)]
    var home: SecureHome?
    let handler: (HTTPRequest, ServerConnection) -> Void = { home?.answer($0, $1) }
    var security = Server.Security(keys: { (home?.keys ?? []).map { $0.preshared } })
    security.plainHandler = { plain ? handler : nil }
    server = Server(loop: loop, security: security, handler: handler)
    let any = try #require(SocketAddress(host: host, port: 0))
    address = try server.listen(on: any)
    home = self
    checkDeadlines()
  }

  private func checkDeadlines() {
    server.checkDeadlines()
    loop.after(.milliseconds(100)) { self.checkDeadlines() }
  }

  private func answer(_ request: HTTPRequest, _ connection: ServerConnection) {
    keyIDs.append(connection.keyID)
    switch request.path {
    case "/echo": connection.respond(HTTPResponse(status: 200, body: request.body))
    case "/large": connection.respond(HTTPResponse(status: 200, body: Self.megabyte))
    case "/larger": connection.respond(HTTPResponse(status: 200, body: Self.megabyte + [1]))
    case "/close": connection.close()
    case "/silent": break
    case "/stream":
      streams.append(connection)
      connection.beginStream(
        HTTPResponse(status: 200), onGone: { self.gone += 1 }, onDrained: { self.drained += 1 })
    default: connection.respond(Problem(status: 404, detail: "no such thing").response)
    }
  }

  static let megabyte: [UInt8] = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }

  func location(_ key: SealKey? = SecureHome.current, at addresses: [SocketAddress]? = nil) -> PeerLocation {
    let addresses = addresses ?? [address]
    return PeerLocation(name: "kitchen", addresses: { addresses }, key: { key?.preshared })
  }

  func client(_ key: SealKey? = SecureHome.current) -> PeerClient {
    PeerClient(to: location(key), loop: loop)
  }

  /// Runs the loop until the condition holds; an issue where it does not in time. Once for a home.
  func run(seconds: Double = 10, until condition: @escaping () -> Bool) {
    var isInTime = true
    loop.after(.milliseconds(Int(seconds * 1000))) {
      isInTime = false
      self.loop.stop()
    }
    loop.afterRound = { if condition() { self.loop.stop() } }
    tick()
    loop.run()
    #expect(isInTime, "not within \(seconds) s")
    server.close()
    loop.afterRound = {}
  }

  /// Wakes the loop, for conditions outside it.
  private func tick() {
    loop.after(.milliseconds(20)) { self.tick() }
  }
}

/// A client that sends bytes as they are, and notes what comes back.
final class RawClient: Watcher {
  private let descriptor: Int32
  private let loop: EventLoop
  private(set) var received: [UInt8] = []
  private(set) var isClosed = false

  init(_ bytes: [UInt8], to address: SocketAddress, loop: EventLoop) throws {
    self.loop = loop
    descriptor = try Socket.connect(to: address, blocking: true)
    super.init()
    send(bytes)
    try loop.watch(descriptor, for: clinux_in, self)
  }

  func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { Socket.write(descriptor, $0) }
  }

  override func ready(_ events: UInt32) {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      if case .bytes(let count) = Socket.read(descriptor, into: buffer) {
        received += buffer[..<count]
      } else {
        isClosed = true
        loop.unwatch(descriptor)
      }
    }
  }

  deinit {
    close(descriptor)
  }
}

/// Debian's openssl as a foreign counterpart; ended with the object.
final class OpenSSL {
  private let process = Process()
  private let input = Pipe()
  private let file: URL

  init(_ arguments: [String], key: SealKey, secret: [UInt8]? = nil, input text: String = "") throws {
    let identity = "hearth-" + String(String(Int(key.id) + 0x10000, radix: 16).dropFirst())
    let hex = (secret ?? key.tlsSecret).map { String(String(Int($0) + 0x100, radix: 16).dropFirst()) }
      .joined()
    file = URL(fileURLWithPath: NSTemporaryDirectory() + "hearth-openssl-" + UUID().uuidString)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let output = try FileHandle(forWritingTo: file)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments =
      arguments + [
        "-psk", hex, "-psk_identity", identity, "-tls1_2", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305",
      ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    input.fileHandleForWriting.write(Data(text.utf8))
  }

  var output: String {
    (try? String(decoding: Data(contentsOf: file), as: UTF8.self)) ?? ""
  }

  var isRunning: Bool {
    process.isRunning
  }

  func closeInput() {
    try? input.fileHandleForWriting.close()
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: file)
  }
}
