import Basics
import HomeEdge
import Mesh
import Platform
import Wire

/// A node of Home Edge, as its multicast DNS records and its answers show it.
final class HomeEdgeNode {
  let id: String
  private(set) var addresses: [DNSAddress] = []
  private(set) var executionType = ""
  private(set) var services: [String] = []
  /// Whether it has answered lately; nil until it was asked.
  var isAlive: Bool?
  /// Whether a ping is under way.
  var isBusy = false
  /// Pings in a row that were not answered.
  var misses = 0
  /// Of the last ping, in seconds, with all that it takes: connecting, asking and the answer.
  var roundTrip: Double?
  /// What it said last when it was asked for its score or resources, on Home Edge's scale; 0 is "not usable".
  var answer: (value: Double, at: Instant)?
  private let client: PeerClient
  private let target = Target()

  /// Apart from the node, so that the client does not keep it alive.
  private final class Target {
    var addresses: [SocketAddress] = []
  }

  /// For a ping; Home Edge itself waits for 10 s.
  static let pingTime = Interval.seconds(2)
  /// For scores and resources of all nodes, as Home Edge waits (specification, 2.8).
  static let gatheringTime = Interval.seconds(3)
  /// For a start, which Home Edge answers before it begins.
  static let startTime = Interval.seconds(5)
  /// Before it is asked again for a score that it did not have: it makes one for whom it has pinged, each 5 s.
  private static let scorePause = Interval.seconds(10)
  /// Its records may name as many services as fit 400 bytes.
  private static let serviceLimit = 200

  init(_ peer: DiscoveredPeer, loop: EventLoop) {
    id = peer.id
    let target = self.target
    client = PeerClient(
      to: PeerLocation(name: peer.id, addresses: { target.addresses }, key: { nil }, isPlain: true),
      loop: loop)
    take(peer)
  }

  /// Takes over what its records say now.
  ///
  /// - Returns: whether it is reached elsewhere than before.
  @discardableResult
  func take(_ peer: DiscoveredPeer) -> Bool {
    executionType = peer.executionType
    services = Array(peer.services.prefix(Self.serviceLimit))
    let found = peer.addresses.map { $0.address }.filter { $0.isIPv4 }
    // Records without addresses take none away (B-16).
    guard !found.isEmpty, found != addresses else { return false }
    addresses = found
    target.addresses = found.compactMap {
      SocketAddress(host: IPAddress(bytes: $0.bytes).text, port: HomeEdgeInteroperation.port)
    }
    return true
  }

  /// The first of its addresses, in dots; empty where none is known.
  var address: String { addresses.first.map { IPAddress(bytes: $0.bytes).text } ?? "" }

  func has(_ ip: IPAddress) -> Bool {
    addresses.contains { $0.bytes == ip.bytes }
  }

  func close() { client.close() }

  // MARK: - Calls (specification, 2.4)

  /// `then` is told whether it answered.
  func ping(then: @escaping (Bool) -> Void) {
    let began = Clock.now()
    client.call("GET", "/api/v1/ping", timeout: Self.pingTime) { result in
      let isThere = (try? result.get())?.status == 200
      if isThere { self.roundTrip = (Clock.now() - began).seconds }
      then(isThere)
    }
  }

  /// Whether to ask for its score although nobody has a request: its score is not known, or was 0, as it is for whom it
  /// does not know yet, and on a board without a clock's file.
  func wantsScore(at now: Instant) -> Bool {
    guard let answer else { return true }
    return answer.value == 0 && now - answer.at >= Self.scorePause
  }

  /// Asks for its score for us, or for what that is made of; `then` is told the value on Home Edge's scale, 0 where it
  /// gave none in time.
  func evaluate(byResource: Bool, asker: String, then: @escaping (Double) -> Void) {
    let body: JSON = ["devID": .string(asker)]
    let path = byResource ? "/api/v1/scoringmgr/resource" : "/api/v1/scoringmgr/score"
    call(byResource ? "GET" : "POST", path, body, timeout: Self.gatheringTime) { result in
      var value = 0.0
      if case .success(let response) = result, response.status == 200, let json = Self.json(response) {
        value = byResource ? HomeEdgeResource(json: json)?.score ?? 0 : json["ScoreValue"]?.double ?? 0
      }
      if !(value > 0 && value.isFinite) { value = 0 }
      self.answer = (value, Clock.now())
      then(value)
    }
  }

  /// Asks it to start a service.
  func start(_ start: HomeEdgeStart, then: @escaping (Result<HTTPResponse, PeerError>) -> Void) {
    call(
      "POST", "/api/v1/servicemgr/services", start.json(target: address), timeout: Self.startTime, then: then)
  }

  private func call(
    _ method: String, _ path: String, _ body: JSON, timeout: Interval, then: @escaping PeerClient.Completion
  ) {
    let headers = HTTPHeaders([("Content-Type", "application/json; charset=UTF-8")])
    client.call(method, path, headers: headers, body: body.encoded(), timeout: timeout, then: then)
  }

  /// An answer's JSON within the bounds of what Home Edge says.
  static func json(_ response: HTTPResponse) -> JSON? {
    try? JSON.parse(response.body, limits: HomeEdgeNodeRoutes.jsonLimits)
  }
}
