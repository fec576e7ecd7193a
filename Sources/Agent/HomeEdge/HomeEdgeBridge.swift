import Basics
import HomeEdge
import Mesh
import Orchestration
import Platform
import Scoring
import Settings
import Wire

/// This node among nodes of Home Edge: as their host, as their requester, and as a peer that is looked after.
final class HomeEdgeBridge {
  let peers: HomeEdgePeers
  let routes: HomeEdgeNodeRoutes
  private let home: Home
  private let driver: RunDriver

  /// What a score is worth: as long as a request takes from its gathering to the last ask.
  private static let answerLife = Interval.seconds(10)

  init(home: Home, admission: Admission) {
    self.home = home
    driver = admission.driver
    peers = HomeEdgePeers(
      allowed: admission.status.configuration.homeEdgePeers, asker: driver.identity, loop: driver.loop)
    routes = HomeEdgeNodeRoutes(admission: admission, peers: peers)
    peers.onChange = { self.changed($0) }
    peers.onLost = { self.lost($0) }
    routes.onEnd = { self.ended($0, from: $1) }
  }

  func begin() {
    Log.warning(HomeEdgeInteroperation.warning)
    peers.begin()
  }

  /// From now on no node of Home Edge is one of the home.
  func end() {
    for peer in peers.nodes { lost(peer) }
    peers.end()
  }

  // MARK: - Peers

  private func changed(_ peer: HomeEdgeNode) {
    // A Hearth node whose mark was not heard yet, or whoever takes its name, must not change what is known of it.
    guard !isHearth(peer.id), peer.isAlive == true || isNode(peer.id) else { return }
    let described = describe(peer)
    driver.perform { $0.update(node: described, at: Clock.moment()) }
  }

  /// Forgotten, because whoever is on the network can come and go under any number of names.
  private func lost(_ peer: HomeEdgeNode) {
    guard isNode(peer.id) else { return }
    driver.perform { $0.forget(node: peer.id, at: Clock.moment()) }
  }

  private func isHearth(_ identity: String) -> Bool {
    NodeID(identity: identity).map { home.peer($0) != nil } ?? false
  }

  /// Whether it is, or was, a node of Home Edge.
  func isNode(_ identity: String) -> Bool {
    driver.orchestrator.nodes.contains { $0.id == identity && $0.isHomeEdge }
  }

  /// How the choice among the nodes sees one of Home Edge.
  private func describe(_ peer: HomeEdgeNode) -> HomeNode {
    var described = HomeNode(id: peer.id)
    described.isHomeEdge = true
    described.factsKnown = true
    described.name = peer.address
    described.address = peer.address
    described.state = peer.isAlive == true ? .alive : .dead
    described.heardAt = Clock.now()
    described.hasEngine = peer.executionType == "container"
    described.runsNative = peer.executionType == "native"
    described.score = peer.answer.flatMap { HomeEdgeScale.score($0.value) } ?? 0
    for name in peer.services {
      described.services.append(HomeNode.Service(name: name, kind: peer.executionType))
    }
    return described
  }

  // MARK: - Choosing

  /// Asks the nodes of Home Edge that could run it how they do, where the choice may fall on one; then goes on. What is
  /// known of the nodes must be up to date.
  ///
  /// `then` is told the node to be asked first: the best by Home Edge's own formula, where the request wants that
  /// (`scoringType` is `resource`) and the best is another node.
  func gather(for request: RunRequest, then: @escaping (_ preferred: String) -> Void) {
    let requirements = request.requirements
    let candidates = peers.nodes.filter {
      $0.isAlive == true && requirements.objection(to: describe($0)) == nil
    }
    guard !candidates.isEmpty, request.scoresByResource || !hasOwnCandidate(requirements) else {
      return then("")
    }
    let byResource = request.scoresByResource
    peers.evaluate(candidates, byResource: byResource) {
      for candidate in candidates { self.changed(candidate) }
      guard byResource else { return then("") }
      var best = ""
      var value =
        request.allowsSelf ? self.routes.resource(roundTrip: HomeEdgeResource.ownRoundTrip).score : 0
      for candidate in candidates {
        guard let answer = candidate.answer, answer.value > value else { continue }
        (best, value) = (candidate.id, answer.value)
      }
      then(best)
    }
  }

