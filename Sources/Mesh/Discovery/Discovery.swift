package import Basics
package import Wire

/// Multicast DNS and service discovery of one node (RFC 6762, RFC 6763), with Home Edge's record set, as a state
/// machine without I/O: events and the time go in, packets to send and news of peers come out.
///
/// After every event `nextDue` says when `tick(at:)` is wanted. Time never runs backwards.
package final class Discovery {
  var records: DiscoveryRecordSet
  var links: [Link] = []
  var table = PeerTable()
  var random: SplitMix64
  let limits: DiscoveryLimits
  var directives: [DiscoveryDirective] = []
  /// When names were lost last, for the limit on renaming (RFC 6762 8.1).
  var conflicts: [Instant] = []
  /// Whether names were lost so often that each further try waits, until one succeeds.
  var isSlowed = false
  /// Hashes of what was multicast last, by which the loop's copies are known.
  private var sentHashes = [UInt64](repeating: 0, count: 32)
  private var sentCount = 0
  private var isStopped = false
  /// When the services last changed and were told, for the gap between updates.
  var updateDue: Instant?

  /// - Parameter seed: of the delays; different on every node and start.
  package init(identity: DiscoveryIdentity, seed: UInt64, limits: DiscoveryLimits = DiscoveryLimits()) {
    records = DiscoveryRecordSet(identity)
    random = SplitMix64(seed: seed)
    self.limits = limits
  }

  /// The node's id on the network: `edge-orchestration-<uuid>`, with a number behind it after a conflict.
  package var id: String { records.id }

  /// The node's host name, `edge-<uuid>.local.`.
  package var host: String { records.host.text }

  /// Every peer that was found and not lost, in the order of finding but for those that filled gaps.
  package var peers: [DiscoveredPeer] {
    table.all.filter { $0.isReported }.map { value(of: $0) }
  }

  /// When `tick(at:)` is wanted next; nil where nothing is planned.
  package var nextDue: Instant? {
    guard !isStopped else { return nil }
    var result = earliest(table.earliestDue, updateDue)
    for link in links { result = earliest(result, link.nextDue) }
    return result
  }

  /// Says which interfaces there are now: all of them, after every change.
  ///
  /// On new ones and on those whose addresses changed the names are probed and announced and the peers asked for;
  /// no peer is forgotten.
  package func interfacesChanged(
    _ interfaces: [DiscoveryInterface], at now: Instant
  ) -> [DiscoveryDirective] {
    guard !isStopped else { return [] }
    var kept: [Link] = []
    for var interface in interfaces.prefix(limits.interfaces) where !interface.addresses.isEmpty {
      interface.addresses = Array(interface.addresses.prefix(DiscoveryInterface.addressLimit))
      guard !kept.contains(where: { $0.interface.index == interface.index }) else { continue }
      let known = links.first { $0.interface.index == interface.index }
      let link = known ?? Link(interface)
      if known == nil || link.interface.addresses != interface.addresses {
        link.interface = interface
        startProbing(link, at: now, after: random.interval(0, 250))
        link.queryInterval = .zero
        link.nextQuery = now + random.interval(20, 120)
      }
      link.interface.name = interface.name
      kept.append(link)
    }
    links = kept
    judgeAddresses(at: now)
    return take()
  }

  /// Says which services the node offers now; they are announced with everything else, at most once a second.
  package func servicesChanged(_ services: [String], at now: Instant) -> [DiscoveryDirective] {
    let before = records.text
    let leftOut = records.setServices(services)
    if !leftOut.isEmpty { directives.append(.leftOut(leftOut)) }
    if records.text != before, updateDue == nil { updateDue = now }
    return take() + tick(at: now)
  }

  /// A packet to port 5353; whatever it holds, it costs bounded time and memory.
  package func received(
    _ bytes: [UInt8], from origin: DiscoveryOrigin, at now: Instant
  ) -> [DiscoveryDirective] {
    if origin.port == 5353, isOwnAddress(origin.address), sentHashes.contains(Discovery.hash(bytes)) {
      return []
    }
    guard let message = try? DNSMessage(decoding: bytes) else { return [] }
    return received(message, from: origin, at: now)
  }

  /// A packet that was decoded already.
  package func received(
    _ message: DNSMessage, from origin: DiscoveryOrigin, at now: Instant
  ) -> [DiscoveryDirective] {
    guard !isStopped, message.opcode == 0, message.responseCode == 0,
      let link = links.first(where: { $0.interface.index == origin.interface }), link.isNeighbour(origin)
    else { return [] }
    if message.isResponse {
      // RFC 6762 6: responses come from port 5353 or from nobody.
      guard origin.port == 5353 else { return [] }
      if handleConflicts(message, on: link, at: now) { return take() }
      if origin.isMulticast { dropAnswered(message, on: link) }
    } else {
      compareProbes(message, on: link, at: now)
      noteQuestions(message, from: origin, on: link, at: now)
      answer(message, from: origin, on: link, at: now)
    }
    learn(message, on: link, at: now)
    return take()
  }

  /// Does what is due.
  package func tick(at now: Instant) -> [DiscoveryDirective] {
    guard !isStopped else { return [] }
    if let due = updateDue, due <= now { update(at: now) }
    for link in links {
      if let due = link.phaseDue, due <= now { advance(link, at: now) }
      sendDelayedReplies(on: link, at: now)
      sendDue(on: link, at: now)
      if let due = link.nextAdvertise, due <= now { advertise(on: link, at: now) }
      if let due = link.nextQuery, due <= now { askForPeers(on: link, at: now) }
    }
    if let due = table.earliestDue, due <= now { tendPeers(at: now) }
    return take()
  }

  /// Says goodbye on every interface; afterwards every event is ignored (RFC 6762 10.1).
  package func stop(at now: Instant) -> [DiscoveryDirective] {
    guard !isStopped else { return [] }
    for link in links { sayGoodbye(on: link, at: now) }
    isStopped = true
    links = []
    return take()
  }

  private func take() -> [DiscoveryDirective] {
    defer { directives = [] }
    return directives
  }

  func isOwnAddress(_ address: DNSAddress) -> Bool {
    links.contains { $0.interface.addresses.contains { $0.address == address } }
  }

  // MARK: Sending

  /// Multicasts a packet by the families the link has and the caller wants.
  func multicast(_ bytes: [UInt8], on link: Link, ipv4: Bool = true, ipv6: Bool = true) {
    sentHashes[sentCount % sentHashes.count] = Discovery.hash(bytes)
    sentCount &+= 1
    let index = link.interface.index
    if ipv4, link.interface.hasIPv4 {
      directives.append(.send(bytes, interface: index, to: .multicastIPv4))
    }
    if ipv6, link.interface.hasIPv6 {
      directives.append(.send(bytes, interface: index, to: .multicastIPv6))
    }
  }

  /// A collision loses one packet of a forger who uses our own address.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash = FNV1a()
    for byte in bytes { hash.add(byte) }
    return hash.value
  }

  /// What fits an Ethernet frame with IPv6 and UDP headers.
  static let packetLimit = 1452
}
