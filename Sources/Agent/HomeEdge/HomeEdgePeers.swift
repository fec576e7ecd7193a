import Basics
import Mesh
import Platform
import Wire

/// The nodes of Home Edge on this network: who they are, and whether they answer.
///
/// Each is pinged as Home Edge's own nodes ping theirs, so that one that ended without a word is no candidate some
/// 15 s later, and is one again as soon as it answers.
final class HomeEdgePeers {
  /// The nodes by their identifiers.
  private(set) var nodes: [HomeEdgeNode] = []
  /// A node has answered, or its records or its being there have changed.
  var onChange: (HomeEdgeNode) -> Void = { _ in }
  /// A node has said goodbye, or nothing was heard of it for the life of its records.
  var onLost: (HomeEdgeNode) -> Void = { _ in }
  private let loop: EventLoop
  /// Addresses in dots or identifiers that the owner allows; empty for all.
  private var allowed: [String]
  /// How this node is called when it asks for scores.
  private let asker: String
  /// This machine's addresses, those of links too that do not serve the home: no peer is there.
  private var own: Set<IPAddress> = []
  private var ownReadAt: Instant?
  private var hasEnded = false
  private var seconds = 0

  /// Seconds between two pings, as Home Edge has it; one that did not answer is asked each second, so that it is a
  /// candidate again as soon as it is there.
  static let pingInterval = 5
  /// Home Edge takes 13; a node that misses three in a row is not one to start something on.
  static let missLimit = 3
  /// Whoever is on the network can publish any number of names.
  static let limit = 64

  /// Anybody can have records change all the time, and to read our own addresses costs more than to read those.
  private static let ownLife = Interval.seconds(1)

  init(allowed: [String], asker: String, loop: EventLoop) {
    self.allowed = allowed
    self.asker = asker
    self.loop = loop
  }

  func begin() {
    loop.after(.seconds(1)) {
      guard !self.hasEnded else { return }
      self.begin()
      self.seconds &+= 1
      for node in self.nodes
      where !node.isBusy && (node.isAlive == false || self.seconds % Self.pingInterval == 0) {
        self.ping(node)
      }
    }
  }

  func end() {
    hasEnded = true
    for node in nodes { node.close() }
    nodes = []
  }

  /// Takes a node's records as they are now.
  func take(_ peer: DiscoveredPeer) {
    guard !hasEnded, isAllowed(peer) else { return }
    var peer = peer
    if ownReadAt.map({ loop.now - $0 >= Self.ownLife }) ?? true {
      ownReadAt = loop.now
      own = LocalAddresses.read(root: "").all
    }
    peer.addresses.removeAll { own.contains(IPAddress(bytes: $0.address.bytes)) }
    if let node = node(peer.id) {
      if node.take(peer) || node.isAlive == false { return ping(node) }
      if node.isAlive == true { onChange(node) }
    } else if nodes.count < Self.limit, !peer.addresses.isEmpty {
      let node = HomeEdgeNode(peer, loop: loop)
      nodes.append(node)
      ping(node)
    }
  }

  /// Lets others in from now on; those that were let in before are taken anew.
  func allow(_ allowed: [String]) {
    self.allowed = allowed
    for id in nodes.map({ $0.id }) { lose(id) }
  }

  private func isAllowed(_ peer: DiscoveredPeer) -> Bool {
    allowed.isEmpty || allowed.contains(peer.id)
      || peer.addresses.contains { allowed.contains(IPAddress(bytes: $0.address.bytes).text) }
  }

  func lose(_ id: String) {
    guard let index = nodes.firstIndex(where: { $0.id == id }) else { return }
    let node = nodes.remove(at: index)
    node.close()
    onLost(node)
  }

  func node(_ id: String) -> HomeEdgeNode? {
    nodes.first { $0.id == id }
  }

  func node(at ip: IPAddress) -> HomeEdgeNode? {
    nodes.first { $0.has(ip) }
  }

  private func ping(_ node: HomeEdgeNode) {
    node.isBusy = true
    node.ping { isThere in
      node.isBusy = false
      guard !self.hasEnded, self.node(node.id) === node else { return }
      node.misses = isThere ? 0 : min(node.misses + 1, Self.missLimit)
      let isAlive = isThere || node.isAlive == true && node.misses < Self.missLimit
      if isThere, node.wantsScore(at: self.loop.now) {
        node.evaluate(byResource: false, asker: self.asker) { _ in
          if self.node(node.id) === node { self.onChange(node) }
        }
      }
      if isAlive == node.isAlive {
        if isThere { self.onChange(node) }
        return
      }
      if node.isAlive != nil || !isAlive {
        let what = isAlive ? "answers again" : "does not answer"
        Log.info("a Home Edge node \(what): \(node.id) at \(node.address)")
      }
      node.isAlive = isAlive
      self.onChange(node)
    }
  }

  /// Asks all of `nodes` at once; `then` is called when every one has answered or its time is over.
  func evaluate(_ nodes: [HomeEdgeNode], byResource: Bool, then: @escaping () -> Void) {
    var open = nodes.count
    if open == 0 { return then() }
    for node in nodes {
      node.evaluate(byResource: byResource, asker: asker) { _ in
        open -= 1
        if open == 0 { then() }
      }
    }
  }
}
