import Basics
import Foundation
package import HTTPServer
package import Platform
import Testing
package import Wire

/// A server for programs of this machine, and the loop that it and its clients run on.
package final class PlainHome {
  package let loop: EventLoop
  package private(set) var server: Server
  package let address: SocketAddress
  /// Connections whose request was taken and not answered.
  package var waiting: [ServerConnection] = []

  /// `/wait` is never answered, `/follow` is a stream without an end; everything else is up to `answer`.
  package init(answer: @escaping (HTTPRequest, ServerConnection) -> Void = { PlainHome.echo($0, $1) }) throws
  {
    let loop = try EventLoop()
    self.loop = loop
    var home: PlainHome?
    server = Server(loop: loop) { request, connection in
      switch request.path {
      case "/wait": home?.waiting.append(connection)
      case "/follow": connection.beginStream(HTTPResponse(status: 200), onGone: {})
      default: answer(request, connection)
      }
    }
    guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { throw CocoaError(.fileNoSuchFile) }
    address = try server.listen(on: any)
    home = self
  }

  package static func echo(_ request: HTTPRequest, _ connection: ServerConnection) {
    connection.respond(HTTPResponse(status: 200, body: Array(request.path.utf8)))
  }

  /// A client that has sent a request, or as much of one as the text is.
  package func client(_ text: String) throws -> RawClient {
    try RawClient(Array(text.utf8), to: address, loop: loop)
  }

  /// A client of a request without a body.
  package func ask(_ method: String, _ path: String) throws -> RawClient {
    try client("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
  }

  /// Does something so many times, a few in each round of the loop: the kernel keeps no more than 128 connections for us.
  package func times(_ count: Int, _ body: @escaping () throws -> Void) {
    var left = count
    func next() {
      for _ in 0..<min(left, 32) {
        left -= 1
        do { try body() } catch { Issue.record(error) }
      }
      if left > 0 { loop.after(.milliseconds(1)) { next() } }
    }
    next()
  }

  /// Something that is done, and what has to follow from it before the next.
  package struct Step {
    let what: String
    let action: () throws -> Void
    let condition: () -> Bool

    package init(
      _ what: String, _ action: @escaping () throws -> Void = {}, until condition: @escaping () -> Bool
    ) {
      self.what = what
      self.action = action
      self.condition = condition
    }
  }

  /// Runs the loop until all is done; an issue where a step takes too long. Once for a home.
  package func run(seconds: Double = 10, _ steps: [Step]) throws {
    var rest = steps[...]
    var deadline = Date() + seconds
    var thrown: (any Error)?
    try rest.first?.action()
    loop.afterRound = {
      guard let step = rest.first else { return self.loop.stop() }
      if step.condition() {
        rest.removeFirst()
        deadline = Date() + seconds
        do { try rest.first?.action() } catch { thrown = error }
        if rest.isEmpty || thrown != nil { self.loop.stop() }
      } else if Date() > deadline {
        Issue.record("not within \(seconds) s: \(step.what)")
        self.loop.stop()
      }
    }
    tick()
    loop.run()
    server.close()
    loop.afterRound = {}
    if let thrown { throw thrown }
  }

  /// Wakes the loop, for conditions outside it.
  private func tick() {
    loop.after(.milliseconds(10)) { self.tick() }
  }
}

extension RawClient {
  /// The status of the first answer; nil before it has come.
  package var status: Int? {
    let text = String(decoding: received.prefix(16), as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 ") else { return nil }
    return Int(text.dropFirst(9).prefix(3))
  }

  package var text: String { String(decoding: received, as: UTF8.self) }
}
