import Basics
import Mesh
import Platform
import Settings

/// Carries out what membership wants: seals, sends, receives and opens the heartbeats of the home.
final class HeartbeatShell {
  /// Called for each change, from the loop.
  var onEvent: (PeerEvent) -> Void = { _ in }
  /// Called after each of membership's events: `nextDue` may be another now.
  var onDue: () -> Void = {}
  /// Called when this node's place in the home is wrong, with a sentence for people.
  var onComplaint: (String) -> Void = { _ in }

  private var membership: Membership
  private var sealer: Sealer
  private var strangers = Strangers()
  private var sockets: SocketPair
  private var interfaces: [UsableInterface] = []
  private var details = NodeDetails()
  private var load = NodeLoad(score: 0, runs: 0)
  private let internalPort: UInt16

  /// Heartbeats are read in groups of this time, which halves how often the loop wakes: 9 times a second with
  /// 8 peers. It is half of a check, in which a ping is answered so late at most. Who checks a peer, judges
  /// its silence or chooses a node reads at once.
  private static let coalescing = Interval.milliseconds(200)

  /// - Parameters:
  ///   - port: of the heartbeats.
  ///   - internalPort: the TCP port that others reach this node's API by.
  init(id: NodeID, keys: HomeKey, port: UInt16, internalPort: UInt16, loop: EventLoop) {
    self.internalPort = internalPort
    details.port = internalPort
    sealer = Sealer(key: keys.current, salt: Clock.random())
    sealer.use(keys.current, accepting: keys.accepted)
    membership = Membership(id: id, details: details, seed: Clock.random(), at: Clock.now())
    sockets = SocketPair(port: port, isShared: false, loop: loop)
  }

  /// Opens the socket of a family where it is not open yet; what went wrong.
  func open(_ family: MulticastSocket.Family) -> SystemError? {
    sockets.open(
      family, coalescing: { self.membership.expectsAnswers ? .zero : Self.coalescing },
      handle: { self.received($0, $1) })
  }

  /// Whether there is any socket.
  var isOpen: Bool { !sockets.isEmpty }

  func joinGroups(on interfaces: [UsableInterface]) {
    sockets.joinGroups(on: interfaces)
  }

  /// Seals with the home's key of now, and opens with the others that the home accepts.
  func use(_ keys: HomeKey) {
    sealer.use(keys.current, accepting: keys.accepted)
  }

  func announce(at now: Instant) {
    perform(membership.announce(at: now))
  }

  /// Says goodbye to peers.
  func end() {
    perform(membership.leave(at: Clock.now()))
  }

  /// After `end`: hears nothing more.
  func close() {
    sockets.close()
  }

  // MARK: - What this node says

  /// What the next heartbeats say. Addresses and port of the details are filled in here.
  func publish(load: NodeLoad, details: NodeDetails, isNews: Bool) {
    self.load = load
    self.details = details
    update(isNews: isNews)
  }

  /// Sends by these interfaces from now on, and tells others the addresses that this node has there.
  func interfacesChanged(_ interfaces: [UsableInterface]) {
    self.interfaces = interfaces
    update(isNews: false)
  }

  /// The hash of the facts that was said last.
  var facts: UInt32 { details.facts }

  private func update(isNews: Bool) {
    details.port = internalPort
    details.addresses = []
    for interface in interfaces {
      for address in interface.addresses where !address.isDeprecated {
        details.addresses.append(PeerAddress(bytes: address.bytes))
      }
    }
    // Addresses of the link alone come last: they are of use only to those on the same link.
    details.addresses =
      details.addresses.filter { !$0.needsInterface } + details.addresses.filter { $0.needsInterface }
    details.addresses = Array(details.addresses.prefix(NodeDetails.maximumAddresses))
    membership.update(load: load, details: details, isNews: isNews, at: Clock.now())
    onDue()
  }

  // MARK: - Questions

