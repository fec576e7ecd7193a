import Basics
internal import CLinux
import HTTPServer
import Platform
import Wire

/// Sends each request on 56001 to the route that answers it.
struct Router {
  private let homeEdge: HomeEdgeRoutes
  private let api: ApiRoutes

  init(admission: Admission) {
    homeEdge = HomeEdgeRoutes(admission: admission)
    api = ApiRoutes(admission: admission)
  }

  func handle(_ request: HTTPRequest, _ connection: ServerConnection) {
    if request.path != HomeEdgeRoutes.pingPath {
      guard isLocal(connection) else {
        // Home Edge's answer to other hosts: 406 and nothing else.
        return connection.respond(HTTPResponse(status: 406))
      }
      if let problem = browserProblem(request) { return connection.respond(problem.response) }
    }
    if request.path.begins(with: "/api/v2/") {
      api.handle(request, connection)
    } else {
      homeEdge.handle(request, connection)
    }
  }

  /// Whether the caller is on this machine. Its address must be loopback or one of ours; a text that merely
  /// contains `::1` is not enough.
  private func isLocal(_ connection: ServerConnection) -> Bool {
    let caller = connection.peer.ip
    return caller.isLoopback || LocalAddresses.read(root: "").all.contains(caller)
  }

  /// A web page must not command the node through its visitor's browser: browsers name the page's origin with
  /// every request that can change something (Fetch standard, 3.1), and a name that was rebound to a loopback
  /// address shows in `Host`.
  private func browserProblem(_ request: HTTPRequest) -> Problem? {
    if let origin = request.headers["Origin"] {
      return Problem(status: 403, detail: "requests from web pages are refused (Origin: \(origin))")
    }
    guard let host = request.headers["Host"], !isAddressOrOurs(host) else { return nil }
    return Problem(
      status: 403, detail: "Host is '\(host)', expected an address, localhost or this machine's name")
  }

  private func isAddressOrOurs(_ host: String) -> Bool {
    if host.isEmpty { return true }
    var name = host
    if host.utf8.first == UInt8(ascii: "[") {
      guard let end = host.utf8.firstIndex(of: UInt8(ascii: "]")) else { return false }
      name = String(host[host.utf8.index(after: host.startIndex)..<end])
    } else if let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) {
      name = String(host[..<colon])
    }
    return IPAddress(name) != nil || name == "localhost" || name == HostName.text
  }
}
