import Foundation
import HTTPServer
import ServerSupport
import Testing
import Wire

@testable import Agent
@testable import Basics
@testable import HTTPServer
@testable import Platform

/// Lists that are made while they are taken.
@Suite(.serialized) struct ListAnswerTests {
  typealias Step = PlainHome.Step

  /// Answers `/list/SIZE/COUNT` with so many texts of that size, and counts what is made.
  private final class Lists {
    private(set) var made = 0
    private var turns: ListTurns?

    func answer(_ request: HTTPRequest, _ connection: ServerConnection) {
      let words = request.path.split(separator: "/")
      guard words.count == 3, let size = Int(words[1]), let count = Int(words[2]), let turns else {
        return PlainHome.echo(request, connection)
      }
      var next = 0
      _ = ListAnswer(connection, "items", turns: turns) { piece in
        guard next < count else { return false }
        piece.append(["n": .integer(Int64(next)), "text": .string(String(repeating: "x", count: size))])
        next += 1
        self.made += 1
        return true
      }
    }

    func begin(on loop: EventLoop) { turns = ListTurns(loop: loop) }
  }

  private func home() throws -> (PlainHome, Lists) {
    let lists = Lists()
    let home = try PlainHome { lists.answer($0, $1) }
    lists.begin(on: home.loop)
    return (home, lists)
  }

  /// The JSON in an answer of chunks.
  private func json(_ client: RawClient?) throws -> JSON {
    var parser = HTTPResponseParser()
    client?.received.withUnsafeBytes { parser.feed($0) }
    var body: [UInt8] = []
    while let event = try parser.next() {
      switch event {
      case .head(let head): #expect(head.status == 200 && head.headers["Content-Type"] == "application/json")
      case .body(let piece): body += piece
      case .end: return try JSON.parse(body, limits: JSON.Limits(bytes: 64 << 20, nodes: 1 << 20))
      }
    }
    throw CocoaError(.coderReadCorrupt)
  }

  @Test(arguments: [(0, 0), (1, 1), (100, 5000), (200_000, 3)])
  func aListIsWholeHoweverLongItIs(size: Int, count: Int) throws {
    let (home, _) = try home()
    var client: RawClient?
    try home.run([
      Step("the list and what is asked behind it have come") {
        client = try home.client(
          "GET /list/\(size)/\(count) HTTP/1.1\r\nHost: a\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
      } until: {
        client?.received.suffix(7) == Array("/behind".utf8)[...]
      }
    ])
    let items = try json(client)["items"]?.array
    #expect(items?.compactMap { $0["n"]?.integer } == (0..<count).map { Int64($0) })
    #expect(items?.allSatisfy { $0["text"]?.string?.utf8.count == size } == true)
  }

  @Test func headMakesNothing() throws {
    let (home, lists) = try home()
    var client: RawClient?
    try home.run([
      Step("both answers") {
        client = try home.client(
          "HEAD /list/9/9000 HTTP/1.1\r\nHost: a\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
      } until: {
        client?.received.suffix(7) == Array("/behind".utf8)[...]
      }
    ])
    #expect(lists.made == 0)
  }

  @Test func sixtyClientsThatDoNotReadCostNobodyElseTimeOrMemory() throws {
    let (home, lists) = try home()
    var idle: [Int32] = []
    var pings: [Double] = []
    var most = 0
    var ping: RawClient?
    defer { for descriptor in idle { close(descriptor) } }
    func next(_ begun: Date) throws {
      ping = try home.ask("GET", "/ping")
      func look() {
        most = max(most, home.server.held)
        guard ping?.status == 200 else {
          home.loop.after(.zero) { look() }
          return
        }
        pings.append(Date().timeIntervalSince(begun))
        if pings.count < 40 { try? next(Date()) }
      }
      home.loop.after(.zero) { look() }
    }
    try home.run(
      seconds: 60,
      [
        Step("pings are answered beside the lists") {
          for _ in 0..<60 {
            let descriptor = try Socket.connect(to: home.address, blocking: true)
            let request = Array("GET /list/1000000/15 HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            _ = request.withUnsafeBytes { Socket.write(descriptor, $0) }
            idle.append(descriptor)
          }
          try next(Date())
        } until: {
          pings.count == 40
        }
      ])
    #expect(most <= 14 << 20, "\(most)")
    #expect(lists.made < 60 * 15, "what nobody takes is not made")
    print("FIGURE slowest ping beside 60 idle readers of 15 MB: \(Int((pings.max() ?? 9) * 1000)) ms")
    #expect(pings.count == 40)
  }
}
