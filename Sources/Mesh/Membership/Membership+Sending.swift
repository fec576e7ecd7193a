import Basics

extension Membership {
  /// Between two heartbeats, by the size of the home as this node sees it.
  var period: Interval {
    if isLonely { return settings.lonelyPeriod }
    guard homeSize > settings.fullRateNodes, settings.fullRateNodes > 0 else { return settings.period }
    let microseconds = settings.period.nanoseconds / 1000
    let square = microseconds * microseconds / Int64(settings.fullRateNodes) * Int64(homeSize)
    return Interval(nanoseconds: Self.squareRoot(square) * 1000)
  }

  /// How often a heartbeat has the details.
  private var detailsEvery: Int { isLonely ? settings.lonelyDetailsEvery : settings.detailsEvery }

  /// Somebody is here, who judges this node by its heartbeats from now on.
  mutating func endLoneliness(_ now: Instant) {
    guard isLonely else { return }
    isLonely = false
    nextHeartbeat = min(nextHeartbeat, now + period)
  }

  /// The whole part of the root, by Newton's method from above; the C library's would need its own library to link.
  private static func squareRoot(_ square: Int64) -> Int64 {
    guard square > 1 else { return max(0, square) }
    var root = square
    var next = square / 2 + 1
    while next < root {
      root = next
      next = (root + square / root) / 2
    }
    return root
  }

  /// The multicast heartbeat, with details where they are due.
  mutating func beat(_ now: Instant) {
    var joining = false
    isLonely = peers.isEmpty && now - announcedAt > settings.lonelyAfter
    let period = period
    let jitter = period / 100 * settings.jitterPercent
    var pause = period - jitter + random.below(jitter * 2)
    if lastHeartbeat == nil { joining = true }
    if !announcementsLeft.isEmpty {
      joining = true
      pause = announcementsLeft.removeFirst()
    }
    if now - lateAt > settings.slackHalfLife {
      slack = slack / 2
      if slack < settings.lateness { slack = .zero }
      lateAt = now
    }
    healthyBeats += 1
    if healthyBeats >= settings.beatsToRecover {
      localHealth = max(0, localHealth - 1)
      healthyBeats = 0
    }
    var message = heartbeat(withDetails: joining || beatsUntilDetails <= 0)
    if joining { message.flags.insert(.joining) }
    beatsUntilDetails = message.details == nil ? beatsUntilDetails - 1 : detailsEvery - 1
    // The first heartbeat after the announcements is one more chance to be seen.
    if joining { beatsUntilDetails = 0 }
    message.notes = takeGossip()
    allowance = settings.questionsPerBeat
    lastHeartbeat = now
    nextHeartbeat = now + pause
    multicast(message)
    while extraBeats > 0 {
      extraBeats -= 1
      multicast(heartbeat(withDetails: false))
    }
  }

  /// A heartbeat out of turn, because someone doubts this node.
  mutating func beatNow(_ now: Instant) {
    guard isTooSoon(now) else { return beat(now) }
    nextHeartbeat = min(nextHeartbeat, earliestBeat(now))
  }

  /// Whether the last heartbeat was sent so lately that one out of turn has to wait.
  func isTooSoon(_ now: Instant) -> Bool {
    lastHeartbeat.map { now - $0 <= settings.shortestPause } ?? false
  }

  /// When a heartbeat out of turn may be sent.
  func earliestBeat(_ now: Instant) -> Instant {
    max(now, lastHeartbeat.map { $0 + settings.shortestPause } ?? now)
  }

  func heartbeat(withDetails: Bool) -> MembershipMessage {
    var message = message(.heartbeat)
    message.load = load
    message.detailsVersion = detailsVersion
    if withDetails { message.details = details }
    return message
  }

  /// An empty message of this node; it gets its evidence when it is sent.
  @inline(never)
  func message(_ kind: MembershipMessage.Kind) -> MembershipMessage {
    MembershipMessage(kind, from: id, evidence, period: period, slack: slack)
  }

  mutating func multicast(_ message: MembershipMessage) {
    out.append(.multicast(encoded(message)))
  }

  mutating func unicast(_ message: MembershipMessage, to endpoint: PeerEndpoint) {
    out.append(.unicast(encoded(message), to: endpoint))
  }

  private mutating func encoded(_ message: MembershipMessage) -> [UInt8] {
    var message = message
    evidence.sequence &+= 1
    message.evidence = evidence
    return message.encoded()
  }

  /// What this node knows of a peer, for others.
  func note(_ claim: MembershipMessage.Claim, of peer: Peer, _ now: Instant) -> MembershipMessage.Note {
    MembershipMessage.Note(claim, of: peer.id, peer.evidence, silence: awake(now) - peer.heard)
  }

  /// Tells all, and says it again along with the next two heartbeats; in large homes only some of those who know do.
  mutating func broadcast(_ note: MembershipMessage.Note) {
    guard random.isOneOf(settings.gossipFanOut, outOf: counted) else { return }
    var notice = message(.notice)
    notice.notes = [note]
    multicast(notice)
    if gossip.count < Self.maximumGossip { gossip.append((note, settings.gossipRepeats)) }
  }

  private mutating func takeGossip() -> [MembershipMessage.Note] {
    guard !gossip.isEmpty else { return [] }
    var notes: [MembershipMessage.Note] = []
    var kept: [(note: MembershipMessage.Note, repeats: Int)] = []
    for item in gossip {
      // What has been answered meanwhile is not said again.
      if item.note.claim == .suspect {
        guard let peer = peer(item.note.node), peer.state == .suspect, peer.evidence == item.note.evidence
        else {
          continue
        }
      }
      notes.append(item.note)
      if item.repeats > 1 { kept.append((item.note, item.repeats - 1)) }
    }
    gossip = kept
    return notes
  }

  mutating func delay(_ what: Delayed.What, by interval: Interval, _ now: Instant) {
    guard delayed.count < Self.maximumDelayed, !delayed.contains(where: { $0.what == what }) else { return }
    delayed.append(Delayed(due: now + interval, what: what))
  }

  mutating func doDelayed(_ now: Instant) {
    guard delayed.contains(where: { $0.due <= now }) else { return }
    let due = delayed.filter { $0.due <= now }
    delayed.removeAll { $0.due <= now }
    for item in due {
      switch item.what {
      case .joinReply(let endpoint):
        unicast(heartbeat(withDetails: true), to: endpoint)
      case .refute(let id):
        guard let peer = peer(id), peer.state == .alive, awake(now) - peer.heard < silence(of: peer) else {
          continue
        }
        var notice = message(.notice)
        notice.notes = [note(.alive, of: peer, now)]
        multicast(notice)
      }
    }
  }
}
