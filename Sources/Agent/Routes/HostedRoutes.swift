import Basics
import HTTPServer
import Mesh
import Orchestration
import Settings
import Wire

/// The node-to-node API on 56002: what the nodes of a home ask of each other. Whoever gets here has shown the home key.
///
///     GET    /api/v2/node                  what this node is and can do
///     PUT    /api/v2/hosted/{run}          run this; 201 once it is on disk, or a problem that says why not
///     PUT    /api/v2/hosted/{run}/begin?attempt
///                                          it may start; 404 where this attempt is not here
///     DELETE /api/v2/hosted/{run}?attempt  end this attempt and earlier ones; 200 once nothing is left, else 202;
///                                          &speed: thousandths of what was promised, where the run has ended
///     GET    /api/v2/hosted/events         the caller's runs, then `synced`, then each change
///     GET    /api/v2/hosted/{run}/logs     as /api/v2/runs/{run}/logs
///
/// The caller names itself in `Hearth-Node`: all nodes of a home are trusted alike.
struct HostedRoutes {
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
    switch (request.method, segments.count, segments.first) {
    case ("GET", 1, "node"):
      node.catalogue.refresh()
      connection.respond(ApiRoutes.ok(NodeReport(node: node).json))
    case ("GET", 2, "hosted") where segments[1] == "events":
      let caller = try caller(of: request)
      node.followers.add(connection, requester: caller, runs: node.orchestrator.hostedRuns(of: caller))
    case ("PUT", 2, "hosted"):
      try accept(request, segments[1], connection)
    case ("PUT", 3, "hosted") where segments[2] == "begin":
      try begin(request, segments[1], connection)
    case ("DELETE", 2, "hosted"):
      try end(request, segments[1], connection)
    case ("GET", 3, "hosted") where segments[2] == "logs":
      try output.answer(request, try hosted(segments[1], of: try caller(of: request)), connection)
    default:
      throw Problem(status: 404, detail: "no route \(request.method) \(request.path) between nodes")
    }
  }

  private func caller(of request: HTTPRequest) throws(Problem) -> String {
    // Only in its own form, so that one node has one name here.
    guard let name = request.headers["Hearth-Node"], name.utf8.count <= Self.nameLimit,
      let id = NodeID(uuid: name.dropping(19)), name == Neighbours.identity(id),
      name != node.identity
    else { throw Problem(status: 400, detail: "expected the caller's identifier in Hearth-Node") }
    return name
  }

  /// `edge-orchestration-` and a UUID are 55 bytes.
  private static let nameLimit = 128

  private func identifier(_ text: String) throws(Problem) -> RunID {
    guard let id = RunID(text) else {
      throw Problem(status: 400, detail: "'\(text)' is no run: expected 12 hexadecimal digits")
    }
    return id
  }

  private func hosted(_ text: String, of requester: String) throws(Problem) -> Run {
    let id = try identifier(text)
    guard let run = node.orchestrator.run(id), run.requesterNode == requester else {
      throw Problem(status: 404, detail: "no run \(text) of yours is here")
    }
    return run
  }

  private func accept(_ request: HTTPRequest, _ text: String, _ connection: ServerConnection) throws(Problem)
  {
    let id = try identifier(text)
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(request.body, limits: Self.limits)
    } catch {
      throw Problem(status: 400, detail: "the body is not JSON: \(error.description)")
    }
    guard let run = Run(asked: json, host: node.identity), run.id == id,
      run.requesterNode == (try caller(of: request))
    else { throw Problem(status: 422, detail: "expected the run \(text) with attempt and node") }
    guard Self.isPlain(run) else {
      throw Problem(status: 422, detail: "expected names of at most \(Self.wordLimit) bytes, and addresses")
    }
    node.host(run) { problem in
      connection.respond(problem?.response ?? HTTPResponse(status: 201))
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

  private func end(_ request: HTTPRequest, _ text: String, _ connection: ServerConnection) throws(Problem) {
    let speed = request.queryValue("speed").flatMap { UInt32($0) }.map { Double($0) / 1000 }
    let isOver = node.stopHosted(
      try identifier(text), attempt: try attempt(in: request), of: try caller(of: request), speed: speed)
    connection.respond(HTTPResponse(status: isOver ? 200 : 202))
  }

  private func begin(_ request: HTTPRequest, _ text: String, _ connection: ServerConnection) throws(Problem) {
    let isThere = node.beginHosted(
      try identifier(text), attempt: try attempt(in: request), of: try caller(of: request))
    guard isThere else { throw Problem(status: 404, detail: "no such attempt of \(text) is here") }
    connection.respond(HTTPResponse(status: 200))
  }

  private func attempt(in request: HTTPRequest) throws(Problem) -> Int {
    guard let attempt = request.queryValue("attempt").flatMap({ UInt32($0) }), attempt <= 1 << 30 else {
      throw Problem(status: 400, detail: "expected attempt=N")
    }
    return Int(attempt)
  }
}
