import Foundation
import ServerSupport
import Testing
import Wire

@testable import Basics
@testable import HTTPServer
@testable import Platform

/// Who gets in where many hold on to what there is.
@Suite(.serialized) struct ServerSlotTests {
  typealias Step = PlainHome.Step

  @Test func followersLeaveRoomForAllOthersAndOneTooManyIsToldSo() throws {
    let home = try PlainHome()
    let limit = Server.Slot.following.limit
    var followers: [RawClient] = []
    var late: [RawClient] = []
    try home.run([
      Step("all follow") {
        home.times(limit) { followers.append(try home.ask("GET", "/follow")) }
      } until: {
        followers.count == limit && followers.allSatisfy { $0.status == 200 }
      },
      Step("one more is refused, others are served") {
        late = [try home.ask("GET", "/follow"), try home.ask("DELETE", "/run"), try home.ask("GET", "/run")]
      } until: {
        late.allSatisfy { $0.status != nil }
      },
    ])
    #expect(late.map(\.status) == [503, 200, 200])
    #expect(late[0].text.contains("\(limit) clients follow"))
    #expect(followers.allSatisfy { !$0.isClosed })
  }

  @Test func requestsThatWaitLeaveRoomForAStop() throws {
    let home = try PlainHome()
    let limit = Server.Slot.waiting.limit
    var late: [RawClient] = []
    var clients: [RawClient] = []
    try home.run([
      Step("all wait") {
        home.times(limit) { clients.append(try home.ask("POST", "/wait")) }
      } until: {
        home.waiting.count == limit
      },
      Step("POST is refused, all else is served") {
        late = [
          try home.ask("POST", "/run"), try home.ask("PUT", "/run"), try home.ask("DELETE", "/run"),
          try home.ask("GET", "/run"),
        ]
      } until: {
        late.allSatisfy { $0.status != nil }
      },
      Step("an answer makes room") {
        home.waiting[0].respond(HTTPResponse(status: 201))
        late.append(try home.ask("POST", "/run"))
      } until: {
        late[4].status != nil
      },
    ])
    #expect(late.map(\.status) == [503, 503, 200, 200, 200])
    #expect(clients.filter { $0.status == 201 }.count == 1)
  }

  @Test func aRequestThatIsNeverAnsweredEndsWithAWord() throws {
    let home = try PlainHome()
    var client: RawClient?
    try home.run([
      Step("it waits") {
        client = try home.ask("POST", "/wait")
      } until: {
        home.waiting.count == 1
      },
      Step("it is told") {
        let now = home.loop.now
        home.waiting[0].checkDeadlines(now + (Server.waitTime - .seconds(1)))
        #expect(client?.status == nil)
        home.waiting[0].checkDeadlines(now + (Server.waitTime + .seconds(1)))
        // Too late: the connection takes no further request.
        home.waiting[0].respond(HTTPResponse(status: 201))
      } until: {
        client?.isClosed == true
      },
    ])
    #expect(client?.status == 503 && client?.text.contains("hearth ps") == true)
  }

  @Test func silentClientsGiveWayToOnesThatAsk() throws {
    let home = try PlainHome()
    var silent: [RawClient] = []
    var asking: [RawClient] = []
    try home.run([
      Step("all places are taken") {
        // Most have asked once and were answered; some have sent half a request, and some nothing.
        home.times(Server.connectionLimit - 20) { silent.append(try home.ask("GET", "/x")) }
      } until: {
        silent.count == Server.connectionLimit - 20 && silent.allSatisfy { $0.status == 200 }
      },
      Step("all places are taken") {
        for number in 0..<20 { silent.append(try home.client(number < 10 ? "" : "GET /x HTTP/1.1\r\nHost")) }
      } until: {
        home.server.counts.open == Server.connectionLimit
      },
      Step("each that asks is answered") {
        home.times(Server.connectionLimit + 10) { asking.append(try home.ask("DELETE", "/run")) }
      } until: {
        asking.count == Server.connectionLimit + 10 && asking.allSatisfy { $0.status != nil || $0.isClosed }
      },
      Step("who had no answer yet is told why") {
      } until: {
        silent.allSatisfy { $0.isClosed }
      },
    ])
    #expect(asking.allSatisfy { $0.status == 200 })
    #expect(silent.suffix(20).allSatisfy { $0.status == 503 && $0.text.contains("connections are open") })
    #expect(silent.dropLast(20).allSatisfy { $0.status == 200 && !$0.text.contains("503") })
    #expect(home.server.held == 0)
  }

  @Test func followersAndWaitersAreNotSentAwayForOthers() throws {
    let home = try PlainHome()
    var held: [RawClient] = []
    var flood: [RawClient] = []
    try home.run([
      Step("all that may be held is") {
        home.times(Server.Slot.following.limit) { held.append(try home.ask("GET", "/follow")) }
        home.times(Server.Slot.waiting.limit) { held.append(try home.ask("POST", "/wait")) }
      } until: {
        home.waiting.count == Server.Slot.waiting.limit
          && held.count { $0.status == 200 } == Server.Slot.following.limit
      },
      Step("a flood is served in the rest") {
        home.times(300) { flood.append(try home.ask("GET", "/run")) }
      } until: {
        flood.count == 300 && flood.allSatisfy { $0.status == 200 }
      },
      Step("the others are still there") {
        for connection in home.waiting { connection.respond(HTTPResponse(status: 201)) }
      } until: {
        held.count { $0.status == 201 } == Server.Slot.waiting.limit
      },
    ])
    #expect(held.count { $0.status == 200 } == Server.Slot.following.limit)
  }
}

