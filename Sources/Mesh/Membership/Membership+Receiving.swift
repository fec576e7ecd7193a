package import Basics

extension Membership {
  /// Takes a payload that the home's key opened. What is malformed is counted and changes nothing.
  package mutating func received(_ payload: [UInt8], from endpoint: PeerEndpoint, at now: Instant)
    -> [MembershipDirective]
  {
    guard started, !ended else { return [] }
    noticeLateness(now)
    guard let message = MembershipMessage(payload) else {
      refused &+= 1
      return []
    }
    guard message.sender != id else {
      noticeDuplicate(message, endpoint, now)
      return takeDirectives()
    }
    // Whoever says it: one that this node thinks dead may think the same of it, and one it does not know yet may have known
    // it before it restarted.
    for note in message.notes where note.node == id { onGossipOfSelf(note, now) }
    if let position = index[message.sender] {
      if message.evidence <= peers[position].evidence {
        onStaleMessage(message, position, endpoint, now)
        return takeDirectives()
      }
      guard onMessage(message, position, endpoint, now) else { return takeDirectives() }
    } else if !addMember(message, endpoint, now) {
      return takeDirectives()
    }
    answer(message, endpoint, now)
    for note in message.notes where note.node != id { onGossip(note, from: message.sender, now) }
    return takeDirectives()
  }

  /// A packet older than what is known: reordered, or of a node that restarted and has to hear what the home knows of it.
  private mutating func onStaleMessage(
    _ message: MembershipMessage, _ position: Int, _ endpoint: PeerEndpoint, _ now: Instant
  ) {
    let known = peers[position].evidence
    let restarted =
      message.flags.contains(.joining) || message.evidence.incarnation < known.incarnation
      || known.sequence &- message.evidence.sequence > settings.reorderedPackets
    if restarted, message.evidence != known { sendNotice(position, endpoint, now) }
  }

  /// Tells a node what is thought of it, so that it can prove otherwise with a higher incarnation.
  private mutating func sendNotice(_ position: Int, _ endpoint: PeerEndpoint, _ now: Instant) {
    guard allowance > 0, random.isOneOf(settings.noticeFanOut, outOf: counted + 1) else { return }
    allowance -= 1
    var notice = message(.notice)
    let claim: MembershipMessage.Claim =
      switch peers[position].state {
      case .alive, .suspect: .alive
      case .dead: .dead
      case .left: .left
      }
    notice.notes = [note(claim, of: peers[position], now)]
    unicast(notice, to: endpoint)
  }

  /// A fresh packet of a known peer; false where it does not count, because the peer is dead in this incarnation.
  private mutating func onMessage(
    _ message: MembershipMessage, _ position: Int, _ endpoint: PeerEndpoint, _ now: Instant
  ) -> Bool {
    let restarted = message.evidence.incarnation > peers[position].evidence.incarnation
    if !peers[position].isCounted, !restarted {
      sendNotice(position, endpoint, now)
      return false
    }
    if message.flags.contains(.leaving) {
      // Kept at its last packet, so that none of the same life that arrives later brings it back.
      peers[position].evidence = message.evidence
      let was = peers[position].isCounted
      markGone(position, as: .left)
      if was {
        out.append(.event(.left(message.sender)))
        if gossip.count < Self.maximumGossip, random.isOneOf(settings.gossipFanOut, outOf: counted + 1) {
          gossip.append((note(.left, of: peers[position], now), settings.gossipRepeats))
        }
      }
      return false
    }
    if !peers[position].isCounted {
      counted += 1
      peers[position].state = .alive
      out.append(.event(.returned(message.sender)))
    } else {
      noteIncarnation(message, position, isHigher: restarted, now)
      markAlive(position)
    }
    peers[position].evidence = message.evidence
    peers[position].heard = awake(now)
    peers[position].heardAt = now
    note(message, position, endpoint)
    answerRelays(about: position, now)
    watch(peers[position])
    replyToJoin(message, endpoint, now)
    return true
  }

  /// A node that raises its incarnation has started anew or refutes its death; its announcements tell which,
  /// and a question or an answer of it may have come before them.
  private mutating func noteIncarnation(
    _ message: MembershipMessage, _ position: Int, isHigher: Bool, _ now: Instant
  ) {
    if message.flags.contains(.joining) {
      let isRaised = peers[position].raisedAt.map { awake(now) - $0 < settings.joiningTime } ?? false
      if isHigher || isRaised { out.append(.event(.returned(message.sender))) }
      peers[position].raisedAt = nil
    } else if isHigher {
      peers[position].raisedAt = awake(now)
    }
  }

  /// A peer has shown that it lives; one that was suspected has recovered.
  mutating func markAlive(_ position: Int) {
    if peers[position].state == .suspect {
      peers[position].state = .alive
      out.append(.event(.recovered(peers[position].id)))
    }
    clearSuspicion(position)
  }

