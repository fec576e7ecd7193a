import Basics
import Containers
import HTTPServer
import HomeEdge
import Orchestration
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

/// What Home Edge's nodes ask of this one on 56002, in plain HTTP (specification, 2.4).
///
/// The protocol knows no key, so it is answered only where the owner lets nodes of Home Edge use this one, and only to
/// addresses that multicast DNS shows as such nodes. Whoever is on the network can pretend to be one: what that costs is
/// bounded by the sizes, counts and rates below, by `peers`, and, where the owner says so, by `host-access`.
final class HomeEdgeNodeRoutes {
  /// Called when a node says that a service has ended; returns whether that is a run of ours.
  var onEnd: (HomeEdgeNotification, IPAddress) -> Bool = { _, _ in false }
  private let admission: Admission
  private let status: NodeStatus
  private let driver: RunDriver
  private let peers: HomeEdgePeers
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
  /// Runs for Home Edge's nodes that are under way: a board has work of its own to do. What is refused is lost, since
  /// Home Edge does not look at the answer (B-10), so it is more than a burst of such a node's clients.
  static let runLimit = 64
  /// Between two lines in the log about strangers.
  private static let refusalPause = Interval.seconds(60)

  private typealias Route = RouteTable<HomeEdgeNodeRoutes>.Route

  nonisolated(unsafe) static let table = RouteTable<HomeEdgeNodeRoutes>(
    isExact: true,
    [
      Route("GET", "/api/v1/ping", HomeEdgeNodeRoutes.ping),
      Route("POST", "/api/v1/servicemgr/services", HomeEdgeNodeRoutes.start),
      // The number in the path is not looked at, as Home Edge has it.
      Route("POST", HomeEdgeNotification.path + "{serviceid}", HomeEdgeNodeRoutes.hearOfEnd),
      // Nodes older than v1.1.17 ask for the score by GET (rule W9).
      Route("GET", "/api/v1/scoringmgr/score", HomeEdgeNodeRoutes.tellScore),
      Route("POST", "/api/v1/scoringmgr/score", HomeEdgeNodeRoutes.tellScore),
      Route("GET", "/api/v1/scoringmgr/resource", HomeEdgeNodeRoutes.tellResource),
      Route("GET", "/api/v1/discoverymgr/orchestrationinfo", HomeEdgeNodeRoutes.tellInformation),
    ])

  init(admission: Admission, peers: HomeEdgePeers) {
    self.admission = admission
    status = admission.status
    driver = admission.driver
    self.peers = peers
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    let caller = connection.peer.ip.unmapped
    guard peers.node(at: caller) != nil else { return refuse(caller, connection) }
    guard isWithinRate() else { return Self.answer(connection, status: 503) }
    guard request.body.count <= Self.bodyLimit else { return Self.answer(connection, status: 413) }
    if request.path.utf8.count > 1, request.path.utf8.last == UInt8(ascii: "/") {
      return connection.respond(.moved(to: request.path.droppingLast()), closing: true)
    }
    switch Self.table.find(request.method, request.path) {
    case .route(let route, let word):
      do throws(Problem) {
        try route.answer(self)(RoutedRequest(request: request, word: word, connection: connection))
      } catch {
        Self.answer(connection, status: error.status)
      }
    case .otherMethods:
      connection.respond(HTTPResponse(status: 405), closing: true)
    case .nothing:
      connection.respond(.pageNotFound, closing: true)
    }
  }

  private func ping(_ call: RoutedRequest) throws(Problem) {
    Self.answer(call.connection, body: Array("Pong\n".utf8))
  }

  private func tellScore(_ call: RoutedRequest) throws(Problem) {
    try checkAsker(try json(call))
    // Home Edge knows no drained nodes, nor full ones, only bad ones.
    let value = status.isDrained || isFull ? Score.least : status.score.value
    Self.answer(call.connection, ["ScoreValue": .double(HomeEdgeScale.wire(value))])
  }

  private func tellResource(_ call: RoutedRequest) throws(Problem) {
    try checkAsker(try json(call))
    let asker = peers.node(at: call.connection.peer.ip.unmapped)
    Self.answer(call.connection, resource(roundTrip: asker?.roundTrip).json)
  }

  private func hearOfEnd(_ call: RoutedRequest) throws(Problem) {
    let notification = HomeEdgeNotification(json: try json(call))
    let isKnown = notification.map { onEnd($0, call.connection.peer.ip.unmapped) } ?? false
    Self.answer(call.connection, status: isKnown ? 200 : 500)
  }

