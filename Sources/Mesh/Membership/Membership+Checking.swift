import Basics

extension Membership {
  /// How long a peer may be silent, as far as this node can tell.
  func silence(of peer: Peer) -> Interval {
    let allowed = peer.period / 10 * settings.silencePeriodsInTenths + settings.silenceMargin
    return allowed * (2 + localHealth) / 2 + peer.slack
  }

  /// The silence from which another's doubt is believed: one heartbeat is missing here, too.
  func doubtfulSilence(of peer: Peer) -> Interval {
    peer.period / 10 * settings.doubtfulPeriodsInTenths + peer.slack
  }

  /// A span of checking, longer while this node does badly itself.
  private func patient(_ interval: Interval) -> Interval {
    interval * (1 + localHealth)
  }

  /// Advances the checks of all peers and finds when the next step is due.
  mutating func checkPeers(_ now: Instant) {
    peersDue = nil
    var forgotten = false
    for position in peers.indices {
      guard peers[position].isCounted else {
        if isForgettable(peers[position], now) { forgotten = true }
        continue
      }
      checkPeer(position, now)
    }
    if forgotten { forgetOldest(now) }
  }

  private mutating func checkPeer(_ position: Int, _ now: Instant) {
    let time = awake(now)
    switch peers[position].check {
    case .none:
      let due = peers[position].heard + silence(of: peers[position])
      guard due <= time else { return wake(at: due) }
      let spread: Interval =
        homeSize <= 2 ? .zero : homeSize <= settings.smallHome ? settings.checkSpread : peers[position].period
      let start = time + random.below(spread)
      peers[position].check = .waiting(until: start)
      if start <= time { checkPeer(position, now) } else { wake(at: start) }
    case .waiting(let until):
      guard until <= time else { return wake(at: until) }
      startAsking(position, now)
    case .asking(let asking):
      if peers[position].state == .suspect {
        let end = asking.since + suspicion(of: peers[position])
        if end <= time { return markDead(position, now, gossips: true) }
        wake(at: end)
      } else {
        let end = asking.since + patient(settings.checkTime)
        if end <= time { return suspect(position, now, gossips: true) }
        wake(at: end)
      }
      if asking.nextStep <= time { ask(position, asking, now) } else { wake(at: asking.nextStep) }
    }
  }

  private mutating func wake(at time: AwakeInstant) {
    peersDue = min(peersDue ?? time, time)
  }

  /// Makes sure that a peer is looked at when its silence has lasted too long.
  mutating func watch(_ peer: Peer) {
    wake(at: peer.heard + silence(of: peer))
  }

  mutating func startAsking(_ position: Int, _ now: Instant) {
    let asking = Peer.Asking(since: awake(now), nextStep: awake(now))
    peers[position].check = .asking(asking)
    wake(at: asking.since + patient(settings.checkTime))
    ask(position, asking, now)
  }

  /// One step of a check: a ping each time, and requests to others at the second.
  private mutating func ask(_ position: Int, _ asking: Peer.Asking, _ now: Instant) {
    var asking = asking
    unicast(message(.ping), to: peers[position].endpoint)
    if asking.steps == 1 {
      var request = message(.pingRequest)
      request.target = peers[position].id
      request.known = peers[position].evidence
      for helper in helpers(for: position) {
        unicast(request, to: peers[helper].endpoint)
        asking.owed += 1
      }
    }
    asking.steps += 1
    asking.nextStep = awake(now) + settings.checkStep
    peers[position].check = .asking(asking)
    wake(at: asking.nextStep)
  }

  /// Some live peers, chosen at random.
  private mutating func helpers(for target: Int) -> [Int] {
    var chosen: [Int] = []
    let first = Int(random.below(Int64(peers.count)))
    for offset in peers.indices where chosen.count < settings.indirectPeers {
      let position = (first + offset) % peers.count
      if position != target, peers[position].state == .alive { chosen.append(position) }
    }
    return chosen
  }