  /// Takes what peers have said and was not read yet, for who is about to decide by it.
  func readWaiting() {
    sockets.readWaiting()
  }

  /// All nodes that are known, dead ones too, without this one.
  var peers: [Peer] { membership.peers }

  func peer(_ id: NodeID) -> Peer? {
    membership.peer(id)
  }

  /// Nodes with another home key that are heard now.
  func presentStrangers() -> [Strangers.Stranger] {
    strangers.present(at: Clock.now())
  }

  // MARK: - Time

  /// When membership wants to be called next.
  var nextDue: Instant? { membership.nextDue }

  /// Does what is due.
  func tick(at now: Instant) {
    guard let due = membership.nextDue, due <= now else { return }
    // Nobody is silent whose heartbeat waits to be read.
    readWaiting()
    perform(membership.tick(at: Clock.now()))
    if membership.expectsAnswers { sockets.wake() }
  }

  // MARK: - Packets

  private func received(_ bytes: [UInt8], _ origin: DatagramOrigin) {
    // What came through a router with its last hop is still of the home; none at all is no packet of a network.
    guard origin.hops ?? 1 > 0 else { return }
    let address = PeerAddress(bytes: origin.address)
    switch sealer.open(bytes, from: address) {
    case .payload(let payload):
      let endpoint = Mesh.PeerEndpoint(
        address: address, port: origin.port, interface: address.needsInterface ? origin.interface : 0)
      perform(membership.received(payload, from: endpoint, at: Clock.now()))
    case .foreign(let report):
      strangers.heard(bytes, from: address, at: Clock.now())
      if report { Log.warning("node at \(address.text) has another home key") }
    case .own, .replayed, .malformed:
      break
    }
  }

  /// To all: by IPv4 where the interface has it, else by IPv6; by both where a peer has no IPv4, and in introductions,
  /// so that nodes of either kind learn of each other.
  private func multicast(_ payload: [UInt8]) {
    guard !interfaces.isEmpty, let packet = sealer.seal(payload) else { return }
    let needsBoth = Membership.isIntroduction(payload) || membership.hasPeerWithoutIPv4
    for interface in interfaces {
      if interface.hasIPv4 { sockets[.ipv4]?.multicast(packet, interface: interface.index) }
      if interface.hasIPv6, needsBoth || !interface.hasIPv4 {
        sockets[.ipv6]?.multicast(packet, interface: interface.index)
      }
    }
  }

  private func unicast(_ payload: [UInt8], to endpoint: Mesh.PeerEndpoint) {
    guard let packet = sealer.seal(payload) else { return }
    let address = endpoint.address.bytes
    sockets[address.count == 4 ? .ipv4 : .ipv6]?
      .send(packet, to: address, port: endpoint.port, interface: endpoint.interface)
  }

  // MARK: - Directives

  private func perform(_ directives: [MembershipDirective]) {
    for directive in directives {
      switch directive {
      case .multicast(let payload): multicast(payload)
      case .unicast(let payload, let endpoint): unicast(payload, to: endpoint)
      case .event(let event):
        log(event)
        onEvent(event)
      case .duplicateID(let endpoint):
        let text =
          "another device, at \(endpoint.address.text), uses this node's id; remove the node-id of one of them"
        Log.error(text)
        onComplaint(text)
      }
    }
    onDue()
  }

  /// What people want to read in the log: who came and who went.
  private func log(_ event: PeerEvent) {
    func write(_ what: StaticString, _ id: NodeID) {
      let place = membership.peer(id).map { " at \($0.endpoint.address.text)" } ?? ""
      Log.info("a peer \(what): \(id.identity)\(place)")
    }
    switch event {
    case .appeared(let id): write("appeared", id)
    case .died(let id): write("died", id)
    case .left(let id): write("left", id)
    case .returned(let id): write("returned", id)
    case .changed, .suspected, .recovered: break
    }
  }
}
