import Foundation
import TestSupport
import Testing

/// A scripted node of Home Edge on a host of a network (`Tests/lab/peers/home-edge`).
final class HomeEdgePeer {
  let host: Int
  let id: String
  let address: String
  private let network: Namespaces
  private let folder = Lab.newFolder("hep")
  private let options: [String]
  private(set) var child: Child?
  private static let script = "\(Lab.house)/Tests/lab/peers/home-edge"

  init(_ network: Namespaces, host: Int, _ options: [String] = [], starts: Bool = true) throws {
    self.network = network
    self.host = host
    self.options = options
    id = "edge-orchestration-0000000\(host)-0000-4000-8000-000000000000"
    address = "10.77.0.\(host)"
    if starts { try start() }
  }

  deinit {
    child = nil
    try? FileManager.default.removeItem(atPath: folder)
  }

  func start() throws {
    let words = [
      Self.script, "serve", "--uuid", String(id.dropFirst(19)), "--address", address, "--log",
      folder + "/log",
      "--control", folder + "/control",
    ]
    child = try Child(network.prefix(host) + words + options)
    let count = events("serving").count
    try Lab.eventually("the peer serves: \(child?.error ?? "")") { events("serving").count > count }
  }

  func kill9() throws {
    child?.signal(SIGKILL)
    _ = try child?.end()
    child = nil
  }

  /// What it saw and did.
  func events(_ kind: String? = nil) -> [Value] {
    let text = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
    let all = text.split(separator: "\n").map {
      Value(try? JSONSerialization.jsonObject(with: Data($0.utf8)))
    }
    return kind.map { kind in all.filter { $0["event"].string == kind } } ?? all
  }

  /// Requests that came, of one method and the end of a path.
  func requests(_ method: String, _ path: String) -> [Value] {
    events("http").filter { $0["method"].string == method && $0["path"].string?.hasSuffix(path) == true }
  }

  @discardableResult
  func tell(_ command: String, _ json: String = "") throws -> Value {
    let finished = try Child([Self.script, "tell", folder + "/control", command, json]).finish(seconds: 40)
    guard finished.code == 0 else { throw LabError("tell \(command): \(finished.error)") }
    return Value(
      try JSONSerialization.jsonObject(with: Data(finished.output.utf8), options: .fragmentsAllowed))
  }

  /// Sends a request to a node's port 56002.
  func call(_ method: String, _ address: String, _ path: String, _ body: String = "null") throws -> Answer {
    let answer = try tell(
      "call", #"{"method":"\#(method)","address":"\#(address)","path":"\#(path)","body":\#(body)}"#)
    guard let status = answer["status"].int else { throw LabError("\(path): \(answer.any ?? "")") }
    return Answer(status: status, headers: [], body: Data((answer["body"].string ?? "").utf8))
  }

  /// It has not met anything that would have ended the Go daemon.
  func expectNoCrash(location: SourceLocation = #_sourceLocation) {
    #expect(
      events("crash").isEmpty, "\(events("crash").map { $0["why"].string ?? "" })", sourceLocation: location)
    #expect(child?.hasEnded == nil, sourceLocation: location)
  }
}

/// One agent that lets Home Edge's nodes use it, and scripted nodes of Home Edge beside it.
final class MixedHome {
  let network: Namespaces
  let agents: [Agent]

  /// Agents are on the first hosts; there are as many more hosts as `others`.
  init(
    agents count: Int = 1, others: Int = 1, homeEdge: String = "interoperate = yes", engine: String? = nil,
    starts: Bool = true
  ) throws {
    network = try Namespaces(count + others)
    var made: [Agent] = []
    for host in 1...count {
      let agent = try Agent(
        engine: engine ?? Lab.engine, prefix: network.prefix(host),
        home: "[home]\njoin = yes\n[home-edge]\n\(homeEdge)\n")
      let path = agent.state + "/home.key"
      try NamespaceHome.key.write(toFile: path, atomically: false, encoding: .utf8)
      chmod(path, 0o600)
      made.append(agent)
    }
    agents = made
    guard starts else { return }
    for host in 1...count { try start(host) }
  }

  deinit {
    for agent in agents { agent.stop() }
  }

  func start(_ host: Int) throws {
    try agents[host - 1].start(awaitsAnswer: false)
    try Lab.eventually("agent \(host) serves and has its Engine; it said \(log(host))") {
      (try? call(host, "GET", "/api/v2/node").json["engine"]["state"].string) == "available"
    }
  }

  func log(_ host: Int) -> String { agents[host - 1].child?.error ?? "" }

  /// Calls an agent from its own host.
  func call(_ host: Int, _ method: String, _ path: String, _ body: String? = nil) throws -> Answer {
    let port = agents[host - 1].port
    let data = body.map { "--data-binary @- <<'END'\n\($0)\nEND\n" } ?? ""
    let finished = try network.shell(
      host, "curl -s -m 60 -w '\\n%{http_code}' -X \(method) http://127.0.0.1:\(port)\(path) \(data)")
    let text = finished.output
    guard let line = text.lastIndex(of: "\n"), let status = Int(text[text.index(after: line)...]), status > 0
    else {
      throw LabError("\(method) \(path) on \(host): \(text)\(finished.error)")
    }
    return Answer(status: status, headers: [], body: Data(text[..<line].utf8))
  }

  /// Asks as Home Edge's clients do.
  func ask(
    _ command: [String]? = ["docker", "run", "--network", "none", "hello-world"],
    name: String = "hello-world", selfSelection: Bool? = nil, option: String = ""
  ) throws -> Answer {
    let chosen = selfSelection.map { #""SelfSelection":"\#($0)","# } ?? ""
    let words = command.map { #","ExecCmd":\#(Agent.json($0))"# } ?? ""
    return try call(
      1, "POST", "/api/v1/orchestration/services",
      #"{"ServiceName":"\#(name)",\#(chosen)"ServiceInfo":[{"ExecutionType":"container"\#(words)\#(option)}]}"#
    )
  }

  /// A node as an agent sees it.
  func node(_ id: String, seenBy host: Int = 1) throws -> Value {
    try call(host, "GET", "/api/v2/nodes").json["nodes"].array.first { $0["id"].string == id } ?? Value(nil)
  }

  func awaitNode(_ id: String, _ state: String = "alive", seenBy host: Int = 1, within seconds: Double = 20)
    throws
  {
    try Lab.eventually(within: seconds, "\(id) \(state) for \(host); it said \(log(host))") {
      try node(id, seenBy: host)["state"].string == state
    }
  }

  func runs(_ host: Int = 1) throws -> [Value] {
    try call(host, "GET", "/api/v2/runs").json["runs"].array
  }

  /// Waits for the end of the only run.
  func onlyRun(_ host: Int = 1, within seconds: Double = 60) throws -> Value {
    var found: [Value] = []
    try Lab.eventually(within: seconds, "one run, ended: \(found.map { $0.any ?? "" })") {
      found = try runs(host)
      return found.count == 1 && ["finished", "failed", "stopped"].contains(found[0]["state"].string ?? "")
    }
    return found[0]
  }
}
