import Foundation
import TestSupport
import Testing

/// The shipping program, serving on a port of its own with a state folder of its own.
final class Agent {
  let folder: String
  let port: UInt16
  private(set) var child: Child?
  let engine: String
  /// Words before the program's, such as those that enter a network namespace.
  private let prefix: [String]
  /// Words behind `serve`.
  var options: [String] = []
  /// Variables for the program beside those of the test.
  var environment: [String: String] = [:]
  /// The network namespace that `prefix` enters.
  private var space: String? { prefix.prefix(3) == ["ip", "netns", "exec"] ? prefix[3] : nil }
  var logPath: String { folder + "/agent.log" }
  let state: String

  init(
    engine: String, external: String? = nil, native: String = "", node: String = "", prefix: [String] = [],
    state: String? = nil, home: String = "[home]\njoin = no"
  ) throws {
    try Lab.requireProgram()
    folder = Lab.newFolder("agent")
    port = try Lab.freePort()
    self.state = state ?? folder + "/state"
    self.engine = engine
    self.prefix = prefix
    for name in ["apps", "services", "state"] { mkdir("\(folder)/\(name)", 0o755) }
    let text = """
      [node]
      state = \(self.state)
      home-edge = \(folder)
      services = \(folder)/services
      \(node)
      [api]
      external = \((external ?? "127.0.0.1:PORT").replacingOccurrences(of: "PORT", with: "\(port)"))
      [engine]
      socket = \(engine)
      data = /tmp
      [native]
      \(native)
      \(home)

      """
    try text.write(toFile: folder + "/hearth.conf", atomically: true, encoding: .utf8)
  }

  /// Starts it and waits until it answers.
  func start(awaitsAnswer: Bool = true) throws {
    child = try Child(
      prefix + [Lab.program, "serve", "--config", folder + "/hearth.conf"] + options,
      environment: environment,
      output: logPath)
    guard awaitsAnswer else { return }
    try Lab.eventually("an answer of the agent; it said: \(child?.error ?? "")") {
      if let code = child?.hasEnded { throw LabError("the agent ended with \(code): \(child?.error ?? "")") }
      return (try? get("/api/v1/ping"))?.status == 200
    }
  }

  /// Waits until it knows its Engine.
  func awaitEngine(seconds: Double = 30) throws {
    try Lab.eventually(within: seconds, "the Engine is available") {
      try get("/api/v2/node").json["engine"]["state"].string == "available"
    }
  }

  var process: pid_t { child?.process ?? 0 }
  var isAlive: Bool { child.map { $0.hasEnded == nil } ?? false }

  func kill9() throws {
    child?.signal(SIGKILL)
    _ = try child?.end()
    child = nil
  }

  func terminate() throws -> Int32 {
    child?.signal(SIGTERM)
    let code = try child?.end() ?? -1
    child = nil
    return code
  }

