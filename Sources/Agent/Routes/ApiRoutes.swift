import Basics
import Containers
import HTTPServer
import Orchestration
import Platform
import Scoring
import Settings
import Wire

/// Our own API, `/api/v2` (docs/openapi.json): proper status codes, and errors as problem documents.
struct ApiRoutes {
  private let status: NodeStatus
  private let driver: RunDriver
  private let admission: Admission
  private let output: OutputRoute
  private let lists: ListTurns

  private typealias Route = RouteTable<ApiRoutes>.Route

  nonisolated(unsafe) static let table = RouteTable<ApiRoutes>(
    answersHead: true,
    [
      Route("GET", "/api/v2/node", ApiRoutes.tellNode),
      Route("PUT", "/api/v2/node/drained", ApiRoutes.drain),
      Route("GET", "/api/v2/nodes", ApiRoutes.tellNodes),
      Route("GET", "/api/v2/runs", ApiRoutes.list),
      Route("POST", "/api/v2/runs", ApiRoutes.submit),
      Route("GET", "/api/v2/runs/{id}", ApiRoutes.tellRun),
      Route("DELETE", "/api/v2/runs/{id}", ApiRoutes.stop),
      Route("GET", "/api/v2/runs/{id}/logs", ApiRoutes.sendOutput),
      Route("GET", "/api/v2/runs/{id}/placement", ApiRoutes.tellPlacement),
      Route("GET", "/api/v2/events", ApiRoutes.follow),
    ])

  init(admission: Admission) {
    self.admission = admission
    status = admission.status
    driver = admission.driver
    output = OutputRoute(driver: admission.driver)
    lists = ListTurns(loop: admission.driver.loop)
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    switch Self.table.find(request.method, request.path) {
    case .route(let route, let word):
      route.serve(self, RoutedRequest(request: request, word: word, connection: connection))
    case .otherMethods(let allow):
      let detail = "\(request.method) is not possible on \(request.path)"
      connection.respond(Problem(status: 405, detail: detail, allow: allow).response)
    case .nothing:
      let detail = "no route \(request.path); docs/openapi.json lists them"
      connection.respond(Problem(status: 404, detail: detail).response)
    }
  }

  // MARK: - Nodes

  private func tellNode(_ call: RoutedRequest) throws(Problem) {
    call.answer(NodeReport(status: status).json)
  }

  private func drain(_ call: RoutedRequest) throws(Problem) {
    guard let drained = (try? JSON.parse(call.request.body))?["drained"]?.bool else {
      throw Problem(status: 422, detail: "expected {\"drained\": true} or {\"drained\": false}")
    }
    status.drain(drained, because: "as asked on \(call.request.path)") { error in
      if let error {
        return call.connection.respond(Problem(status: 507, detail: error.description).response)
      }
      call.answer([
        "drained": .bool(status.isDrained), "runs": .integer(Int64(driver.orchestrator.runsUnderWay)),
      ])
    }
  }

  /// All nodes, this one first, then by name.
  private func tellNodes(_ call: RoutedRequest) throws(Problem) {
    let now = Clock.now()
    admission.refreshNodes()
    let nodes = driver.orchestrator.nodes.ordered { left, right in
      if left.isSelf != right.isSelf { return left.isSelf }
      return left.name != right.name ? left.name < right.name : left.id < right.id
    }
    var next = 0
    _ = ListAnswer(call.connection, "nodes", turns: lists) { piece in
      guard next < nodes.count else { return false }
      piece.append(nodes[next].json(at: now))
      next += 1
      return true
    }
  }

  // MARK: - Runs

  /// The run of that identifier; else of that service, the one under way or else the newest; else of that beginning of
  /// an identifier, where it is the only such run.
  private func run(_ text: String) throws(Problem) -> Run {
    let known = driver.orchestrator
    if let id = RunID(text), let run = known.told(id) { return run }
    let underWay = known.currentRuns.filter { $0.service == text && known.isUnderWay($0.id) }
    if underWay.count > 1 {
      throw Problem(
        status: 404,
        detail: "\(underWay.count) runs of service '\(text)' are under way; name one of them: "
          + joined(underWay.prefix(Self.namedLimit).map { $0.id.text }))
    }
    if let run = underWay.first ?? known.lastEnded(ofService: text) { return run }
    let matches = text.isEmpty ? [] : known.ids.filter { $0.text.begins(with: text) }
    if matches.count == 1, let run = known.told(matches[0]) { return run }
    throw Problem(
      status: 404,
      detail: matches.isEmpty
        ? "no run '\(text)'; 'hearth ps -a' lists them"
        : "'\(text)' is the beginning of \(matches.count) runs; give more of it")
  }

