import Basics
internal import CLinux
import Mesh
import Platform
import Settings
import Wire

/// This node's part in the home: joins discovery, membership and the home key to sockets, interfaces and times.
final class Home {
  /// The home's secret, for TLS between nodes.
  let keys: HomeKey
  let id: NodeID
  /// Called for every change, from the loop.
  var onEvent: (HomeEvent) -> Void = { _ in }
  /// Called when the home key is another one: connections made with the old key are to be made anew.
  var onKeyChange: () -> Void = {}
  /// What is wrong with this node's place in the home, for people; empty as a rule.
  private(set) var complaints: [String] = []
  /// Datagrams and bytes sent since the start, each copy counted.
  private(set) var sent = (packets: UInt64(0), bytes: UInt64(0))

  private let loop: EventLoop
  private let configuration: Configuration
  private let internalPort: UInt16
  private let discovery: Discovery
  private var membership: Membership
  private var sealer: Sealer
  private var watcher: InterfaceWatcher?
  private var discoverySockets: [MulticastSocket] = []
  private var heartbeatSockets: [MulticastSocket] = []
  private var interfaces: [UsableInterface] = []
  private var details = NodeDetails()
  private var load = NodeLoad(score: 0, runs: 0)
  /// Names of Home Edge nodes that were told.
  private var homeEdge: Set<String> = []
  private var timer: EventLoop.TimerID?
  private var timerDue = Instant(nanoseconds: .max)
  /// When discovery wants to be called next; asking costs more than a heartbeat, so it is asked after its own events only.
  private var discoveryDue: Instant?
  private var hasEnded = false
  /// What was complained of when a socket could not be opened, so that it is said once.
  private var socketError = ""

  private static let socketPause = Interval.seconds(10)
  /// Heartbeats are read in groups of this time, which halves how often the loop wakes: 9 times a second with
  /// 8 peers. It is half of a check, in which a ping is answered so late at most. Who checks a peer, judges
  /// its silence or chooses a node reads at once.
  private static let heartbeatRest = Interval.milliseconds(200)

  /// - Parameter identity: `edge-orchestration-<uuid>`.
  init(configuration: Configuration, identity: String, loop: EventLoop) throws(HomeKeyError) {
    let uuid = identity.dropping("edge-orchestration-".utf8.count)
    guard let id = NodeID(uuid: uuid) else { throw HomeKeyError("\(identity) is no identity of a node") }
    self.id = id
    self.loop = loop
    self.configuration = configuration
    internalPort = configuration.internalAddresses.compactMap { SocketAddress.parse($0)?.port }.first ?? 56002
    keys = try HomeKey(configuration: configuration)
    sealer = Sealer(key: keys.current, salt: Clock.random())
    sealer.use(keys.current, accepting: keys.accepted)
    details.port = internalPort
    membership = Membership(id: id, details: details, seed: Clock.random(), at: Clock.now())
    discovery = Discovery(
      identity: DiscoveryIdentity(uuid: uuid, platform: "docker", executionType: "container"),
      seed: Clock.random())
  }

  /// Opens what is needed and announces this node; a machine without any network joins when it has one.
  func begin() throws(SystemError) {
    openSockets()
    let watcher = try InterfaceWatcher(allowed: configuration.interfaces, loop: loop) {
      self.interfacesChanged($0)
    }
    self.watcher = watcher
    watcher.dump()
    perform(membership.announce(at: Clock.now()))
    loop.after(.seconds(HomeKey.interval)) { self.lookAtKeys() }
  }

  /// Says goodbye to peers and browsers.
  func end() {
    guard !hasEnded else { return }
    let now = Clock.now()
    perform(membership.leave(at: now))
    perform(discovery.stop(at: now))
    hasEnded = true
    if let timer { loop.cancel(timer) }
    watcher?.close()
    for socket in discoverySockets + heartbeatSockets { socket.close() }
  }

  // MARK: - What this node says

  /// What the next heartbeats say. Addresses and port of the details are filled in here.
  func say(load: NodeLoad, details: NodeDetails, isNews: Bool) {
    guard !hasEnded else { return }
    self.load = load
    self.details = details
    tellMembership(isNews: isNews)
  }

  /// The hash of the facts that was said last.
  var facts: UInt32 { details.facts }

  private func tellMembership(isNews: Bool = false) {
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
    arm()
  }

  /// The names that browsers and Home Edge nodes see.
  func servicesChanged(_ services: [String]) {
    perform(discovery.servicesChanged(services, at: Clock.now()))
  }

  // MARK: - Questions

  /// Takes what peers have said and was not read yet, for who is about to decide by it.
  func readWaiting() {
    for socket in heartbeatSockets { socket.readWaiting() }
  }

  /// All nodes that are known, dead ones too, without this one.
  var peers: [Peer] { membership.peers }

  func peer(_ id: NodeID) -> Peer? {
    membership.peer(id)
  }

  /// Nodes of Home Edge itself, or of anything else that publishes its service.
  var homeEdgePeers: [DiscoveredPeer] {
    discovery.peers.filter { homeEdge.contains($0.id) }
  }

