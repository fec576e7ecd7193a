import Foundation
import TestSupport
import Testing

/// Who may ask: this machine's programs, and neither other hosts nor web pages.
@Suite(.enabled(if: Lab.hasNamespaces, "network namespaces need root"), .serialized)
struct AccessTests {
  /// Another host: a network namespace joined to this one by a cable.
  private final class OtherHost {
    let name = "hs\(UInt16.random(in: 0...UInt16.max))"
    let third = Int.random(in: 1...250)
    var here: String { "10.99.\(third).1" }
    var there: String { "10.99.\(third).2" }

    init() throws {
      let commands = """
        set -e
        ip netns add \(name)
        ip link add \(name)a type veth peer name \(name)b netns \(name)
        ip addr add \(here)/24 dev \(name)a
        ip -6 addr add fd00:\(third)::1:2/64 dev \(name)a nodad
        ip link set \(name)a up
        ip netns exec \(name) ip addr add \(there)/24 dev \(name)b
        ip netns exec \(name) ip -6 addr add fd00:\(third)::1:1/64 dev \(name)b nodad
        ip netns exec \(name) ip link set \(name)b up
        ip netns exec \(name) ip link set lo up
        """
      let made = try Lab.shell(commands)
      guard made.code == 0 else { throw LabError(made.error) }
    }

    deinit {
      _ = try? Lab.shell("ip link del \(name)a; ip netns del \(name)")
    }

    func curl(_ words: String) throws -> Finished {
      try Lab.shell("ip netns exec \(name) curl -sS --max-time 10 -w '%{http_code}' \(words)")
    }
  }

  @Test func s4AnotherHostIsAnswered406WithoutABody() throws {
    let other = try OtherHost()
    try Agent.with(engine: "/nowhere", external: "0.0.0.0:PORT") { agent in
      for path in ["api/v1/orchestration/services", "api/v2/node", "api/v2/runs", "nothing"] {
        #expect(
          try other.curl("-d '{}' http://\(other.here):\(agent.port)/\(path)").output == "406", "\(path)")
      }
      // The ping is for other nodes.
      #expect(try other.curl("http://\(other.here):\(agent.port)/api/v1/ping").output == "Pong\n200")
      // This host by its other address is still this host.
      let own = try Lab.shell(
        "curl -sS -w '%{http_code}' -o /dev/null http://\(other.here):\(agent.port)/api/v2/node")
      #expect(own.output == "200")
    }
  }

  @Test func b20AnIPv6PeerWithDoubleColonOneInItsTextIsNotLoopback() throws {
    let other = try OtherHost()
    try Agent.with(engine: "/nowhere", external: "127.0.0.1:PORT, [::]:PORT") { agent in
      let address = "http://[fd00:\(other.third)::1:2]:\(agent.port)/api/v2/node"
      let foreign = try other.curl("-g '\(address)'").output
      #expect(foreign == "406")
      let curl = "curl -sS -g -o /dev/null -w '%{http_code}'"
      let own = try Lab.shell("\(curl) '\(address)'").output
      #expect(own == "200")
      let loopback = try Lab.shell("\(curl) 'http://[::1]:\(agent.port)/api/v2/node'").output
      #expect(loopback == "200")
    }
  }

  @Test func b18TheAgentStartsWithoutNetwork() throws {
    let name = "hn\(UInt16.random(in: 0...UInt16.max))"
    try Lab.shell("ip netns add \(name)")
    defer { _ = try? Lab.shell("ip netns del \(name)") }
    let enter = ["ip", "netns", "exec", name]
    // Without any interface that is up not even loopback can be asked, but the agent must be there.
    try Agent.with(engine: Lab.engine, prefix: enter, starts: false) { agent in
      try agent.start(awaitsAnswer: false)
      usleep(500_000)
      #expect(agent.isAlive)
      try Lab.shell("ip netns exec \(name) ip link set lo up")
      let curl = "ip netns exec \(name) curl -sS http://127.0.0.1:\(agent.port)/api/v2"
      try Lab.eventually("the Engine is found") {
        try Lab.shell("\(curl)/node").output.contains("available")
      }
      let answer = try Lab.shell(#"\#(curl)/runs -d '{"arguments":["--network","none","hello-world"]}'"#)
        .output
      #expect(answer.contains(#""host":"127.0.0.1""#))
      try Lab.eventually("the run has ended") {
        try Lab.shell("\(curl)/runs").output.contains(#""exitCode":0"#)
      }
    }
  }

  @Test func webPagesAreRefused() throws {
    try Agent.with(engine: "/nowhere") { agent in
      for headers in [
        ["Origin: http://evil.example"], ["Origin: null"], ["Origin: http://127.0.0.1:\(agent.port)"],
      ] {
        for path in ["/api/v2/runs", "/api/v1/orchestration/services"] {
          let answer = try agent.call("POST", path, "{}", headers: headers)
          #expect(answer.status == 403)
          #expect(answer.json["detail"].string?.contains("Origin") ?? false)
        }
      }
    }
  }

  @Test func aNameThatWasReboundToLoopbackIsRefused() throws {
    try Agent.with(engine: "/nowhere") { agent in
      for (host, status) in [
        ("evil.example", 403), ("evil.example:56001", 403), ("127.0.0.1.evil.example", 403),
        ("localhost", 200),
        ("localhost:1", 200), ("[::1]:56001", 200), ("127.0.0.1", 200), ("[evil", 403),
      ] {
        let connection = try Connection(port: agent.port)
        connection.send("GET /api/v2/runs HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        let answer = try connection.answer()
        #expect(
          answer.status == status || host == "[evil" && answer.status == 400, "\(host): \(answer.status)")
      }
    }
  }
}
