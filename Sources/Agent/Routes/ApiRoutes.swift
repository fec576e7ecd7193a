import Basics
import HTTPServer
import Orchestration
import Platform
import Scoring
import Settings
import Wire

/// Our own API, `/api/v2` (docs/openapi.json): proper status codes, and errors as problem documents.
struct ApiRoutes {
  let node: Node
  private let output: OutputRoute

  init(node: Node) {
    self.node = node
    output = OutputRoute(node: node)
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    do throws(Problem) {
      try route(request, connection)
    } catch {
      connection.respond(error.response)
    }
  }

  private func route(_ request: HTTPRequest, _ connection: ServerConnection) throws(Problem) {
    let segments = Array(request.path.words(at: "/").dropFirst(2))
    let method = request.method == "HEAD" ? "GET" : request.method
    switch (method, segments.count, segments.first) {
    case ("GET", 1, "node"):
      connection.respond(Self.ok(NodeReport(node: node).json))
    case ("PUT", 2, "node") where segments[1] == "drained":
      connection.respond(Self.ok(try drain(request)))
    case ("GET", 1, "nodes"):
      connection.respond(Self.ok(nodes))
    case ("GET", 1, "runs"):
      connection.respond(Self.ok(try list(request)))
    case ("POST", 1, "runs"):
      try submit(request, connection)
    case ("GET", 2, "runs"):
      connection.respond(Self.ok(try run(segments[1]).json))
    case ("DELETE", 2, "runs"):
      let run = try run(segments[1])
      node.stop(run.id)
      connection.respond(Self.ok(try self.run(segments[1]).json, status: run.state.isFinal ? 200 : 202))
    case ("GET", 3, "runs") where segments[2] == "logs":
      try output.answer(request, try run(segments[1]), connection)
    case ("GET", 3, "runs") where segments[2] == "placement":
      connection.respond(Self.ok(try placement(try run(segments[1]))))
    case ("GET", 1, "events"):
      let run = try request.queryValue("run").map { (text) throws(Problem) in try self.run(text) }
      node.followers.add(connection, run: run)
    default:
      throw unknown(request, segments)
    }
  }

  private func unknown(_ request: HTTPRequest, _ segments: [String]) -> Problem {
    let allow: String
    switch (segments.count, segments.first) {
    case (1, "node"), (1, "nodes"), (1, "events"): allow = "GET, HEAD"
    case (1, "runs"): allow = "GET, HEAD, POST"
    case (2, "node") where segments[1] == "drained": allow = "PUT"
    case (2, "runs"): allow = "GET, HEAD, DELETE"
    case (3, "runs") where segments[2] == "logs" || segments[2] == "placement": allow = "GET, HEAD"
    default: return Problem(status: 404, detail: "no route \(request.path); docs/openapi.json lists them")
    }
    return Problem(status: 405, detail: "\(request.method) is not possible on \(request.path)", allow: allow)
  }