  /// How long a suspicion lasts: the shorter, the more others share it.
  private func suspicion(of peer: Peer) -> Interval {
    let expected = max(0, min(settings.confirmations, counted - 1, Peer.confirmationLimit))
    let shares = min(peer.confirmationCount, expected)
    // ln(shares + 1) / ln(expected + 1), in thousandths.
    let certainty =
      switch (expected, shares) {
      case (1, 1), (2, 2), (3, 3): 1000
      case (2, 1): 631
      case (3, 1): 500
      case (3, 2): 792
      default: 0
      }
    let range = settings.longestSuspicion - settings.shortestSuspicion
    return patient(settings.longestSuspicion - range / 1000 * certainty)
  }

  /// - Parameter gossips: whether to tell the others, since this node has found it out by itself.
  mutating func suspect(_ position: Int, _ now: Instant, gossips: Bool) {
    var asking = Peer.Asking(since: awake(now), nextStep: awake(now))
    if case .asking(let before) = peers[position].check {
      if before.owed > 0 { worsen() }
      asking.nextStep = before.nextStep
    }
    peers[position].state = .suspect
    peers[position].check = .asking(asking)
    out.append(.event(.suspected(peers[position].id)))
    wake(at: asking.nextStep)
    wake(at: asking.since + suspicion(of: peers[position]))
    if gossips, peers[position].confirmationCount < settings.confirmations {
      broadcast(note(.suspect, of: peers[position], now))
    }
  }

  /// Another suspects the peer on its own evidence.
  mutating func confirm(_ position: Int, by other: NodeID) {
    let mark = other.high ^ other.low
    let count = peers[position].confirmationCount
    guard count < Peer.confirmationLimit else { return }
    for index in 0..<count where peers[position].confirmations[index] == mark { return }
    peers[position].confirmations[count] = mark
    peers[position].confirmationCount = count + 1
    if peers[position].state == .suspect, case .asking(let asking) = peers[position].check {
      wake(at: asking.since + suspicion(of: peers[position]))
    }
  }

  /// The suspicion has lasted long enough, or another says that it has.
  mutating func markDead(_ position: Int, _ now: Instant, gossips: Bool) {
    markGone(position, as: .dead)
    out.append(.event(.died(peers[position].id)))
    if gossips { broadcast(note(.dead, of: peers[position], now)) }
  }

  /// Keeps a peer's entry as that of one that is no longer of the home.
  mutating func markGone(_ position: Int, as state: Peer.State) {
    guard peers[position].isCounted else { return }
    counted -= 1
    peers[position].state = state
    clearSuspicion(position)
  }

  /// Ends check and suspicion.
  mutating func clearSuspicion(_ position: Int) {
    peers[position].check = .none
    peers[position].confirmationCount = 0
  }

  /// Whether a node has been gone for so long that it need not be remembered.
  func isForgettable(_ peer: Peer, _ now: Instant) -> Bool {
    !peer.isCounted && now - peer.heardAt > settings.tombstoneRetention
  }

  /// Drops what is remembered of nodes that have long been gone.
  mutating func forgetOldest(_ now: Instant) {
    peers = peers.filter { !isForgettable($0, now) }
    reindex()
  }

  private mutating func reindex() {
    index.removeAll(keepingCapacity: true)
    for position in peers.indices { index[peers[position].id] = position }
  }

  /// Makes room for one more peer at the cost of one that is gone; false where all are there.
  mutating func makeRoom() -> Bool {
    guard peers.count >= settings.maximumPeers else { return true }
    var oldest: Int?
    for position in peers.indices where !peers[position].isCounted {
      if let known = oldest, peers[known].heardAt <= peers[position].heardAt { continue }
      oldest = position
    }
    guard let oldest else { return false }
    peers.remove(at: oldest)
    reindex()
    return true
  }
}