/// How much memory clients can have a server keep.
@Suite(.serialized) struct ServerMemoryTests {
  typealias Step = PlainHome.Step

  @Test func unfinishedBodiesStayWithinTheBudgetAndASmallRequestIsServed() throws {
    let home = try PlainHome()
    let head = "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(1 << 20)\r\n\r\n"
    let body = [UInt8](repeating: 0x78, count: (1 << 20) - 1)
    var clients: [RawClient] = []
    var sent: [Int] = []
    var most = 0
    var isFeeding = true
    var small: RawClient?
    func feed() {
      most = max(most, home.server.held)
      guard isFeeding else { return }
      for (index, client) in clients.enumerated() where !client.isClosed && sent[index] < body.count {
        sent[index] += client.sendWhatFits(body[sent[index]...])
      }
      home.loop.after(.milliseconds(1)) { feed() }
    }
    func isRefused(_ client: RawClient) -> Bool { client.status == 503 }
    try home.run(
      seconds: 60,
      [
        Step("all have begun") {
          home.times(200) {
            clients.append(try home.client(head))
            sent.append(0)
          }
        } until: {
          home.server.counts.open == 200
        },
        Step("most are sent away, since all that they send is kept") {
          feed()
        } until: {
          clients.count { isRefused($0) } > 150
        },
        Step("a small request is served") {
          small = try home.ask("POST", "/run")
        } until: {
          small?.status == 200
        },
      ])
    isFeeding = false
    #expect(most > 8 << 20 && most <= 13 << 20, "\(most)")
    #expect(clients.contains { $0.status == nil && !$0.isClosed }, "not all are sent away")
    let refused = clients.filter { $0.status == 503 }
    #expect(refused.count > 100 && refused.allSatisfy { $0.text.contains("unfinished requests") })
    #expect(home.server.held == 0)
  }

  @Test func oneLongRequestIsReadInARound() throws {
    let home = try PlainHome()
    let head = "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(1 << 20)\r\n\r\n"
    let body = [UInt8](repeating: 0x78, count: 200 << 10)
    var clients: [RawClient] = []
    var known: [ObjectIdentifier: Int] = [:]
    var most = 0
    func look() {
      var grown = 0
      for connection in home.server.connections.values {
        let before = known.updateValue(connection.held, forKey: ObjectIdentifier(connection)) ?? 0
        if before >= 16 << 10, connection.held > before { grown += 1 }
      }
      most = max(most, grown)
    }
    try home.run([
      Step("all have sent the same") {
        for _ in 0..<12 { clients.append(try home.client(head)) }
        for client in clients { _ = client.sendWhatFits(body[...]) }
      } until: {
        look()
        return home.server.connections.count == 12
          && home.server.connections.values.allSatisfy { $0.held > 128 << 10 }
      }
    ])
    #expect(most == 1)
  }

  @Test func answersThatNobodyTakesStayWithinTheBudget() throws {
    let body = [UInt8](repeating: 0x79, count: 4 << 20)
    var asked = 0
    let home = try PlainHome { _, connection in
      asked += 1
      connection.respond(HTTPResponse(status: 200, body: body))
    }
    var clients: [SilentClient] = []
    var most = 0
    try home.run(
      seconds: 60,
      [
        Step("all have asked") {
          for _ in 0..<60 {
            clients.append(try SilentClient("GET /list HTTP/1.1\r\nHost: a\r\n\r\n", home.address))
          }
        } until: {
          most = max(most, home.server.held)
          return asked == 60
        }
      ])
    #expect(most <= 17 << 20, "\(most)")
  }

  @Test func aBufferThatIsNeverEmptyIsNotKeptWhole() throws {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    var buffer = WriteBuffer()
    var taken = [UInt8](repeating: 0, count: 16 << 10)
    var read = 0
    var most = 0
    for round in 0..<2000 {
      let next = UInt8(truncatingIfNeeded: round)
      buffer.append { $0 += [UInt8](repeating: next, count: 16 << 10) }
      // The first rounds fill the socket; from then on as much is read as is written.
      if round > 40 { read += recv(ends[1], &taken, taken.count, 0) }
      let isOpen = buffer.flush(to: ends[0])
      #expect(isOpen)
      most = max(most, buffer.held)
    }
    #expect(read > 16 << 20 && buffer.count > 0)
    #expect(most < 4 << 20, "\(most)")
  }
}

/// A client that sends a request and never reads.
private final class SilentClient {
  private let descriptor: Int32

  init(_ text: String, _ address: SocketAddress) throws {
    descriptor = try Socket.connect(to: address, blocking: true)
    var size: Int32 = 4096
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    _ = Array(text.utf8).withUnsafeBytes { Socket.write(descriptor, $0) }
  }

  deinit { close(descriptor) }
}
