import Basics
import Mesh
import Orchestration
import Platform
import Scoring
import Settings

/// The other nodes of the home, as far as this one deals with them: what they can do, what is asked of them, and
/// their news of our runs.
final class Peers {
  let home: Home
  /// Absent unless the owner lets nodes of Home Edge use this one.
  var homeEdge: HomeEdgeBridge?
  private let status: NodeStatus
  private let driver: RunDriver
  private var links: [NodeID: PeerLink] = [:]
  /// Nodes of which there is news that the orchestrator has not been told.
  private var stale: Set<NodeID> = []
  /// Nodes that are asked for their facts just now, and those that wait for their turn.
  private var asking = 0
  private var unasked: [NodeID] = []

  private var ownToldAt: Instant?

  /// A tenth of the shortest interval of samples.
  private static let ownLife = Interval.milliseconds(100)
  /// More are asked when they are heard of next.
  private static let unaskedLimit = 256
  /// In a large home all nodes see a new one at the same moment.
  private static let askingLimit = 4

  init(home: Home, status: NodeStatus) {
    self.home = home
    self.status = status
    driver = status.driver
    home.onPeerEvent = { self.happened($0) }
    home.onHomeEdgeEvent = { self.happened($0) }
  }

  // MARK: - Events

  private func happened(_ event: PeerEvent) {
    switch event {
    case .appeared(let id):
      stale.insert(id)
      prune()
      wantFacts(id)
    case .changed(let id), .recovered(let id), .suspected(let id):
      stale.insert(id)
      wantFacts(id)
    case .returned(let id):
      stale.insert(id)
      let link = self.link(id)
      link.forgetFacts()
      wantFacts(id)
      tellOfHome()
      driver.perform { $0.nodeReturned(link.id, at: Clock.moment()) }
      link.reconnect()
    case .died(let id):
      stale.insert(id)
      tellOfHome()
      links[id]?.died()
    case .left(let id):
      stale.insert(id)
      tellOfPeers()
    }
  }

  private func happened(_ event: HomeEdgeEvent) {
    switch event {
    case .seen(let peer): homeEdge?.peers.take(peer)
    case .lost(let id): homeEdge?.peers.lose(id)
    }
  }

  /// Lets go of nodes that the home has forgotten, so that names that come and go leave nothing behind.
  private func prune() {
    guard links.count >= pruneAt else { return }
    for (id, link) in links where !link.isWatched {
      // One that is gone may return, and is asked for its facts again then.
      if let peer = home.peer(id), peer.state.isPresent { continue }
      link.close()
      links[id] = nil
    }
    for known in driver.orchestrator.nodes
    where !known.isSelf && !known.isHomeEdge {
      guard let id = NodeID(identity: known.id), links[id] == nil, home.peer(id) == nil else { continue }
      driver.perform { $0.forget(node: known.id, at: Clock.moment()) }
    }
    pruneAt = links.count + Self.pruneInterval
  }

  private var pruneAt = Peers.pruneInterval

  /// New links between two looks at all of them.
  private static let pruneInterval = 64

  /// Brings the orchestrator's view of the home up to date: before it chooses, and when a node has died.
  func tellOrchestrator() {
    ownToldAt = driver.loop.now
    status.tellOrchestrator()
    tellOfPeers()
  }

  /// The same after an event, of which many may come at once: this node's own score is not made anew for each.
  private func tellOfHome() {
    if let ownToldAt, driver.loop.now - ownToldAt < Self.ownLife { return tellOfPeers() }
    tellOrchestrator()
  }

  private func tellOfPeers() {
    for id in stale {
      guard let described = describe(id) else { continue }
      driver.perform { $0.update(node: described, at: Clock.moment()) }
    }
    stale = []
  }

  private func describe(_ id: NodeID) -> HomeNode? {
    guard let peer = home.peer(id) else { return nil }
    return HomeNode(peer, identity: id.identity, facts: links[id]?.facts)
  }

  // MARK: - Facts

  private func wantFacts(_ id: NodeID) {
    guard let peer = home.peer(id), peer.state == .alive else { return }
    guard unasked.count < Self.unaskedLimit, !unasked.contains(id) else { return }
    guard link(id).needsFacts(hash: peer.details.facts) else { return }
    unasked.append(id)
    askNext()
  }

  private func askNext() {
    while asking < Self.askingLimit, !unasked.isEmpty {
      let id = unasked.removeFirst()
      guard let peer = home.peer(id), peer.state == .alive else { continue }
      asking += 1
      link(id).askFacts(hash: peer.details.facts) {
        self.asking -= 1
        self.stale.insert(id)
        self.tellOrchestrator()
        self.askNext()
      }
    }
  }

  // MARK: - Directives

  private func link(_ id: NodeID) -> PeerLink {
    if let link = links[id] { return link }
    let home = self.home
    let location = PeerLocation(
      name: id.identity, addresses: { home.addresses(of: id) }, key: { home.keys.current.preshared })
    let link = PeerLink(id: id.identity, contact: location, driver: driver)
    links[id] = link
    return link
  }

  /// The link to a node by its text form; nil where that is none.
  func link(_ identity: String) -> PeerLink? {
    NodeID(identity: identity).map { link($0) }
  }

  func ask(_ run: RunID, _ identity: String, attempt: Int, _ body: [UInt8]) {
    func answered(_ answer: AskResult) {
      driver.perform { $0.answered(run, node: identity, attempt: attempt, answer, at: Clock.moment()) }
    }
    if let homeEdge, let host = homeEdge.peers.node(identity) {
      homeEdge.ask(run, host, attempt: attempt, then: answered)
    } else if let link = link(identity) {
      link.ask(run, body, then: answered)
    } else {
      driver.loop.after(.zero) { answered(.unreachable("it is no node of this home")) }
    }
  }

  func revoke(_ run: RunID, _ identity: String, attempt: Int, speed: Double?, isStop: Bool) {
    if let homeEdge, homeEdge.isNode(identity) {
      homeEdge.revoke(run, identity, attempt: attempt)
    } else {
      link(identity)?.revoke(run, attempt: attempt, speed: speed, isStop: isStop)
    }
  }
}
