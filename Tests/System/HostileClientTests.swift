import Basics
import Foundation
import TestSupport
import Testing

/// Clients that are broken, slow or malicious: a clear answer, and the agent lives.
@Suite struct HostileClientTests {
  private func withAgent(_ body: (Agent) throws -> Void) throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      try body(agent)
      let ping = try agent.get("/api/v1/ping")
      #expect(ping.text == "Pong\n")
    }
  }

  @Test(arguments: [
    ("\u{0}\u{1}\u{2}garbage\r\n\r\n", 400), ("GET\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    ("POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (
      "POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      400
    ),
    ("POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", 400),
  ])
  func aMalformedRequestIsAnsweredAndTheConnectionClosed(request: String, status: Int) throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      connection.send(request)
      let answer = try connection.answer()
      #expect(answer.status == status, "\(answer.text)")
      #expect(answer["Content-Type"] == "application/problem+json")
      #expect(answer.json["status"].int == answer.status)
    }
  }

  @Test(arguments: [(20_000, "GET /", 414), (40_000, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ", 431)])
  func anOverlongLineIsAnswered(length: Int, beginning: String, status: Int) throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      connection.send(beginning + String(repeating: "a", count: length) + "\r\n\r\n")
      #expect(try connection.answer().status == status)
    }
  }

  @Test(arguments: ["/api/v2/runs", "/api/v1/orchestration/services"])
  func deepJSONIsRefused(path: String) throws {
    try withAgent { agent in
      for body in [
        String(repeating: "[", count: 500_000), String(repeating: "{\"a\":", count: 100_000),
        #"{"arguments":"# + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000) + "}",
      ] {
        let answer = try agent.call("POST", path, body)
        #expect(answer.status == (path.contains("v2") ? 400 : 503))
      }
    }
  }

  @Test func aBodyOverOneMebibyteIs413AndTheAnswerArrives() throws {
    try withAgent { agent in
      for size in [(1 << 20) + 1, 3 << 20] {
        let body = #"{"arguments":[""# + String(repeating: "x", count: size) + #""]}"#
        let answer = try agent.call("POST", "/api/v2/runs", body)
        #expect(answer.status == 413)
      }
      // As a real client sees it, without `Expect`.
      let path = agent.folder + "/large"
      try Data(repeating: 0x20, count: 8 << 20).write(to: Foundation.URL(fileURLWithPath: path))
      let curl = try Lab.shell(
        "curl -sS -o /dev/null -w '%{http_code}' -H Expect: --data-binary @\(path) http://127.0.0.1:\(agent.port)/api/v2/runs"
      )
      #expect(curl.output == "413", "\(curl.error)")
    }
  }

  @Test func aHeaderDrippedByteByByteIs408() throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      let start = Date()
      for byte in "GET /api/v2/node HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaa".utf8 {
        connection.send(Data([byte]))
        connection.receive(seconds: 0.3)
        if !connection.received.isEmpty { break }
      }
      #expect(try connection.answer().status == 408)
      #expect(Date().timeIntervalSince(start) < 20)
      #expect(connection.isClosed(within: 5))
    }
  }

  @Test func aBodyThatIsNeverFinishedIs408() throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      connection.send("POST /api/v2/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
      #expect(try connection.answer(seconds: 20).status == 408)
      #expect(connection.isClosed(within: 5))
    }
  }

  @Test func aHalfClosedClientGetsItsAnswer() throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      connection.send(agent.request("GET", "/api/v2/node"))
      connection.halfClose()
      #expect(try connection.answer().status == 200)
      #expect(connection.isClosed(within: 5))
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      var all = ""
      for index in 0..<50 {
        all += agent.request("GET", index % 2 == 0 ? "/api/v1/ping" : "/api/v2/runs/\(index)")
      }
      connection.send(all)
      for index in 0..<50 {
        let answer = try connection.answer()
        if index % 2 == 0 {
          #expect(answer.text == "Pong\n")
        } else {
          #expect(answer.text.contains("'\(index)'"))
        }
      }
    }
  }

  @Test func threeHundredConnectionsAreServedOrRefusedInWords() throws {
    try withAgent { agent in
      var connections: [Connection] = []
      for _ in 0..<300 { connections.append(try Connection(port: agent.port)) }
      for connection in connections { connection.send(agent.request("GET", "/api/v1/ping")) }
      var statuses: [Int: Int] = [:]
      for connection in connections { statuses[try connection.answer().status, default: 0] += 1 }
      #expect((statuses[200] ?? 0) >= 250)
      #expect((statuses[200] ?? 0) + (statuses[503] ?? 0) == 300, "\(statuses)")
      connections = []
    }
  }

  @Test func whoFollowsEventsShutsNobodyOut() throws {
    try withAgent { agent in
      let id = try agent.submit(["busybox"], more: #""service":"lamp","#)
      var followers: [Connection] = []
      for _ in 0..<256 {
        followers.append(try Connection(port: agent.port))
        followers.last?.send(agent.request("GET", "/api/v2/events"))
      }
      let statuses = try followers.map { try $0.answerHead() }
      #expect(statuses.filter { $0 == 200 }.count == 128 && statuses.filter { $0 == 503 }.count == 128)
      // The client follows its run too.
      let stopped = try agent.call("DELETE", "/api/v2/runs/lamp")
      #expect(stopped.status == 200 || stopped.status == 202, "\(stopped.text)")
      #expect(try agent.hearth("ps", "-a").output.contains(id))
      followers = []
    }
  }

  @Test func whoAsksForLongListsAndDoesNotReadCostsNeitherMemoryNorTime() throws {
    try withAgent { agent in
      let words = Agent.json(["busybox", String(repeating: "x", count: 1_000_000)])
      // More have no room beside each other.
      for _ in 0..<8 {
        #expect(try agent.call("POST", "/api/v2/runs", #"{"arguments":\#(words)}"#).status == 201)
      }
      let before = try agent.memory()
      let idle = try (0..<60).map { _ in try Connection(port: agent.port) }
      for connection in idle { connection.send(agent.request("GET", "/api/v2/runs")) }
      var most = before
      var slowest = 0.0
      for _ in 0..<40 {
        let begun = Date()
        #expect(try agent.get("/api/v1/ping").text == "Pong\n")
        slowest = max(slowest, Date().timeIntervalSince(begun))
        most = max(most, try agent.memory())
        usleep(20_000)
      }
      print(
        "FIGURE beside 60 idle readers of 8 MB: \(most - before) kB more, slowest ping \(Int(slowest * 1000)) ms"
      )
      #expect(most - before < 40_000)
      let list = try agent.get("/api/v2/runs").json["runs"].array
      #expect(list.count == 8)
    }
  }

  @Test func randomBytesDoNotHarm() throws {
    try withAgent { agent in
      var generator = SplitMix64(seed: 7)
      for _ in 0..<200 {
        let connection = try Connection(port: agent.port)
        let count = Int.random(in: 1...2000, using: &generator)
        connection.send(Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }))
        connection.halfClose()
        connection.receive(seconds: 0.05)
      }
    }
  }

  @Test func aHundredClientsThatLeaveInTheMiddleLeaveNothing() throws {
    try withAgent { agent in
      let before = agent.sockets
      for index in 0..<100 {
        let connection = try Connection(port: agent.port)
        connection.send(String(agent.request("GET", "/api/v2/events").prefix(index)))
        if index == 99 { connection.send(agent.request("GET", "/api/v2/events")) }
      }
      try Lab.eventually("descriptors are given back") { agent.sockets <= before + 1 }
    }
  }

  @Test func headOfAStreamHasNoBody() throws {
    try withAgent { agent in
      let connection = try Connection(port: agent.port)
      connection.send(agent.request("HEAD", "/api/v2/events"))
      #expect(try connection.answer(isHead: true).status == 200)
      connection.send(agent.request("GET", "/api/v1/ping"))
      #expect(try connection.answer(seconds: 5).text == "Pong\n")
    }
  }
}