  /// Runs that a problem names: more would not be read.
  private static let namedLimit = 8

  private func list(_ call: RoutedRequest) throws(Problem) {
    let active: Bool
    switch call.request.queryValue("active") {
    case nil, "false": active = false
    case "true", "": active = true
    case .some(let other): throw Problem(status: 400, detail: "active is '\(other)', expected true or false")
    }
    let driver = driver
    var last: UInt32 = 0
    _ = ListAnswer(call.connection, "runs", turns: lists) { piece in
      while let next = driver.orchestrator.next(after: last) {
        last = next.ordinal
        guard !active || driver.orchestrator.isUnderWay(next.id) else { continue }
        piece.append { driver.orchestrator.encodeTold(next.id, into: &$0) }
        return true
      }
      return false
    }
  }

  private func tellRun(_ call: RoutedRequest) throws(Problem) {
    call.answer(try run(call.word).json)
  }

  private func stop(_ call: RoutedRequest) throws(Problem) {
    let run = try run(call.word)
    driver.perform { $0.stop(run.id, at: Clock.moment()) }
    driver.whenKept(run.id) { error in
      if let error {
        let detail = "run \(run.id.text) is being stopped, but that could not be kept: \(error.description)"
        return call.connection.respond(Problem(status: 507, detail: detail).response)
      }
      // It may have been forgotten with its end.
      let now = self.driver.orchestrator.told(run.id) ?? run
      call.answer(now.json, status: run.state.isFinal ? 200 : 202)
    }
  }

  private func sendOutput(_ call: RoutedRequest) throws(Problem) {
    try output.answer(call.request, try run(call.word), call.connection)
  }

  private func tellPlacement(_ call: RoutedRequest) throws(Problem) {
    let run = try run(call.word)
    guard let placement = run.placement, var object = placement.json.object else {
      let whose =
        run.isHosted ? "its requester chose this node: ask there" : "it was placed by an earlier agent"
      throw Problem(status: 404, detail: "no choice is known for run \(run.id.text): \(whose)")
    }
    object["attempt"] = .integer(Int64(run.attempt))
    if !run.earlierHost.isEmpty { object["earlierHost"] = .string(run.earlierHost) }
    object["host"] = .string(run.host)
    object["run"] = .string(run.id.text)
    object["service"] = .string(run.service)
    object["state"] = .string(run.state.name)
    call.answer(.object(object))
  }

  private func follow(_ call: RoutedRequest) throws(Problem) {
    let run = try call.request.queryValue("run").map { (text) throws(Problem) in try self.run(text) }
    driver.followers.add(call.connection, run: run)
  }

  private func submit(_ call: RoutedRequest) throws(Problem) {
    let run = try RunRequest(body: call.request.body)
    admission.whenDefined(run.workload) {
      do throws(Problem) {
        try submit(run, call.connection)
      } catch {
        call.connection.respond(error.response)
      }
    }
  }

  private func submit(_ asked: RunRequest, _ connection: ServerConnection) throws(Problem) {
    var run = asked
    if case .native(let command) = run.workload {
      run.requester =
        SocketOwner.processName(of: connection.peer, localPort: connection.localAddress.port) ?? ""
      if !admission.isOfferedElsewhere(run.service, kind: .native) {
        run.workload = .native(command: try nativeCommand(run, command))
      }
    } else if run.workload.arguments.isEmpty, !admission.isOfferedElsewhere(run.service, kind: .container) {
      run.workload = .container(arguments: try registeredArguments(run))
      run.namesFiles = true
    }
    admission.submit(run) { result in
      switch result {
      case .success(let run):
        var response = HTTPResponse(status: 201, json: run.json)
        response.headers.add("Location", "/api/v2/runs/" + run.id.text)
        connection.respond(response)
      case .failure(let problem):
        connection.respond(problem.response)
      }
    }
  }

  /// The arguments that the owner of this node has defined for a container service.
  private func registeredArguments(_ run: RunRequest) throws(Problem) -> [String] {
    guard !run.service.isEmpty else {
      throw Problem(status: 422, detail: "arguments are empty: expected an image")
    }
    guard let definition = admission.catalogue.definition(run.service, kind: .container),
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
        service: run.service, command: command, requester: run.requester,
        among: admission.catalogue.definitions)
    } catch {
      let status = error == .notRegistered ? 404 : 403
      throw Problem(
        status: status, detail: "\(error.rawValue): service '\(run.service)', asked by '\(run.requester)'")
    }
  }
}