  static func ok(_ json: JSON, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), body: json.encoded())
  }

  // MARK: - Nodes

  private func drain(_ request: HTTPRequest) throws(Problem) -> JSON {
    guard let drained = (try? JSON.parse(request.body))?["drained"]?.bool else {
      throw Problem(status: 422, detail: "expected {\"drained\": true} or {\"drained\": false}")
    }
    do throws(SystemError) {
      try node.drain(drained, because: "as asked on \(request.path)")
    } catch {
      throw Problem(status: 507, detail: error.description)
    }
    return ["drained": .bool(node.isDrained), "runs": .integer(Int64(node.orchestrator.runsUnderWay))]
  }

  /// All nodes, this one first, then by name.
  private var nodes: JSON {
    let now = Clock.now()
    node.refreshHome()
    var nodes = node.orchestrator.nodes
    nodes.sort { left, right in
      if left.isSelf != right.isSelf { return left.isSelf }
      return left.name != right.name ? left.name < right.name : left.id < right.id
    }
    return ["nodes": .array(nodes.map { $0.json(at: now) })]
  }

  private func placement(_ run: Run) throws(Problem) -> JSON {
    guard let placement = run.placement, var object = placement.json.object else {
      let whose =
        run.isHosted ? "its requester chose this node: ask there" : "it was placed by an earlier agent"
      throw Problem(status: 404, detail: "no choice is known for run \(run.id.text): \(whose)")
    }
    object["attempt"] = .integer(Int64(run.attempt))
    object["host"] = .string(run.host)
    object["run"] = .string(run.id.text)
    object["service"] = .string(run.service)
    object["state"] = .string(run.state.name)
    return .object(object)
  }

  // MARK: - Runs

  /// The run of that identifier, of that beginning of one, or of that service, where it is the only such run.
  private func run(_ text: String) throws(Problem) -> Run {
    if let id = RunID(text), let run = node.orchestrator.run(id) { return run }
    let matches = text.isEmpty ? [] : node.orchestrator.runs.filter { $0.id.text.begins(with: text) }
    if matches.count > 1 {
      throw Problem(
        status: 404, detail: "'\(text)' is the beginning of \(matches.count) runs; give more of it")
    }
    if let run = matches.first { return run }
    let services = node.orchestrator.runs.filter { !$0.state.isFinal && $0.service == text }
    if services.count == 1 { return services[0] }
    if services.count > 1 {
      throw Problem(
        status: 404, detail: "\(services.count) runs of service '\(text)' are under way; name one of them")
    }
    throw Problem(status: 404, detail: "no run '\(text)'; 'hearth ps -a' lists them")
  }

  private func list(_ request: HTTPRequest) throws(Problem) -> JSON {
    let active: Bool
    switch request.queryValue("active") {
    case nil, "false": active = false
    case "true", "": active = true
    case .some(let other): throw Problem(status: 400, detail: "active is '\(other)', expected true or false")
    }
    let runs = node.orchestrator.runs.filter { !active || !$0.state.isFinal }
    return ["runs": .array(runs.map { $0.json })]
  }

  private static let members = [
    "arguments", "bound", "callback", "constraints", "deadline", "environment", "files", "onHostLoss",
    "service",
    "type",
  ]

  private func submit(_ request: HTTPRequest, _ connection: ServerConnection) throws(Problem) {
    var run = try Self.runRequest(request)
    node.catalogue.refresh()
    if case .native(let command) = run.workload {
      run.requester =
        Requester.processName(of: connection.peer, localPort: connection.localAddress.port) ?? ""
      if !node.isOfferedElsewhere(run.service, kind: .native) {
        run.workload = .native(command: try nativeCommand(run, command))
      }
    } else if run.workload.arguments.isEmpty, !node.isOfferedElsewhere(run.service, kind: .container) {
      run.workload = .container(arguments: try registeredArguments(run))
    }
    node.submit(run) { result in
      switch result {
      case .success(let run):
        var response = Self.ok(run.json, status: 201)
        response.headers.add("Location", "/api/v2/runs/" + run.id.text)
        connection.respond(response)
      case .failure(let problem):
        connection.respond(problem.response)
      }
    }
  }

  private static func runRequest(_ request: HTTPRequest) throws(Problem) -> RunRequest {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(request.body)
    } catch {
      throw Problem(status: 400, detail: "the body is not JSON: \(error.description)")
    }
    guard let object = json.object else {
      throw Problem(status: 400, detail: "the body is not a JSON object")
    }
    for member in object.members where !members.contains(member.name) {
      throw Problem(status: 422, detail: "unknown member '\(member.name)'")
    }
    let kind = json["type"] ?? "container"
    guard let kind = kind.string, let arguments = json["arguments"]?.array,
      let workload = Workload(kind: kind, arguments: arguments)
    else {
      throw Problem(
        status: 422, detail: "expected type 'container' or 'native' and arguments as an array of strings")
    }
    guard let source = WorkloadSource(json: json) else {
      throw Problem(status: 422, detail: "environment and files are objects whose members are strings")
    }
    let callback = json["callback"] ?? ""
    guard let callback = callback.string else {
      throw Problem(status: 422, detail: "callback is not a string")
    }
    let service = json["service"] ?? ""
    guard let service = service.string else { throw Problem(status: 422, detail: "service is not a string") }
    if service.isEmpty && kind == "native" {
      throw Problem(status: 422, detail: "a native service is named by the member service")
    }
    var run = RunRequest(service: service, workload: workload, callback: callback, source: source)
    run.constraints = try constraints(json["constraints"])
    if let word = json["onHostLoss"] {
      guard let choice = OnHostLoss(rawValue: word.string ?? "") else {
        throw Problem(status: 422, detail: "onHostLoss is '\(word.string ?? "?")', expected restart or tell")
      }
      run.onHostLoss = choice
    }
    if let word = json["bound"] { run.bound = try bound(word) }
    if let seconds = json["deadline"] { run.deadline = try deadline(seconds) }
    return run
  }

  static func bound(_ json: JSON) throws(Problem) -> Requirements.Bound {
    guard let bound = Requirements.Bound(rawValue: json.string ?? "") else {
      throw Problem(status: 422, detail: "bound is '\(json.string ?? "?")', expected cpu, memory or network")
    }
    return bound
  }

  static func deadline(_ json: JSON) throws(Problem) -> Int {
    guard let seconds = json.integer, (1...Run.deadlineLimit).contains(seconds) else {
      throw Problem(status: 422, detail: "expected deadline as whole seconds, 1 to \(Run.deadlineLimit)")
    }
    return Int(seconds)
  }

  private static func constraints(_ json: JSON?) throws(Problem) -> [Constraint] {
    guard let json else { return [] }
    guard let array = json.array else { throw Problem(status: 422, detail: "constraints is not an array") }
    var texts: [String] = []
    for item in array {
      guard let text = item.string else { throw Problem(status: 422, detail: "constraints are strings") }
      texts.append(text)
    }
    do throws(ConstraintError) {
      return try Constraint.parse(texts)
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }

  /// The arguments that the owner of this node has defined for a container service.
  private func registeredArguments(_ run: RunRequest) throws(Problem) -> [String] {
    guard !run.service.isEmpty else {
      throw Problem(status: 422, detail: "arguments are empty: expected an image")
    }
    guard let definition = node.catalogue.definition(run.service, kind: .container),
      !definition.command.isEmpty
    else {
      throw Problem(
        status: 404, detail: "no container service '\(run.service)' with a command is defined on this node")
    }
    guard let arguments = dockerRunArguments(definition.command) else {
      throw Problem(status: 422, detail: "the command of service '\(run.service)' is not 'docker run …'")
    }
    return arguments
  }

  private func nativeCommand(_ run: RunRequest, _ command: [String]) throws(Problem) -> [String] {
    do throws(NativeRefusal) {
      return try ServiceDefinition.checkNative(
        service: run.service, command: command, requester: run.requester, among: node.catalogue.definitions)
    } catch {
      let status = error == .notRegistered ? 404 : 403
      throw Problem(
        status: status, detail: "\(error.rawValue): service '\(run.service)', asked by '\(run.requester)'")
    }
  }
}