  /// Ends it and everything that it started.
  func stop() {
    if let child, let code = child.hasEnded { Issue.record("the agent ended with \(code): \(child.error)") }
    let node = nodeID
    child = nil
    _ = try? Lab.shell(
      "for p in $(grep -lsa '\(folder)' /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d/ -f3); do "
        + "[ $p = $$ ] || kill -9 $p 2>/dev/null; done")
    if access(engine, F_OK) == 0, !node.isEmpty {
      let list = "docker -H unix://\(engine) ps -aq --filter label=io.hearth.node=\(node)"
      _ = try? Lab.shell("for c in $(\(list)); do docker -H unix://\(engine) rm -f $c; done")
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  var nodeID: String {
    let text = (try? String(contentsOfFile: state + "/node-id", encoding: .utf8)) ?? ""
    return text.isEmpty ? "" : "edge-orchestration-" + text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The containers of this agent that exist, running or not.
  func containers() throws -> [String] {
    try Lab.docker("ps -aq --filter label=io.hearth.node=\(nodeID)", socket: engine).split(separator: "\n")
      .map {
        String($0)
      }
  }

  /// Proportional set size of the agent in kB (proc(5), smaps_rollup).
  func memory() throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") } ?? ""
    return Int(line.split(separator: " ").dropFirst().first ?? "") ?? -1
  }

  /// Open sockets; when idle the listener, the Engine's events and a client's connection.
  var sockets: Int {
    let folder = "/proc/\(process)/fd"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).count {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))?.hasPrefix("socket:")
        ?? false
    }
  }

  // MARK: Requests

  func call(
    _ method: String, _ path: String, _ body: String? = nil, headers: [String] = [], seconds: Double = 30
  ) throws -> Answer {
    let connection = try Connection(port: port, space: space)
    connection.send(request(method, path, body, headers: headers + ["Connection: close"]))
    return try connection.answer(seconds: seconds, isHead: method == "HEAD")
  }

  func request(_ method: String, _ path: String, _ body: String? = nil, headers: [String] = []) -> String {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
    for header in headers { head += header + "\r\n" }
    if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
    return head + "\r\n" + (body ?? "")
  }

  func get(_ path: String) throws -> Answer {
    try call("GET", path)
  }

  /// Asks as Home Edge's clients do.
  func homeEdge(_ body: String) throws -> Answer {
    try call("POST", "/api/v1/orchestration/services", body, headers: ["Content-Type: application/json"])
  }

  /// The canonical request of Home Edge's documents with our image and a shell command.
  func homeEdge(run command: [String], name: String = "hello-world", more: String = "") throws -> Answer {
    try homeEdge(
      #"{"ServiceName":"\#(name)",\#(more)"ServiceInfo":[{"ExecutionType":"container","ExecCmd":"#
        + Self.json(["docker", "run"] + command) + "}]}")
  }

  /// Submits a run through our own API and gives its identifier.
  func submit(_ arguments: [String], more: String = "") throws -> String {
    let answer = try call("POST", "/api/v2/runs", #"{\#(more)"arguments":\#(Self.json(arguments))}"#)
    guard answer.status == 201, let id = answer.json["id"].string else {
      throw LabError("refused: \(answer.status) \(answer.text)")
    }
    return id
  }

  func run(_ id: String) throws -> Value {
    try get("/api/v2/runs/\(id)").json
  }

  /// Waits for a run's end.
  func end(of id: String, within seconds: Double = 60) throws -> Value {
    var last = Value(nil)
    try Lab.eventually(within: seconds, "the end of \(id), which is \(last["state"].string ?? "?")") {
      last = try run(id)
      return ["finished", "failed", "stopped"].contains(last["state"].string ?? "")
    }
    return last
  }

  func await(_ id: String, state: String, within seconds: Double = 30) throws {
    var last = Value(nil)
    try Lab.eventually(within: seconds, "\(id) \(state); it is \(last.any ?? "unknown")") {
      last = try run(id)
      return last["state"].string == state
    }
  }

  /// Runs one of the program's commands against this agent.
  func command(_ words: [String], environment: [String: String] = [:]) throws -> Child {
    try Child(
      (space.map { ["ip", "netns", "exec", $0] } ?? [])
        + [Lab.program, words[0], "--api", "127.0.0.1:\(port)"] + words.dropFirst(), environment: environment)
  }

  func hearth(_ words: String..., environment: [String: String] = [:], seconds: Double = 60) throws
    -> Finished
  {
    try command(words, environment: environment).finish(seconds: seconds)
  }

  static func json(_ value: Any) -> String {
    String(
      decoding: (try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)) ?? Data(),
      as: UTF8.self)
  }

  /// Starts an agent for the time of `body` and always stops it.
  static func with(
    engine: String? = nil, external: String? = nil, native: String = "", node: String = "",
    prefix: [String] = [],
    state: String? = nil, starts: Bool = true, _ body: (Agent) throws -> Void
  ) throws {
    let agent = try Agent(
      engine: engine ?? Lab.engine, external: external, native: native, node: node, prefix: prefix,
      state: state)
    defer { agent.stop() }
    if starts {
      try agent.start()
      if engine == nil { try agent.awaitEngine() }
    }
    try body(agent)
  }
}
