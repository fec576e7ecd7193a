import Basics
import Mesh
import Platform
import Wire

/// Carries out what discovery wants, and tells which nodes of Home Edge it has found.
final class DiscoveryShell {
  /// Called for each change, from the loop.
  var onEvent: (HomeEdgeEvent) -> Void = { _ in }
  /// Called after each of discovery's events: `nextDue` may be another now.
  var onDue: () -> Void = {}
  /// When discovery wants to be called next; asking costs more than a heartbeat, so it is asked after its own events only.
  private(set) var nextDue: Instant?

  private let discovery: Discovery
  private var sockets: SocketPair
  /// Names of Home Edge nodes that were told.
  private var homeEdge: Set<String> = []

  /// The port of multicast DNS (RFC 6762 3).
  private static let port: UInt16 = 5353

  init(uuid: String, loop: EventLoop) {
    discovery = Discovery(
      identity: DiscoveryIdentity(uuid: uuid, platform: "docker", executionType: "container"),
      seed: Clock.random())
    // Avahi may be on this machine, and is to hear us.
    sockets = SocketPair(port: Self.port, isShared: true, loop: loop)
  }

  /// Opens the socket of a family where it is not open yet; what went wrong.
  func open(_ family: MulticastSocket.Family) -> SystemError? {
    sockets.open(family) { self.received($0, $1) }
  }

  func joinGroups(on interfaces: [UsableInterface]) {
    sockets.joinGroups(on: interfaces)
  }

  /// Says goodbye to browsers.
  func end() {
    perform(discovery.stop(at: Clock.now()))
  }

  /// After `end`: hears nothing more.
  func close() {
    sockets.close()
  }

  // MARK: - Events

  func interfacesChanged(_ interfaces: [UsableInterface], at now: Instant) {
    perform(
      discovery.interfacesChanged(
        interfaces.map { interface in
          DiscoveryInterface(
            index: Int32(truncatingIfNeeded: interface.index), name: interface.name,
            addresses: interface.addresses.compactMap { address in
              DNSAddress(bytes: address.bytes).map { .init($0, prefix: Int(address.prefix)) }
            })
        }, at: now))
  }

  /// The names that browsers and Home Edge nodes see.
  func servicesChanged(_ services: [String]) {
    perform(discovery.servicesChanged(services, at: Clock.now()))
  }

  /// Does what is due.
  func tick(at now: Instant) {
    if let due = nextDue, due <= now { perform(discovery.tick(at: now)) }
  }

  private func received(_ bytes: [UInt8], _ origin: DatagramOrigin) {
    guard let address = DNSAddress(bytes: origin.address) else { return }
    let source = DiscoveryOrigin(
      address: address, port: origin.port, interface: Int32(truncatingIfNeeded: origin.interface),
      isMulticast: origin.isMulticast, hops: origin.hops)
    perform(discovery.received(bytes, from: source, at: Clock.now()))
  }

  // MARK: - Directives

  private func perform(_ directives: [DiscoveryDirective]) {
    nextDue = discovery.nextDue
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
    onDue()
  }

  private func send(_ bytes: [UInt8], _ interface: UInt32, _ destination: DiscoveryDestination) {
    switch destination {
    case .multicastIPv4: sockets[.ipv4]?.multicast(bytes, interface: interface)
    case .multicastIPv6: sockets[.ipv6]?.multicast(bytes, interface: interface)
    case .unicast(let address, let port):
      sockets[address.isIPv4 ? .ipv4 : .ipv6]?
        .send(bytes, to: address.bytes, port: port, interface: interface)
    }
  }

  // MARK: - Home Edge

  /// Nodes of Home Edge itself, or of anything else that publishes its service.
  var homeEdgePeers: [DiscoveredPeer] {
    discovery.peers.filter { homeEdge.contains($0.id) }
  }

  private func noteHomeEdge(_ peer: DiscoveredPeer) {
    // A Hearth node whose mark has not been heard yet looks like Home Edge for a moment.
    guard peer.kind == .homeEdge else { return loseHomeEdge(peer.id) }
    if homeEdge.insert(peer.id).inserted {
      let place = peer.addresses.first.map { " at \($0.address.text)" } ?? ""
      Log.info("a Home Edge node appeared: \(peer.id)\(place)")
    }
    onEvent(.seen(peer))
  }

  private func loseHomeEdge(_ id: String) {
    guard homeEdge.remove(id) != nil else { return }
    Log.info("a Home Edge node left: \(id)")
    onEvent(.lost(id: id))
  }
}
