import Basics
internal import CLinux
import Foundation
package import HTTPServer
package import Mesh
package import Platform
import Testing
internal import Wire

/// A keyed server, the loop it runs on, and what it was asked: one home for one test.
package final class SecureHome {
  package let loop: EventLoop
  package private(set) var server: Server
  package let address: SocketAddress
  package var keys: [SealKey]
  /// The key ids of the requests' connections, in order; nil for a plain one.
  package var keyIDs: [UInt16?] = []
  /// Connections that were told to stream.
  package var streams: [ServerConnection] = []
  package var drained = 0
  package var gone = 0

  package static let current = SealKey(fileContents: Array("the key of the home, current".utf8))
  package static let next = SealKey(fileContents: Array("the key of the home, next".utf8))
  package static let other = SealKey(fileContents: Array("the key of the neighbours".utf8))

  package init(plain: Bool = false, host: String = "127.0.0.1") throws {
    let loop = try EventLoop()
    self.loop = loop
    keys = Self.current.map { [$0] } ?? []
    var home: SecureHome?
    let handler: (HTTPRequest, ServerConnection) -> Void = { home?.answer($0, $1) }
    var security = Server.Security(keys: { (home?.keys ?? []).map(SecureHome.preshared) })
    security.plainHandler = { plain ? handler : nil }
    server = Server(loop: loop, security: security, handler: handler)
    guard let any = SocketAddress(host: host, port: 0) else { throw CocoaError(.fileNoSuchFile) }
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

  package static let megabyte: [UInt8] = (0..<(1 << 20)).map {
    UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9)
  }

  /// The part of a key that opens connections.
  package static func preshared(_ key: SealKey) -> PresharedKey {
    PresharedKey(id: key.id, secret: key.tlsSecret)
  }

  /// Runs the loop until the condition holds; an issue where it does not in time. Once for a home.
  package func run(seconds: Double = 10, until condition: @escaping () -> Bool) {
    var isInTime = true
    loop.after(.milliseconds(Int(seconds * 1000))) {
      isInTime = false
      self.loop.stop()
    }
    loop.afterRound = { if condition() { self.loop.stop() } }
    tick()
    loop.run()
    if !isInTime { Issue.record("not within \(seconds) s") }
    server.close()
    loop.afterRound = {}
  }

  /// Wakes the loop, for conditions outside it.
  private func tick() {
    loop.after(.milliseconds(20)) { self.tick() }
  }
}
