import Basics
import Containers
import HTTPServer
import HomeEdge
import Orchestration
import Platform
import Settings
import Wire

/// The routes that Home Edge's clients use, with its names and its habit of answering 200 with a `Message`.
struct HomeEdgeRoutes {
  let admission: Admission

  private typealias Route = RouteTable<HomeEdgeRoutes>.Route

  /// The one route that other hosts may ask.
  static let pingPath = "/api/v1/ping"

  nonisolated(unsafe) static let table = RouteTable<HomeEdgeRoutes>(
    answersHead: true, isExact: true,
    [
      Route("GET", pingPath, HomeEdgeRoutes.ping),
      Route("POST", "/api/v1/orchestration/services", HomeEdgeRoutes.services),
    ])

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    switch Self.table.find(request.method, request.path) {
    case .route(let route, let word):
      route.serve(self, RoutedRequest(request: request, word: word, connection: connection))
    case .otherMethods(let allow):
      connection.respond(HTTPResponse(status: 405, headers: HTTPHeaders([("Allow", allow)])))
    case .nothing where request.path.utf8.last == UInt8(ascii: "/") && isRoute(request.path.droppingLast()):
      connection.respond(.moved(to: request.path.droppingLast()))
    case .nothing:
      connection.respond(.pageNotFound)
    }
  }

  private func isRoute(_ path: String) -> Bool {
    if case .nothing = Self.table.find("GET", path) { return false }
    return true
  }

  private func ping(_ call: RoutedRequest) throws(Problem) {
    call.connection.respond(
      HTTPResponse(
        status: 200, headers: HTTPHeaders([("Content-Type", "application/json; charset=UTF-8")]),
        body: Array("Pong\n".utf8)))
  }

  private func services(_ call: RoutedRequest) throws(Problem) {
    let connection = call.connection
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(call.request.body)
    } catch {
      let message = "invalid json error : \(error.description)"
      return connection.respond(answer(HomeEdgeAnswer(message), status: 503))
    }
    if json.array != nil {
      let message = "invalid json error : expected an object, found an array"
      return connection.respond(answer(HomeEdgeAnswer(message), status: 503))
    }
    do throws(HomeEdgeAnswer) {
      let request = try HomeEdgeRequest(json: json)
      admission.whenRefreshed {
        do throws(HomeEdgeAnswer) {
          try select(request, connection)
        } catch {
          refuse(error, connection)
        }
      }
    } catch {
      refuse(error, connection)
    }
  }

  /// Chooses what of the offer this node can do, and starts it.
  private func select(_ request: HomeEdgeRequest, _ connection: ServerConnection) throws(HomeEdgeAnswer) {
    let name = request.serviceName
    let candidates = request.offers.filter { canRun($0, name) }
    guard let offer = candidates.first else {
      throw HomeEdgeAnswer("not found error : No Device Is Return", serviceName: name)
    }
    // Looking at every process's descriptors takes milliseconds; only a native service depends on who asks.
    var requester = request.requester
    let workload: Workload
    switch offer.kind {
    case .container:
      workload = .container(arguments: try memoryArguments(offer, name) + dockerArguments(offer, name))
    case .native:
      requester =
        SocketOwner.processName(of: connection.peer, localPort: connection.localAddress.port) ?? requester
      workload = .native(
        command: admission.isOfferedElsewhere(name, kind: .native)
          ? offer.command : try nativeCommand(offer, name, requester: requester))
    }
    var run = RunRequest(service: name, workload: workload, requester: requester, callback: request.callback)
    run.namesFiles = true
    run.allowsSelf = request.selfSelection
    run.scoresByResource = request.scoresByResource
    do throws(Problem) {
      if let bound = offer.option?["bound"] { run.bound = try RunRequest.bound(bound) }
      if let seconds = offer.option?["deadline"] { run.deadline = try RunRequest.deadline(seconds) }
    } catch {
      throw Self.invalid("ExecOption: " + error.detail, name)
    }
    let kind = offer.kind.rawValue
    admission.submit(run) { result in
      switch result {
      case .success(let run):
        connection.respond(
          self.answer(HomeEdgeAnswer("ERROR_NONE", serviceName: name, target: (kind, run.host))))
      case .failure(let problem):
        let answer = HomeEdgeAnswer(Self.message(of: problem), serviceName: name, reason: problem.detail)
        self.refuse(answer, connection)
      }
    }
  }

  /// The memory that an `ExecOption` asks for, as `docker run` reserves it.
  private func memoryArguments(_ offer: HomeEdgeRequest.Offer, _ name: String) throws(HomeEdgeAnswer)
    -> [String]
  {
    guard let memory = offer.option?["memory"], !offer.command.isEmpty else { return [] }
    guard let text = memory.string, !text.isEmpty else {
      throw Self.invalid("ExecOption: expected memory as with docker run, such as \"64m\"", name)
    }
    return ["--memory-reservation=" + text]
  }

  /// Home Edge's rule: a container with a command can run anywhere, everything else only where it is registered.
  private func canRun(_ offer: HomeEdgeRequest.Offer, _ service: String) -> Bool {
    if offer.kind == .container && !offer.command.isEmpty { return true }
    return admission.catalogue.definition(service, kind: offer.kind) != nil
      || admission.isOfferedElsewhere(service, kind: offer.kind)
  }

  private func dockerArguments(_ offer: HomeEdgeRequest.Offer, _ name: String) throws(HomeEdgeAnswer)
    -> [String]
  {
    if offer.command.isEmpty && admission.isOfferedElsewhere(name, kind: .container) { return [] }
    guard
      let arguments = offer.command.isEmpty
        ? admission.catalogue.arguments(of: name) : dockerRunArguments(offer.command)
    else {
      throw Self.invalid("ExecCmd: expected docker run [options] IMAGE [command]", name)
    }
    return arguments
  }

  private func nativeCommand(
    _ offer: HomeEdgeRequest.Offer, _ name: String, requester: String
  ) throws(HomeEdgeAnswer) -> [String] {
    do throws(NativeRefusal) {
      return try ServiceDefinition.checkNative(
        service: name, command: offer.command, requester: requester, among: admission.catalogue.definitions)
    } catch {
      throw HomeEdgeAnswer(error.rawValue, serviceName: name)
    }
  }

  // MARK: - Answers

  /// Home Edge's word for what is wrong, whoever was to run it: clients compare it. What is wrong with the request, what
  /// nobody can do, and what went wrong here.
  private static func message(of problem: Problem) -> String {
    switch problem.status {
    case 503: "SERVICE_NOT_FOUND"
    case 400..<500: "INVALID_PARAMETER"
    default: "INTERNAL_SERVER_ERROR"
    }
  }

  private static func invalid(_ reason: String, _ service: String) -> HomeEdgeAnswer {
    HomeEdgeAnswer("INVALID_PARAMETER", serviceName: service, reason: reason)
  }

  private func refuse(_ answer: HomeEdgeAnswer, _ connection: ServerConnection) {
    if !answer.reason.isEmpty {
      Log.info("refused \(answer.serviceName), asked for as of Home Edge: \(answer.reason)")
    }
    connection.respond(self.answer(answer))
  }

  private func answer(_ answer: HomeEdgeAnswer, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: HTTPHeaders([("Content-Type", "application/json; charset=UTF-8")]),
      body: answer.json.encoded())
  }
}

// What Home Edge's router answers by itself.
extension HTTPResponse {
  static func moved(to path: String) -> HTTPResponse {
    HTTPResponse(status: 301, headers: HTTPHeaders([("Location", path)]))
  }

  static let pageNotFound = HTTPResponse(
    status: 404, headers: HTTPHeaders([("Content-Type", "text/plain; charset=utf-8")]),
    body: Array("404 page not found\n".utf8))
}
