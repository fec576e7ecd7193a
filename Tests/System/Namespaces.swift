import Foundation
import TestSupport
import Testing

/// Several hosts on this machine: network namespaces behind a switch (`Tests/lab/hosts/network` says how).
final class Namespaces {
  let name: String
  let count: Int
  private static let script = "\(Lab.house)/Tests/lab/hosts/network"

  /// Hosts 1 to `count`, with 10.77.0.N and fd77::N on their eth0.
  init(_ count: Int) throws {
    name = "h" + String(UInt32.random(in: 0x1000...0xffff), radix: 16)
    self.count = count
    try call("start", "\(count)", "\(getpid())")
  }

  deinit {
    try? call("stop")
  }

  private func call(_ verb: String, _ words: String...) throws {
    let finished = try Child([Self.script, verb, name] + words).finish()
    guard finished.code == 0 else { throw LabError("network \(verb): \(finished.output)\(finished.error)") }
  }

  /// The words before a command that is to run on a host.
  func prefix(_ host: Int) -> [String] { ["ip", "netns", "exec", "\(name)-\(host)"] }

  /// Runs a shell command on a host to its end.
  @discardableResult
  func shell(_ host: Int, _ command: String, seconds: Double = 60) throws -> Finished {
    try Child(prefix(host) + ["/bin/sh", "-c", command]).finish(seconds: seconds)
  }

  /// Pulls a host's cable or plugs it in.
  func link(_ host: Int, up: Bool) throws { try call("link", "\(host)", up ? "up" : "down") }

  /// Gives a host that has lost its eth0 a new one.
  func replug(_ host: Int, address: String) throws {
    let space = "\(name)-\(host)"
    let made = try Lab.shell(
      "ip -n \(space) link add eth0 type veth peer name port\(host) netns \(name)-0 && "
        + "ip -n \(name)-0 link set port\(host) master switch up && "
        + "ip -n \(space) addr add \(address)/24 dev eth0 && ip -n \(space) link set eth0 up")
    guard made.code == 0 else { throw LabError("replug: \(made.error)") }
  }

  /// So many of a hundred packets between hosts are lost.
  func loss(_ percent: Int) throws { try call("loss", "\(percent)") }

  func partition(_ one: [Int], _ other: [Int]) throws {
    func words(_ hosts: [Int]) -> String { hosts.map { String($0) }.joined(separator: ",") }
    try call("partition", words(one), words(other))
  }

  func heal() throws { try call("heal") }
}

/// Agents of one home, one on each host of a network; seen through their log.
final class NamespaceHome {
  let network: Namespaces
  private(set) var agents: [Agent] = []
  private var marks: [Int] = []

  static let key = "6f1d0c3a9b2e48578899aabbccddeeff"

  /// - Parameter hosts: how many hosts; the agents are started by `start`.
  init(_ hosts: Int, home: String = "") throws {
    network = try Namespaces(hosts)
    for host in 1...hosts {
      let agent = try Agent(
        engine: "/nowhere/docker.sock", prefix: network.prefix(host), home: "[home]\njoin = yes\n" + home)
      agents.append(agent)
      marks.append(0)
      try write(Self.key, "home.key", host)
    }
  }

  deinit {
    for agent in agents { agent.stop() }
  }

  func agent(_ host: Int) -> Agent { agents[host - 1] }
  func file(_ name: String, _ host: Int) -> String { agent(host).state + "/" + name }

  func write(_ text: String, _ name: String, _ host: Int) throws {
    let path = file(name, host)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    chmod(path, 0o600)
  }

  /// Starts hosts that do not run, all where none are named.
  func start(_ hosts: Int...) throws {
    for host in hosts.isEmpty ? Array(1...agents.count) : hosts {
      try agent(host).start(awaitsAnswer: false)
      marks[host - 1] = 0
    }
    for host in hosts.isEmpty ? Array(1...agents.count) : hosts {
      try Lab.eventually("agent \(host) serves; it said \(log(host))") { log(host).contains(" on 127.0.0.1") }
    }
  }

  func log(_ host: Int) -> String { agent(host).child?.error ?? "" }

  /// Forgets what all have said so far.
  func mark() {
    for host in 1...agents.count { marks[host - 1] = log(host).utf8.count }
  }

  /// What a host has said since the mark.
  func news(_ host: Int) -> String {
    String(decoding: log(host).utf8.dropFirst(marks[host - 1]), as: UTF8.self)
  }

  func said(_ host: Int, _ verb: String, of other: Int) -> Bool {
    news(host).contains("a peer \(verb): \(agent(other).nodeID)")
  }

  /// Waits until each of the hosts has said it of each other one; the milliseconds that took.
  @discardableResult
  func all(
    _ hosts: [Int], say verb: String, of others: [Int], within seconds: Double,
    location: SourceLocation = #_sourceLocation
  ) throws -> Int {
    let start = Date()
    while true {
      var missing: [String] = []
      for host in hosts {
        for other in others where host != other && !said(host, verb, of: other) {
          missing.append("\(host) of \(other)")
        }
      }
      let passed = Date().timeIntervalSince(start)
      if missing.isEmpty { return Int(passed * 1000) }
      guard passed < seconds else {
        let logs = hosts.map { "\($0): \(news($0))" }.joined(separator: "\n")
        throw LabError("'\(verb)' not said within \(seconds) s: \(missing) (line \(location.line))\n\(logs)")
      }
      usleep(20_000)
    }
  }

  /// All see all.
  @discardableResult
  func assemble(within seconds: Double = 15) throws -> Int {
    let hosts = Array(1...agents.count)
    return try all(hosts, say: "appeared", of: hosts, within: seconds)
  }

  /// Nobody has lost anybody since the mark.
  func expectNoLosses(location: SourceLocation = #_sourceLocation) {
    for host in 1...agents.count {
      let text = news(host)
      #expect(
        !text.contains("a peer died:") && !text.contains("a peer left:"), "\(text)", sourceLocation: location)
    }
  }
}