  /// Whether a Hearth node goes first anyway, so that nobody has to be asked.
  private func hasOwnCandidate(_ requirements: Requirements) -> Bool {
    driver.orchestrator.nodes.contains {
      !$0.isHomeEdge && $0.state == .alive && requirements.objection(to: $0) == nil
        && (!$0.isSelf || $0.hasEngine || requirements.kind == "native")
    }
  }

  // MARK: - Runs on nodes of Home Edge

  /// Carries out `Directive.ask`.
  func ask(
    _ id: RunID, _ peer: HomeEdgeNode, attempt: Int, then: @escaping (AskResult) -> Void
  ) {
    guard let run = driver.orchestrator.run(id) else {
      driver.loop.after(.zero) { then(.refused("the run is over")) }
      return
    }
    let start: HomeEdgeStart
    do throws(HomeEdgeObjection) {
      start = try HomeEdgeStart(of: run, attempt: attempt)
    } catch {
      // Later, as every answer.
      driver.loop.after(.zero) { then(.unable(error.reason)) }
      return
    }
    if let answer = peer.answer, Clock.now() - answer.at < Self.answerLife {
      self.start(start, on: peer, value: answer.value, then: then)
    } else {
      peer.evaluate(byResource: false, asker: driver.identity) { value in
        self.start(start, on: peer, value: value, then: then)
      }
    }
  }

  private func start(
    _ start: HomeEdgeStart, on peer: HomeEdgeNode, value: Double, then: @escaping (AskResult) -> Void
  ) {
    guard value > 0 else {
      driver.loop.after(.zero) {
        then(.unable("Home Edge there gives no score, which means that it is not usable"))
      }
      return
    }
    peer.start(start) { result in
      switch result {
      case .success(let response):
        let status = HomeEdgeNode.json(response)?["Status"]?.string
        if response.status != 200 || status == "Failed" {
          then(.unable("Home Edge there answered \(response.status)\(status == nil ? "" : " and Failed")"))
        } else {
          if status == "Started" {
            let run = HomeEdgeNumber(start.number)?.run.text ?? ""
            Log.info(
              "run \(run) is handed over to the Home Edge node \(peer.id), which tells its end and no more")
          }
          // Whoever answers something else may have started it or not.
          then(status == "Started" ? .accepted : .silent("Home Edge there did not say Started"))
        }
      case .failure(let error):
        switch error.reason {
        case .noAddress, .busy, .unreachable: then(.unreachable(error.description))
        default: then(.silent(error.description))
        }
      }
    }
  }

  /// Carries out `Directive.revoke`, for which Home Edge has no call: a run that is to be stopped ends as failed, with
  /// the truth.
  func revoke(_ id: RunID, _ identity: String, attempt: Int) {
    driver.loop.after(.zero) {
      if let run = self.driver.orchestrator.run(id), run.hostNode == identity, run.attempt == attempt,
        run.state == .handedOver
      {
        let reason = "Home Edge knows no way to stop a service: it may still run on \(run.host)"
        Log.warning("run \(id.text) is given up: \(reason)")
        self.report(run, .failed(RunFailure(.lost, reason)), from: identity)
      }
      self.driver.perform {
        $0.revoked(id, node: identity, attempt: attempt, isOver: true, at: Clock.moment())
      }
    }
  }

  /// A node of Home Edge says that a service has ended.
  ///
  /// Of runs at the same time there every end bears the number of the last (B-12). So a further word for a run that has
  /// ended is about the one that is open there: of an earlier agent, say, for no two are given to such a node at once.
  ///
  /// - Returns: whether that is a run of ours on that node.
  private func ended(_ notification: HomeEdgeNotification, from caller: IPAddress) -> Bool {
    func isThere(_ run: Run) -> Bool { peers.node(run.hostNode)?.has(caller) == true }
    guard let number = HomeEdgeNumber(notification.number), let named = driver.orchestrator.run(number.run),
      isThere(named), UInt64(truncatingIfNeeded: named.attempt) & 31 == number.attempt
    else { return false }
    let open =
      named.state.isFinal
      ? driver.orchestrator.currentRuns.first { $0.state == .handedOver && isThere($0) } : named
    guard let run = open else { return true }
    if run.id != named.id {
      Log.info("run \(run.id.text): its end was told by a further word for run \(named.id.text)")
    }
    report(run, notification.outcome, from: run.hostNode)
    return true
  }

  private func report(_ run: Run, _ state: RunState, from identity: String) {
    var report = run
    report.state = state
    report.times.ended = Clock.wallMilliseconds()
    driver.perform { $0.hosted(report, on: identity, at: Clock.moment()) }
  }
}
