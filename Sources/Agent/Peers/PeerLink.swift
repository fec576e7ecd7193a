import Basics
import Containers
import Orchestration
import Platform
import Scoring
import Wire

/// What goes back and forth between this node and one other.
final class PeerLink {
  let id: String
  private let driver: RunDriver
  private let contact: PeerLocation
  private let client: PeerClient
  /// What the node told of itself last; nil before it was asked.
  private(set) var facts: NodeFacts?
  /// The hash, from its heartbeats, of the facts it was last asked for.
  private var factsHash: UInt32?
  private var stream: PeerStream?
  private var events = EventLines()
  /// Output of runs that it hosts; some may have ended.
  private var outputs: [PeerStream] = []
  private(set) var isWatched = false
  private var backoff = Backoff(first: .milliseconds(100), longest: .seconds(2))

  /// Bytes of why a node refuses a run: it is kept with the run's placement.
  private static let detailLimit = 1000
  /// A node's own account is some 3 kB, and 90 bytes more for each of up to 256 services.
  private static let factsLimit = 64 << 10
  /// Before facts that could not be had are asked for again.
  private static let factsPause = Interval.seconds(1)

  init(id: String, contact: PeerLocation, driver: RunDriver) {
    self.id = id
    self.driver = driver
    self.contact = contact
    client = PeerClient(to: contact, loop: driver.loop)
  }

  private var headers: HTTPHeaders {
    HTTPHeaders([("Hearth-Node", driver.identity)])
  }

  // MARK: - Facts

  /// Whether the facts are others than those it was last asked for.
  func needsFacts(hash: UInt32) -> Bool {
    factsHash != hash
  }

  /// Asks the node what it is and can do; `then` is called in any case.
  func askFacts(hash: UInt32, then: @escaping () -> Void) {
    factsHash = hash
    client.call("GET", "/api/v2/node", headers: headers) { result in
      if case .success(let answer) = result, answer.status == 200, answer.body.count <= Self.factsLimit,
        let json = try? JSON.parse(answer.body)
      {
        self.facts = NodeFacts(json)
      } else {
        self.driver.loop.after(Self.factsPause) {
          // The next heartbeat asks again.
          if self.factsHash == hash { self.factsHash = nil }
        }
      }
      then()
    }
  }

  /// A node that has been away may have become another.
  func forgetFacts() {
    factsHash = nil
  }

  // MARK: - Runs

  /// Asks the node to run something.
  func ask(_ run: RunID, _ body: [UInt8], then: @escaping (AskResult) -> Void) {
    let headers = HTTPHeaders([("Content-Type", "application/json"), ("Hearth-Node", driver.identity)])
    client.call("PUT", "/api/v2/hosted/" + run.text, headers: headers, body: body) { result in
      then(Self.answer(result))
    }
  }

  private static func answer(_ result: Result<HTTPResponse, PeerError>) -> AskResult {
    switch result {
    case .success(let answer) where answer.status == 200 || answer.status == 201:
      return .accepted
    case .success(let answer):
      let problem = try? JSON.parse(answer.body)
      if let demand = Contention(json: problem?["demand"]) { return .busier(demand) }
      let detail = problem?["detail"]?.string
      let reason = detail?.sanitized(limit: Self.detailLimit) ?? "status \(answer.status)"
      // What it cannot read, has not defined or must not run; all else is of the moment.
      return [400, 403, 404, 422].contains(answer.status) ? .unable(reason) : .refused(reason)
    case .failure(let error):
      switch error.reason {
      case .noAddress, .noKey, .busy, .unreachable, .insecure: return .unreachable(error.description)
      default: return .silent(error.description)
      }
    }
  }

  /// Tells the node that a run which it has accepted may begin; the orchestrator is told its answer, if there is one.
  func commit(_ run: RunID, attempt: Int) {
    client.call("PUT", "/api/v2/hosted/\(run.text)/commit?attempt=\(attempt)", headers: headers) { result in
      guard case .success(let answer) = result, answer.status == 200 || answer.status == 404 else { return }
      self.driver.perform {
        $0.committed(run, node: self.id, attempt: attempt, isThere: answer.status == 200, at: Clock.moment())
      }
    }
  }

  /// Asks the node to end its copy of a run; the orchestrator is told whether nothing is left of it.
  func revoke(_ run: RunID, attempt: Int, speed: Double?, isStop: Bool) {
    var target = "/api/v2/hosted/\(run.text)?attempt=\(attempt)"
    if let speed { target += "&speed=\(Int(min(max(speed, 0), 1000) * 1000))" }
    if isStop { target += "&stop=1" }
    client.call("DELETE", target, headers: headers) { result in
      var isOver = false
      if case .success(let answer) = result { isOver = answer.status == 200 }
      self.driver.perform {
        $0.revoked(run, node: self.id, attempt: attempt, isOver: isOver, at: Clock.moment())
      }
    }
  }

  /// The output of a run that it hosts.
  func output(
    of run: RunID, follow: Bool, attaches: Bool = false, onBody: @escaping ([UInt8]) -> Void,
    onEnd: @escaping (PeerError?) -> Void
  )
    -> PeerStream
  {
    let query = attaches ? "?follow=1&attach=1" : follow ? "?follow=1" : ""
    let target = "/api/v2/hosted/\(run.text)/logs" + query
    let headers = HTTPHeaders([("Accept", EngineFrames.mediaType), ("Hearth-Node", driver.identity)])
    let stream = PeerStream(
      from: contact, target, headers: headers, loop: driver.loop, onBody: onBody, onEnd: onEnd)
    outputs.removeAll { $0.isOver }
    outputs.append(stream)
    return stream
  }

  /// The node has died: what is read from it has come to its end.
  func died() {
    let streams = outputs
    outputs = []
    for stream in streams { stream.fail(.died) }
  }

  // MARK: - News of our runs

  func watch() {
    isWatched = true
    if stream == nil { openStream() }
  }

  func unwatch() {
    isWatched = false
    closeStream()
  }

  /// After an absence the old connection may hang for long: a new one tells at once.
  func reconnect() {
    guard isWatched else { return }
    closeStream()
    openStream()
  }

  private func closeStream() {
    stream?.cancel()
    stream = nil
  }

  private func openStream() {
    events = EventLines()
    driver.orchestrator.watchOpened(id)
    // Runs that were asked for under an earlier name are this node's as well.
    var target = "/api/v2/hosted/events"
    for (index, name) in driver.orchestrator.settings.formerNodes.enumerated() {
      target += (index == 0 ? "?formerly=" : ",") + name
    }
    stream = PeerStream(
      from: contact, target, headers: headers, loop: driver.loop,
      onBody: { self.heard($0) },
      onEnd: { _ in
        self.stream = nil
        guard self.isWatched else { return }
        self.driver.loop.after(self.backoff.next()) {
          if self.isWatched && self.stream == nil { self.openStream() }
        }
      })
  }

  private func heard(_ bytes: [UInt8]) {
    for event in events.feed(bytes) {
      switch event {
      case .run(let json):
        guard let run = Run(report: json) else { continue }
        driver.perform { $0.hosted(run, on: self.id, at: Clock.moment()) }
      case .synced:
        backoff.reset()
        driver.perform { $0.hostedSynced(self.id, at: Clock.moment()) }
      }
    }
  }

  /// Ends all that is under way with a node that is gone.
  func close() {
    isWatched = false
    closeStream()
    died()
    client.close()
  }
}