  /// Takes over what a peer says of itself.
  private mutating func note(_ message: MembershipMessage, _ position: Int, _ endpoint: PeerEndpoint) {
    var changed = peers[position].endpoint != endpoint
    peers[position].endpoint = endpoint
    peers[position].period = message.heartbeatPeriod
    peers[position].slack = min(settings.longestSlack, message.askedSlack)
    if let load = message.load {
      changed = changed || peers[position].load != load
      peers[position].load = load
      if let details = message.details {
        changed = changed || peers[position].details != details
        peers[position].details = details
        peers[position].detailsVersion = message.detailsVersion
      } else if peers[position].detailsVersion != message.detailsVersion {
        query(endpoint)
      }
    }
    if changed { out.append(.event(.changed(message.sender))) }
  }

  /// A packet of an unknown node; false where it is not a peer yet, because its details are not known.
  private mutating func addMember(
    _ message: MembershipMessage, _ endpoint: PeerEndpoint, _ now: Instant
  ) -> Bool {
    guard !message.flags.contains(.leaving) else { return false }
    guard let details = message.details, let load = message.load else {
      if message.kind == .heartbeat { query(endpoint) }
      // Who asks is answered, known or not.
      answer(message, endpoint, now)
      return false
    }
    guard makeRoom() else {
      refused &+= 1
      return false
    }
    let peer = Peer(
      id: message.sender, state: .alive, evidence: message.evidence, heardAt: now,
      load: load, details: details, endpoint: endpoint, detailsVersion: message.detailsVersion,
      period: message.heartbeatPeriod, slack: min(settings.longestSlack, message.askedSlack),
      heard: awake(now))
    index[peer.id] = peers.count
    peers.append(peer)
    counted += 1
    endLoneliness(now)
    out.append(.event(.appeared(peer.id)))
    watch(peer)
    replyToJoin(message, endpoint, now)
    return true
  }

  /// Answers an announcement, the repeated ones too: the answer to the first may have been lost.
  private mutating func replyToJoin(_ message: MembershipMessage, _ endpoint: PeerEndpoint, _ now: Instant) {
    guard message.flags.contains(.joining), random.isOneOf(settings.joinReplies, outOf: counted) else {
      return
    }
    delay(.joinReply(endpoint), by: random.below(settings.joinReplySpread), now)
  }

  /// Asks a node for a heartbeat with details.
  private mutating func query(_ endpoint: PeerEndpoint) {
    guard allowance > 0 else { return }
    allowance -= 1
    var ping = message(.ping)
    ping.flags.insert(.query)
    unicast(ping, to: endpoint)
  }

  private mutating func answer(_ message: MembershipMessage, _ endpoint: PeerEndpoint, _ now: Instant) {
    switch message.kind {
    case .ping where message.flags.contains(.query):
      guard allowance > 0 else { return }
      allowance -= 1
      unicast(heartbeat(withDetails: true), to: endpoint)
    case .ping:
      unicast(self.message(.ack), to: endpoint)
    case .pingRequest:
      relay(message, endpoint, now)
    case .ack, .nack:
      settle(message)
    case .heartbeat, .notice:
      break
    }
  }

  /// An answer that was owed has come.
  private mutating func settle(_ message: MembershipMessage) {
    guard let target = message.target ?? message.notes.first?.node, let position = index[target],
      case .asking(var asking) = peers[position].check
    else { return }
    asking.owed = max(0, asking.owed - 1)
    peers[position].check = .asking(asking)
  }

  /// Asks a third node on behalf of another, or answers from what is known already.
  private mutating func relay(_ message: MembershipMessage, _ endpoint: PeerEndpoint, _ now: Instant) {
    guard let target = message.target, target != id else { return }
    guard let position = index[target], peers[position].isCounted else {
      return sendNack(target, to: endpoint)
    }
    if peers[position].evidence > message.known { return sendProof(position, to: endpoint, now) }
    if case .asking = peers[position].check { return sendNack(target, to: endpoint) }
    guard relays.count < Self.maximumRelays else { return }
    relays.append(
      Relay(target: target, requester: endpoint, nackAt: awake(now) + settings.nackTime))
    unicast(self.message(.ping), to: peers[position].endpoint)
  }

  private mutating func sendNack(_ target: NodeID, to endpoint: PeerEndpoint) {
    var nack = message(.nack)
    nack.target = target
    unicast(nack, to: endpoint)
  }

  private mutating func sendProof(_ position: Int, to endpoint: PeerEndpoint, _ now: Instant) {
    var ack = message(.ack)
    ack.notes = [note(.alive, of: peers[position], now)]
    unicast(ack, to: endpoint)
  }

  private mutating func answerRelays(about position: Int, _ now: Instant) {
    guard !relays.isEmpty else { return }
    let target = peers[position].id
    for relay in relays where relay.target == target { sendProof(position, to: relay.requester, now) }
    relays.removeAll { $0.target == target }
  }

  mutating func answerRelays(_ now: Instant) {
    let time = awake(now)
    guard relays.contains(where: { $0.nackAt <= time }) else { return }
    for relay in relays where relay.nackAt <= time { sendNack(relay.target, to: relay.requester) }
    relays.removeAll { $0.nackAt <= time }
  }

  private mutating func noticeDuplicate(
    _ message: MembershipMessage, _ endpoint: PeerEndpoint, _ now: Instant
  ) {
    // Early on it may be a late packet of this node's former life.
    guard message.evidence > evidence, !duplicateReported, now - startedAt > settings.duplicateIDDelay
    else { return }
    duplicateReported = true
    out.append(.duplicateID(endpoint))
  }
}
