import Basics
import Mesh
import Platform
import Settings
import Wire

/// This node's part in the home: joins discovery, membership and the home key to interfaces and times.
final class Home {
  /// The home's secret, for TLS between nodes.
  let keys: HomeKey
  /// Called for every news of a peer, from the loop.
  var onPeerEvent: (PeerEvent) -> Void = { _ in }
  /// Called for every news of Home Edge's own nodes, from the loop.
  var onHomeEdgeEvent: (HomeEdgeEvent) -> Void = { _ in }
  /// Called when the home key is another one: connections made with the old key are to be made anew.
  var onKeyChange: () -> Void = {}
  /// What is wrong with this node's place in the home, for people; empty as a rule.
  private(set) var complaints: [String] = []

  private let loop: EventLoop
  private let configuration: Configuration
  private let writer: DiskWriter
  private let discovery: DiscoveryShell
  private let heartbeats: HeartbeatShell
  private var watcher: InterfaceWatcher?
  private var interfaces: [UsableInterface] = []
  private var timer: EventLoop.TimerID?
  private var timerDue = Instant(nanoseconds: .max)
  private var hasEnded = false
  /// What was complained of when a socket could not be opened, so that it is said once.
  private var socketError = ""

  /// Between two tries to open the sockets that could not be opened.
  private static let socketPause = Interval.seconds(10)
  /// The port of the node-to-node API where the configuration names none.
  private static let internalPort: UInt16 = 56002

  /// - Parameter identity: `edge-orchestration-<uuid>`.
  init(
    configuration: Configuration, identity: String, loop: EventLoop, writer: DiskWriter
  ) throws(HomeKeyError) {
    guard let id = NodeID(identity: identity) else {
      throw HomeKeyError("\(identity) is no identity of a node")
    }
    self.loop = loop
    self.configuration = configuration
    self.writer = writer
    keys = try HomeKey(configuration: configuration)
    let ports = configuration.internalAddresses.compactMap { SocketAddress.parse($0)?.port }
    heartbeats = HeartbeatShell(
      id: id, keys: keys, port: configuration.heartbeatPort, internalPort: ports.first ?? Self.internalPort,
      loop: loop)
    discovery = DiscoveryShell(uuid: id.uuid, loop: loop)
    heartbeats.onEvent = { self.onPeerEvent($0) }
    heartbeats.onDue = { self.arm() }
    heartbeats.onComplaint = { self.complaints.append($0) }
    discovery.onEvent = { self.onHomeEdgeEvent($0) }
    discovery.onDue = { self.arm() }
  }

  /// Opens what is needed and announces this node; a machine without any network joins when it has one.
  func begin() throws(SystemError) {
    openSockets()
    let watcher = try InterfaceWatcher(allowed: configuration.interfaces, loop: loop) {
      self.interfacesChanged($0)
    }
    self.watcher = watcher
    watcher.dump()
    heartbeats.announce(at: Clock.now())
    loop.after(HomeKey.interval) { self.lookAtKeys() }
  }

  /// Says goodbye to peers and browsers.
  func end() {
    guard !hasEnded else { return }
    heartbeats.end()
    discovery.end()
    hasEnded = true
    if let timer { loop.cancel(timer) }
    watcher?.close()
    discovery.close()
    heartbeats.close()
  }

  // MARK: - What this node says

  /// What the next heartbeats say. Addresses and port of the details are filled in on the way.
  func publish(load: NodeLoad, details: NodeDetails, isNews: Bool) {
    guard !hasEnded else { return }
    heartbeats.publish(load: load, details: details, isNews: isNews)
  }

  /// The hash of the facts that was said last.
  var facts: UInt32 { heartbeats.facts }

  /// The names that browsers and Home Edge nodes see.
  func servicesChanged(_ services: [String]) {
    discovery.servicesChanged(services)
  }

  // MARK: - Questions

  /// Takes what peers have said and was not read yet, for who is about to decide by it.
  func readWaiting() {
    heartbeats.readWaiting()
  }

  /// All nodes that are known, dead ones too, without this one.
  var peers: [Peer] { heartbeats.peers }

  func peer(_ id: NodeID) -> Peer? {
    heartbeats.peer(id)
  }

  /// Nodes with another home key that are heard now.
  var strangers: [Strangers.Stranger] { heartbeats.presentStrangers() }

