import Basics
import Containers
import HTTPServer
import Hardware
import HomeEdge
import Orchestration
import Platform
import Scoring
import Settings
import Wire

/// What Home Edge's nodes ask of this one on 56002, in plain HTTP (specification, 2.4).
///
/// The protocol knows no key, so it is answered only where the owner lets nodes of Home Edge use this one, and only to
/// addresses that multicast DNS shows as such nodes. Whoever is on the network can pretend to be one: what that costs is
/// bounded by the sizes, counts and rates below, by `peers`, and, where the owner says so, by `host-access`.
final class HomeEdgeNodeRoutes {
  private let node: Node
  private let neighbours: HomeEdgeNeighbours
  /// Requests in the second that began then.
  private var second = Instant(nanoseconds: 0)
  private var requests = 0
  private var lastRefusal: Instant?

  /// Of a request's body: 4096 words of a command of 16 bytes.
  static let bodyLimit = 64 << 10
  static let jsonLimits = JSON.Limits(depth: 8, bytes: bodyLimit, nodes: HomeEdgeStart.argumentLimit + 64)
  /// Requests a second from all nodes together: each of them pings every 5 s and asks for a score with each request of
  /// its clients.
  static let rateLimit = 100
  /// Runs for Home Edge's nodes that are under way: a board has work of its own to do.
  static let runLimit = 32
  /// Between two lines in the log about strangers.
  private static let refusalPause = Interval.seconds(60)

  init(node: Node, neighbours: HomeEdgeNeighbours) {
    self.node = node
    self.neighbours = neighbours
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    let caller = connection.peer.ip.unmapped
    guard let asker = neighbours.node(at: caller) else { return refuse(caller, connection) }
    guard isWithinRate() else { return Self.answer(connection, status: 503) }
    guard request.body.count <= Self.bodyLimit else { return Self.answer(connection, status: 413) }
    if request.path.utf8.count > 1, request.path.utf8.last == UInt8(ascii: "/") {
      let target = request.path.droppingLast()
      return connection.respond(
        HTTPResponse(status: 301, headers: HTTPHeaders([("Location", target)])), closing: true)
    }
    guard let route = Route(path: request.path) else {
      return connection.respond(
        HTTPResponse(
          status: 404, headers: HTTPHeaders([("Content-Type", "text/plain; charset=utf-8")]),
          body: Array("404 page not found\n".utf8)), closing: true)
    }
    guard route.methods.contains(request.method) else {
      return connection.respond(HTTPResponse(status: 405), closing: true)
    }
    answer(route, request, asker, caller, connection)
  }

  /// A route of Home Edge's nodes.
  enum Route {
    case ping, start, notification, score, resource, information

    init?(path: String) {
      switch path {
      case "/api/v1/ping": self = .ping
      case "/api/v1/servicemgr/services": self = .start
      case "/api/v1/scoringmgr/score": self = .score
      case "/api/v1/scoringmgr/resource": self = .resource
      case "/api/v1/discoverymgr/orchestrationinfo": self = .information
      default:
        // The number in the path is not looked at, as Home Edge has it.
        guard path.begins(with: HomeEdgeNotification.path),
          !path.utf8.dropFirst(HomeEdgeNotification.path.utf8.count).contains(UInt8(ascii: "/"))
        else { return nil }
        self = .notification
      }
    }

    /// Nodes older than v1.1.17 ask for the score by GET (rule W9).
    var methods: [String] {
      switch self {
      case .ping, .resource, .information: ["GET"]
      case .start, .notification: ["POST"]
      case .score: ["GET", "POST"]
      }
    }
  }

  private func answer(
    _ route: Route, _ request: HTTPRequest, _ asker: HomeEdgeNode, _ caller: IPAddress,
    _ connection: ServerConnection
  ) {
    switch route {
    case .ping:
      return Self.answer(connection, body: Array("Pong\n".utf8))
    case .information:
      return Self.answer(connection, information)
    case .start, .notification, .score, .resource:
      break
    }
    guard let json = try? JSON.parse(request.body, limits: Self.jsonLimits) else {
      return Self.answer(connection, status: 503)
    }
    switch route {
    case .score:
      guard json["devID"]?.string != nil else { return Self.answer(connection, status: 400) }
      // Home Edge knows no drained nodes, only bad ones.
      let value = node.isDrained ? Score.least : node.score.value
      Self.answer(connection, ["ScoreValue": .double(HomeEdgeScale.wire(value))])
    case .resource:
      guard json["devID"]?.string != nil else { return Self.answer(connection, status: 400) }
      Self.answer(connection, resource(roundTrip: asker.roundTrip).json)
    case .notification:
      let isKnown =
        HomeEdgeNotification(json: json).map { node.homeEdge?.ended($0, from: caller) ?? false } ?? false
      Self.answer(connection, status: isKnown ? 200 : 500)
    default:
      guard let start = HomeEdgeStart(json: json) else { return Self.answer(connection, status: 400) }
      self.start(start, asker, caller, connection)
    }
  }