  private func tellInformation(_ call: RoutedRequest) throws(Problem) {
    let names = admission.catalogue.definitions.map { JSON.string($0.name) }
    Self.answer(
      call.connection,
      [
        "ExecutionType": "container", "Platform": "docker",
        "ServiceList": names.isEmpty ? .null : .array(names),
      ])
  }

  // The reasons of what these throw are not sent: errors of Home Edge are empty.

  private func json(_ call: RoutedRequest) throws(Problem) -> JSON {
    guard let json = try? JSON.parse(call.request.body, limits: Self.jsonLimits) else {
      throw Problem(status: 503, detail: "the body is not JSON")
    }
    return json
  }

  private func checkAsker(_ json: JSON) throws(Problem) {
    guard json["devID"]?.string != nil else { throw Problem(status: 400, detail: "expected devID") }
  }

  func resource(roundTrip: Double?) -> HomeEdgeResource {
    HomeEdgeResource(of: status.sampler.snapshot, profile: status.match.profile, roundTrip: roundTrip)
  }

  // MARK: - Bounds

  /// Browsers, scanners and nodes that were not heard of yet.
  private func refuse(_ caller: IPAddress, _ connection: ServerConnection) {
    if lastRefusal.map({ driver.loop.now - $0 > Self.refusalPause }) ?? true {
      lastRefusal = driver.loop.now
      Log.warning(
        "refused \(caller.text) on 56002: it is no Home Edge node that is known here, and has no key")
    }
    Self.answer(connection, status: 403)
  }

  private func isWithinRate() -> Bool {
    if driver.loop.now - second >= .seconds(1) {
      second = driver.loop.now
      requests = 0
    }
    requests += 1
    return requests <= Self.rateLimit
  }

  private var isFull: Bool {
    let underWay = driver.orchestrator.currentRuns.count {
      !$0.state.isFinal && HomeEdgeNotification.isCallback($0.callback)
    }
    return underWay >= Self.runLimit
  }

  // MARK: - Starts

  /// Answers `Started` once the run is on disk (rule W10); what cannot be run is 400.
  private func start(_ call: RoutedRequest) throws(Problem) {
    let connection = call.connection
    let caller = connection.peer.ip.unmapped
    guard let start = HomeEdgeStart(json: try json(call)), let asker = peers.node(at: caller) else {
      throw Problem(status: 400, detail: "expected a service to start")
    }
    admission.whenRefreshed { self.admit(start, caller, asker, connection) }
  }

  private func admit(
    _ start: HomeEdgeStart, _ caller: IPAddress, _ asker: HomeEdgeNode, _ connection: ServerConnection
  ) {
    guard !isFull else {
      tell(start, asker, "\(Self.runLimit) runs of Home Edge's nodes are under way")
      return Self.answer(connection, status: 503)
    }
    do throws(HomeEdgeObjection) {
      let request = try self.request(for: start, caller)
      admission.submit(request) { result in
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
    let workload: Workload
    switch start.kind {
    case .container:
      workload = .container(arguments: try containerArguments(start))
    case .native:
      do throws(NativeRefusal) {
        workload = .native(
          command: try ServiceDefinition.checkNative(
            service: start.service, command: start.command, requester: start.requester,
            among: admission.catalogue.definitions))
      } catch {
        throw HomeEdgeObjection(reason: error.rawValue)
      }
    case nil:
      throw HomeEdgeObjection(reason: "'\(start.arguments.last ?? "")' is no execution type of this node")
    }
    var request = RunRequest(service: start.service, workload: workload, requester: start.requester)
    request.callback = HomeEdgeNotification.callback(address: caller.text, number: start.number)
    request.requesterAddress = caller.text
    // What the owner has defined is the owner's, with the files that it names; nobody else's are opened.
    request.namesFiles = start.command.isEmpty
    request.staysHere(on: driver.identity)
    return request
  }

  private func containerArguments(_ start: HomeEdgeStart) throws(HomeEdgeObjection) -> [String] {
    guard
      let arguments = start.command.isEmpty
        ? admission.catalogue.arguments(of: start.service) : dockerRunArguments(start.command)
    else {
      throw HomeEdgeObjection(
        reason: "expected docker run [options] IMAGE, or a service that is defined here")
    }
    guard !start.command.isEmpty, !status.configuration.homeEdgeHostAccess else { return arguments }
    // Options that make no sense, or name files, are refused with their reason when the run is admitted.
    if let parsed = try? RunCommand(parsing: arguments, source: WorkloadSource().optionSource),
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