  /// Nodes of Home Edge itself, or of anything else that publishes its service.
  var homeEdgePeers: [DiscoveredPeer] { discovery.homeEdgePeers }

  /// Where to reach a peer's API: the address that its packets come from, then those it names, without repetitions.
  func addresses(of id: NodeID) -> [SocketAddress] {
    guard let peer = peer(id), peer.details.port > 0 else { return [] }
    var found: [PeerAddress] = []
    // A bridge of containers or of virtual machines has the same address on every machine.
    let own = LocalAddresses.read(root: "").all
    for address in [peer.endpoint.address] + peer.details.addresses
    where !found.contains(address) && address.isOfAnotherHost
      && !own.contains(IPAddress(bytes: address.bytes))
    {
      // The interface of a link-local address is known only where its packets come from there.
      if !address.needsInterface || peer.endpoint.interface > 0 { found.append(address) }
    }
    return found.map { SocketAddress($0, port: peer.details.port, interface: peer.endpoint.interface) }
  }

  // MARK: - Interfaces and sockets

  /// Serves the home on these interfaces from now on; on all that suit where there are none.
  func use(interfaces: [String]) {
    watcher?.use(interfaces)
  }

  /// Opens the sockets that are not open yet; without IPv6 in the kernel, or with the port taken, the others serve.
  private func openSockets() {
    var errors: [String] = []
    for family in [MulticastSocket.Family.ipv4, .ipv6] {
      if let error = discovery.open(family) { errors.append(error.description) }
      if let error = heartbeats.open(family) { errors.append(error.description) }
    }
    joinGroups()
    let text = joined(errors)
    if text != socketError {
      if !text.isEmpty { Log.error("not in the home as it should be: \(text)") }
      complaints.removeAll { $0 == socketError }
      if !text.isEmpty { complaints.append(text) }
      socketError = text
    }
    if !errors.isEmpty { loop.after(Self.socketPause) { if !self.hasEnded { self.openSockets() } } }
  }

  private func joinGroups() {
    discovery.joinGroups(on: interfaces)
    heartbeats.joinGroups(on: interfaces)
  }

  private func interfacesChanged(_ now: [UsableInterface]) {
    guard !hasEnded else { return }
    let before = interfaces
    interfaces = now
    joinGroups()
    Log.info(
      !heartbeats.isOpen
        ? "not in the home: no socket for its heartbeats"
        : now.isEmpty
          ? "no network interface serves the home now"
          : "in the home on "
            + joined(now.map { "\($0.name) (\(IPAddress(bytes: $0.addresses[0].bytes).text))" }))
    let time = Clock.now()
    discovery.interfacesChanged(now, at: time)
    heartbeats.interfacesChanged(now)
    let isNew = now.contains { interface in
      !before.contains { $0.index == interface.index && $0.hasIPv4 == interface.hasIPv4 }
    }
    if isNew { heartbeats.announce(at: time) }
  }

  // MARK: - Keys

  private func lookAtKeys() {
    guard !hasEnded else { return }
    writer.look(keys.patterns, since: keys.stamp) { files in
      guard !self.hasEnded else { return }
      self.loop.after(HomeKey.interval) { self.lookAtKeys() }
      if let files, self.keys.take(files) { self.keysChanged() }
    }
  }

  private func keysChanged() {
    heartbeats.use(keys)
    Log.info(
      "the home key is \(HomeKey.identity(of: keys.current))"
        + (keys.accepted.isEmpty
          ? "" : "; accepted too: " + joined(keys.accepted.map { HomeKey.identity(of: $0) })))
    onKeyChange()
  }

  // MARK: - Time

  /// One timer for both machines, set anew only where they want to be called earlier than it fires.
  private func arm() {
    guard !hasEnded, let due = earlier(discovery.nextDue, heartbeats.nextDue), due < timerDue else { return }
    if let timer { loop.cancel(timer) }
    timerDue = due
    timer = loop.after(max(.zero, due - Clock.now())) {
      self.timer = nil
      self.timerDue = Instant(nanoseconds: .max)
      self.tick()
    }
  }

  private func tick() {
    let now = Clock.now()
    discovery.tick(at: now)
    heartbeats.tick(at: now)
    arm()
  }

  private func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
  }
}