  /// Where to reach a peer's API: the address that its packets come from, then those it names, without repetitions.
  func addresses(of id: NodeID) -> [SocketAddress] {
    guard let peer = membership.peer(id), peer.details.port > 0 else { return [] }
    var found: [PeerAddress] = []
    for address in [peer.endpoint.address] + peer.details.addresses
    where !found.contains(address) && address.isOfAnotherHost {
      // The interface of a link-local address is known only where its packets come from there.
      if !address.needsInterface || peer.endpoint.interface > 0 { found.append(address) }
    }
    return found.map { SocketAddress($0, port: peer.details.port, interface: peer.endpoint.interface) }
  }

  // MARK: - Sockets

  /// Opens the sockets that are not open yet; without IPv6 in the kernel, or with the port taken, the others serve.
  private func openSockets() {
    var errors: [String] = []
    func open(
      _ family: MulticastSocket.Family, _ port: UInt16, isShared: Bool, _ list: inout [MulticastSocket],
      rest: @escaping () -> Interval, _ handle: @escaping ([UInt8], DatagramOrigin) -> Void
    ) {
      guard !list.contains(where: { $0.family == family }) else { return }
      do throws(SystemError) {
        // Avahi on this machine is to hear us; our own heartbeats nobody.
        list.append(
          try MulticastSocket(
            family, port: port, isShared: isShared, loopsBack: isShared, loop: loop, rest: rest,
            handle: handle))
      } catch {
        if error.errno != EAFNOSUPPORT { errors.append(error.description) }
      }
    }
    for family in [MulticastSocket.Family.ipv4, .ipv6] {
      open(family, 5353, isShared: true, &discoverySockets, rest: { .zero }) {
        self.discoveryReceived($0, $1)
      }
      open(
        family, configuration.heartbeatPort, isShared: false, &heartbeatSockets,
        rest: { self.membership.expectsAnswers ? .zero : Self.heartbeatRest }
      ) { self.heartbeatReceived($0, $1) }
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
    for socket in discoverySockets + heartbeatSockets {
      let wanted = interfaces.filter { socket.family == .ipv4 ? $0.hasIPv4 : $0.hasIPv6 }
      socket.setInterfaces(Set(wanted.map { $0.index }))
    }
  }

  private func interfacesChanged(_ now: [UsableInterface]) {
    guard !hasEnded else { return }
    let before = interfaces
    interfaces = now
    joinGroups()
    Log.info(
      heartbeatSockets.isEmpty
        ? "not in the home: no socket for its heartbeats"
        : now.isEmpty
          ? "no network interface serves the home now"
          : "in the home on "
            + joined(now.map { "\($0.name) (\(IPAddress(bytes: $0.addresses[0].bytes).text))" }))
    let time = Clock.now()
    perform(
      discovery.interfacesChanged(
        now.map { interface in
          DiscoveryInterface(
            index: Int32(truncatingIfNeeded: interface.index), name: interface.name,
            addresses: interface.addresses.compactMap { address in
              DNSAddress(bytes: address.bytes).map { .init($0, prefix: Int(address.prefix)) }
            })
        }, at: time))
    tellMembership()
    let isNew = now.contains { interface in
      !before.contains { $0.index == interface.index && $0.hasIPv4 == interface.hasIPv4 }
    }
    if isNew { perform(membership.announce(at: time)) }
  }

  private func lookAtKeys() {
    guard !hasEnded else { return }
    loop.after(.seconds(HomeKey.interval)) { self.lookAtKeys() }
    guard keys.refresh() else { return }
    sealer.use(keys.current, accepting: keys.accepted)
    Log.info(
      "the home key is \(HomeKey.identity(of: keys.current))"
        + (keys.accepted.isEmpty
          ? "" : "; accepted too: " + joined(keys.accepted.map { HomeKey.identity(of: $0) })))
    onKeyChange()
  }

  /// Serves the home on these interfaces from now on; on all that suit where there are none.
  func use(interfaces: [String]) {
    watcher?.use(interfaces)
  }

  // MARK: - Packets

  private func discoveryReceived(_ bytes: [UInt8], _ origin: DatagramOrigin) {
    guard let address = DNSAddress(bytes: origin.address) else { return }
    let source = DiscoveryOrigin(
      address: address, port: origin.port, interface: Int32(truncatingIfNeeded: origin.interface),
      isMulticast: origin.isMulticast, hops: origin.hops)
    perform(discovery.received(bytes, from: source, at: Clock.now()))
  }

  private func heartbeatReceived(_ bytes: [UInt8], _ origin: DatagramOrigin) {
    // What came through a router with its last hop is still of the home; none at all is no packet of a network.
    guard origin.hops ?? 1 > 0 else { return }
    let address = PeerAddress(bytes: origin.address)
    switch sealer.open(bytes, from: address) {
    case .payload(let payload):
      let endpoint = Mesh.PeerEndpoint(
        address: address, port: origin.port, interface: address.needsInterface ? origin.interface : 0)
      perform(membership.received(payload, from: endpoint, at: Clock.now()))
    case .foreign(let report):
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
      for socket in heartbeatSockets {
        let isWanted =
          socket.family == .ipv4
          ? interface.hasIPv4 : interface.hasIPv6 && (needsBoth || !interface.hasIPv4)
        guard isWanted else { continue }
        socket.multicast(packet, interface: interface.index)
        count(packet)
      }
    }
  }

  private func unicast(_ payload: [UInt8], to endpoint: Mesh.PeerEndpoint) {
    guard let packet = sealer.seal(payload) else { return }
    let address = endpoint.address.bytes
    let family = address.count == 4 ? MulticastSocket.Family.ipv4 : .ipv6
    heartbeatSockets.first { $0.family == family }?
      .send(packet, to: address, port: endpoint.port, interface: endpoint.interface)
    count(packet)
  }

  private func count(_ packet: [UInt8]) {
    sent.packets &+= 1
    sent.bytes &+= UInt64(packet.count)
  }

  // MARK: - Directives

  private func perform(_ directives: [MembershipDirective]) {
    for directive in directives {
      switch directive {
      case .multicast(let payload): multicast(payload)
      case .unicast(let payload, let endpoint): unicast(payload, to: endpoint)
      case .appeared(let id): tell(.appeared(id), "appeared", id)
      case .changed(let id): onEvent(.changed(id))
      case .suspected(let id): onEvent(.suspected(id))
      case .trusted(let id): onEvent(.trusted(id))
      case .died(let id): tell(.died(id), "died", id)
      case .left(let id): tell(.left(id), "left", id)
      case .returned(let id): tell(.returned(id), "returned", id)
      case .twin(let endpoint):
        let text =
          "another device, at \(endpoint.address.text), uses this node's id; remove the node-id of one of them"
        Log.error(text)
        complaints.append(text)
      }
    }
    arm()
  }

  private func tell(_ event: HomeEvent, _ verb: StaticString, _ id: NodeID) {
    let address = membership.peer(id)?.endpoint.address.text ?? "-"
    Log.info("PEER \(verb) edge-orchestration-\(id.uuid) \(address)")
    onEvent(event)
  }

  private func perform(_ directives: [DiscoveryDirective]) {
    discoveryDue = discovery.nextDue
    for directive in directives {
      switch directive {
      case .send(let bytes, let interface, let destination):
        send(bytes, UInt32(truncatingIfNeeded: interface), destination)
      case .found(let peer), .changed(let peer): noteHomeEdge(peer)
      case .lost(let id): loseHomeEdge(id)
      case .renamed(let id, let host):
        Log.warning("others hold this node's names; in multicast DNS it is \(id) on \(host) now")
      case .leftOut(let names):
        Log.warning("no room in the multicast DNS record for the services \(joined(names))")
      }
    }
    arm()
  }

  private func send(_ bytes: [UInt8], _ interface: UInt32, _ destination: DiscoveryDestination) {
    switch destination {
    case .multicastIPv4:
      discoverySockets.first { $0.family == .ipv4 }?.multicast(bytes, interface: interface)
    case .multicastIPv6:
      discoverySockets.first { $0.family == .ipv6 }?.multicast(bytes, interface: interface)
    case .unicast(let address, let port):
      let family = address.isIPv4 ? MulticastSocket.Family.ipv4 : .ipv6
      discoverySockets.first { $0.family == family }?
        .send(bytes, to: address.bytes, port: port, interface: interface)
    }
  }

  private func noteHomeEdge(_ peer: DiscoveredPeer) {
    // A Hearth node whose mark has not been heard yet looks like Home Edge for a moment.
    guard peer.kind == .homeEdge else { return loseHomeEdge(peer.id) }
    let isNew = homeEdge.insert(peer.id).inserted
    if isNew {
      let address = peer.addresses.first?.address.text ?? "-"
      Log.info("HOME EDGE appeared \(peer.id) \(address)")
    }
    onEvent(isNew ? .homeEdgeFound(peer.id) : .homeEdgeChanged(peer.id))
  }

  private func loseHomeEdge(_ id: String) {
    guard homeEdge.remove(id) != nil else { return }
    Log.info("HOME EDGE left \(id)")
    onEvent(.homeEdgeLost(id))
  }

  // MARK: - Time

  /// One timer for both machines, set anew only where they want to be called earlier than it fires.
  private func arm() {
    guard !hasEnded, let due = earlier(discoveryDue, membership.nextDue), due < timerDue else { return }
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
    if let due = discoveryDue, due <= now { perform(discovery.tick(at: now)) }
    if let due = membership.nextDue, due <= now {
      // Nobody is silent whose heartbeat waits to be read.
      readWaiting()
      perform(membership.tick(at: Clock.now()))
      if membership.expectsAnswers { for socket in heartbeatSockets { socket.wake() } }
    }
    arm()
  }

  private func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
  }
}