  private var information: JSON {
    node.catalogue.refresh()
    let names = node.catalogue.definitions.map { JSON.string($0.name) }
    return [
      "ExecutionType": "container", "Platform": "docker",
      "ServiceList": names.isEmpty ? .null : .array(names),
    ]
  }

  func resource(roundTrip: Double?) -> HomeEdgeResource {
    HomeEdgeResource(of: node.sampler.snapshot, profile: node.match.profile, roundTrip: roundTrip)
  }

  // MARK: - Bounds

  /// Browsers, scanners and nodes that were not heard of yet.
  private func refuse(_ caller: IPAddress, _ connection: ServerConnection) {
    if lastRefusal.map({ node.loop.now - $0 > Self.refusalPause }) ?? true {
      lastRefusal = node.loop.now
      Log.warning(
        "refused \(caller.text) on 56002: it is no Home Edge node that is known here, and has no key")
    }
    Self.answer(connection, status: 403)
  }

  private func isWithinRate() -> Bool {
    if node.loop.now - second >= .seconds(1) {
      second = node.loop.now
      requests = 0
    }
    requests += 1
    return requests <= Self.rateLimit
  }

  // MARK: - Starts

  /// Answers `Started` once the run is on disk (rule W10); what cannot be run is 400.
  private func start(
    _ start: HomeEdgeStart, _ asker: HomeEdgeNode, _ caller: IPAddress, _ connection: ServerConnection
  ) {
    let isFull =
      node.orchestrator.runs.count { !$0.state.isFinal && HomeEdgeNotification.isCallback($0.callback) }
      >= Self.runLimit
    guard !isFull else { return Self.answer(connection, status: 503) }
    do throws(HomeEdgeObjection) {
      let request = try self.request(for: start, caller)
      node.submit(request) { result in
        switch result {
        case .success(let run):
          Log.info("run \(run.id.text) of \(start.service) for the Home Edge node \(asker.id) \(caller.text)")
          Self.answer(connection, ["Status": "Started"])
        case .failure(let problem):
          self.tell(start, asker, problem.detail)
          Self.answer(connection, status: problem.status == 422 ? 400 : problem.status)
        }
      }
    } catch {
      tell(start, asker, error.reason)
      Self.answer(connection, status: 400)
    }
  }

  private func tell(_ start: HomeEdgeStart, _ asker: HomeEdgeNode, _ reason: String) {
    Log.warning("refused \(start.service) of the Home Edge node \(asker.id): \(reason)")
  }

  private func request(
    for start: HomeEdgeStart, _ caller: IPAddress
  ) throws(HomeEdgeObjection) -> RunRequest {
    node.catalogue.refresh()
    let workload: Workload
    switch start.kind {
    case .container:
      workload = .container(arguments: try containerArguments(start))
    case .native:
      do throws(NativeRefusal) {
        workload = .native(
          command: try ServiceDefinition.checkNative(
            service: start.service, command: start.command, requester: start.requester,
            among: node.catalogue.definitions))
      } catch {
        throw HomeEdgeObjection(reason: error.rawValue)
      }
    case nil:
      throw HomeEdgeObjection(reason: "'\(start.arguments.last ?? "")' is no execution type of this node")
    }
    var request = RunRequest(service: start.service, workload: workload, requester: start.requester)
    request.callback = HomeEdgeNotification.callback(address: caller.text, number: start.number)
    request.requesterAddress = caller.text
    request.source = LocalSource.read(for: workload)
    request.staysHere(on: node.identity)
    return request
  }

  private func containerArguments(_ start: HomeEdgeStart) throws(HomeEdgeObjection) -> [String] {
    let command =
      start.command.isEmpty
      ? node.catalogue.definition(start.service, kind: .container)?.command ?? [] : start.command
    guard let arguments = dockerRunArguments(command) else {
      throw HomeEdgeObjection(
        reason: "expected docker run [options] IMAGE, or a service that is defined here")
    }
    // What the owner has defined is the owner's.
    guard !start.command.isEmpty, !node.configuration.homeEdgeHostAccess else { return arguments }
    let source = LocalSource.read(for: .container(arguments: arguments))
    if let parsed = try? RunCommand(parsing: arguments, source: source.optionSource),
      let reason = HomeEdgeHostAccess.reason(parsed)
    {
      throw HomeEdgeObjection(reason: reason + "; host-access = no in [home-edge] forbids it")
    }
    return arguments
  }

  // MARK: - Answers

  /// Every answer of Home Edge closes the connection and says that it is JSON; errors are empty.
  private static func answer(_ connection: ServerConnection, status: Int = 200, body: [UInt8] = []) {
    connection.respond(
      HTTPResponse(
        status: status, headers: HTTPHeaders([("Content-Type", "application/json; charset=UTF-8")]),
        body: body), closing: true)
  }

  private static func answer(_ connection: ServerConnection, _ json: JSON) {
    answer(connection, body: json.encoded())
  }
}

extension IPAddress {
  /// An IPv4 address that came to a socket of IPv6 (RFC 4291 2.5.5.2) as what it is.
  var unmapped: IPAddress {
    let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    guard bytes.count == 16, Array(bytes.prefix(12)) == prefix else { return self }
    return IPAddress(bytes: Array(bytes.suffix(4)))
  }
}
