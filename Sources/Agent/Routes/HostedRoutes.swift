import Basics
import HTTPServer
import Mesh
import Orchestration
import Platform
import Settings
import Wire

/// The node-to-node API on 56002: what the nodes of a home ask of each other. Whoever gets here has shown the home key.
///
/// The caller names itself in `Hearth-Node`: all nodes of a home are trusted alike.
struct HostedRoutes {
  private let status: NodeStatus
  private let driver: RunDriver
  private let admission: Admission
  private let output: OutputRoute

  private typealias Route = RouteTable<HostedRoutes>.Route

  nonisolated(unsafe) static let table = RouteTable<HostedRoutes>([
    // What this node is and can do.
    Route("GET", "/api/v2/node", HostedRoutes.tellNode),
    // The caller's runs, then `synced`, then each change. `?formerly`: names that it had before, parted by commas.
    Route("GET", "/api/v2/hosted/events", HostedRoutes.follow),
    // Run this; 201 once it is on disk, or a problem that says why not.
    Route("PUT", "/api/v2/hosted/{run}", HostedRoutes.host),
    // `?attempt`: it may start; 404 where this attempt is not here.
    Route("PUT", "/api/v2/hosted/{run}/commit", HostedRoutes.commit),
    // `?attempt`: end this attempt and earlier ones; 200 once nothing is left, else 202. `&speed`: thousandths of what was
    // promised, where the run has ended. `&stop=1`: the run is to stop and goes on nowhere else.
    Route("DELETE", "/api/v2/hosted/{run}", HostedRoutes.end),
    // As /api/v2/runs/{run}/logs.
    Route("GET", "/api/v2/hosted/{run}/logs", HostedRoutes.sendOutput),
  ])

  init(admission: Admission) {
    self.admission = admission
    status = admission.status
    driver = admission.driver
    output = OutputRoute(driver: admission.driver)
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    guard case .route(let route, let word) = Self.table.find(request.method, request.path) else {
      let detail = "no route \(request.method) \(request.path) between nodes"
      return connection.respond(Problem(status: 404, detail: detail).response)
    }
    route.serve(self, RoutedRequest(request: request, word: word, connection: connection))
  }

  private func caller(of request: HTTPRequest) throws(Problem) -> String {
    // Only in its own form, so that one node has one name here.
    guard let name = request.headers["Hearth-Node"], name.utf8.count <= Self.nameLimit,
      let id = NodeID(identity: name), name == id.identity, name != driver.identity
    else { throw Problem(status: 400, detail: "expected the caller's identifier in Hearth-Node") }
    return name
  }

  /// Names that a caller can have had before; one remembers as many (`Identity`).
  private static let formerLimit = 8
  /// `edge-orchestration-` and a UUID are 55 bytes.
  private static let nameLimit = 128

  private func identifier(_ text: String) throws(Problem) -> RunID {
    guard let id = RunID(text) else {
      throw Problem(status: 400, detail: "'\(text)' is no run: expected 12 hexadecimal digits")
    }
    return id
  }

  // MARK: - Answers

  private func tellNode(_ call: RoutedRequest) throws(Problem) {
    call.answer(NodeReport(status: status).json)
  }

  private func follow(_ call: RoutedRequest) throws(Problem) {
    let caller = try caller(of: call.request)
    for name in (call.request.queryValue("formerly") ?? "").words(at: ",").prefix(Self.formerLimit)
    where NodeID(identity: name) != nil && name != driver.identity {
      driver.perform { $0.rename(requester: name, to: caller) }
    }
    driver.followers.add(
      call.connection, requester: caller, runs: driver.orchestrator.hostedRuns(of: caller))
  }

  private func sendOutput(_ call: RoutedRequest) throws(Problem) {
    let caller = try caller(of: call.request)
    let id = try identifier(call.word)
    guard let run = driver.orchestrator.run(id), run.requesterNode == caller else {
      throw Problem(status: 404, detail: "no run \(call.word) of yours is here")
    }
    try output.answer(call.request, run, call.connection)
  }

  private func host(_ call: RoutedRequest) throws(Problem) {
    let id = try identifier(call.word)
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(call.request.body, limits: Self.limits)
    } catch {
      throw Problem(status: 400, detail: "the body is not JSON: \(error.description)")
    }
    guard let run = Run(asked: json, host: driver.identity), run.id == id,
      run.requesterNode == (try caller(of: call.request))
    else { throw Problem(status: 422, detail: "expected the run \(call.word) with attempt and node") }
    guard Self.isPlain(run) else {
      throw Problem(status: 422, detail: "expected names of at most \(Self.wordLimit) bytes, and addresses")
    }
    // The answer may be long in coming: what waits for it holds the connection, not the request.
    let connection = call.connection
    admission.whenDefined(run.workload) {
      self.admission.host(run) { problem in
        connection.respond(problem?.response ?? HTTPResponse(status: 201))
      }
    }
  }

  /// Its words end up in labels, in the journal and in the environment of what runs.
  private static func isPlain(_ run: Run) -> Bool {
    func isAddress(_ text: String) -> Bool {
      text.utf8.count <= 64
        && text.utf8.allSatisfy { byte in
          let folded = byte | 0x20
          return folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: ":") || byte == UInt8(ascii: "%")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
    }
    func isWord(_ text: String) -> Bool {
      text.utf8.count <= wordLimit && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
    return isAddress(run.requesterAddress) && isAddress(run.host) && isWord(run.service)
      && isWord(run.requester)
  }

  private static let wordLimit = 1024

  /// A request to a node is at most 1 MiB, and its members are counted like the journal's.
  private static let limits = JSON.Limits(bytes: 1 << 20, nodes: 1 << 16)

  private func commit(_ call: RoutedRequest) throws(Problem) {
    let id = try identifier(call.word)
    let attempt = try attempt(in: call.request)
    let caller = try caller(of: call.request)
    let isThere: Bool = driver.perform {
      $0.commitHosted(id, attempt: attempt, of: caller, at: Clock.moment())
    }
    guard isThere else { throw Problem(status: 404, detail: "no such attempt of \(call.word) is here") }
    call.answer(status: 200)
  }

  private func end(_ call: RoutedRequest) throws(Problem) {
    let speed = call.request.queryValue("speed").flatMap { UInt32($0) }.map { Double($0) / 1000 }
    let isStop = call.request.queryValue("stop") == "1"
    let id = try identifier(call.word)
    let attempt = try attempt(in: call.request)
    let caller = try caller(of: call.request)
    let isOver: Bool = driver.perform {
      $0.stopHosted(id, attempt: attempt, of: caller, speed: speed, isStop: isStop, at: Clock.moment())
    }
    call.answer(status: isOver ? 200 : 202)
  }

  private func attempt(in request: HTTPRequest) throws(Problem) -> Int {
    guard let attempt = request.queryValue("attempt").flatMap({ UInt32($0) }), attempt <= 1 << 30 else {
      throw Problem(status: 400, detail: "expected attempt=N")
    }
    return Int(attempt)
  }
}
