package import Basics
package import Mesh

// Heartbeats, echoes and the lease.
extension Decider {
  /// Looks at the lease before anything else is done: one that ended for a moment has ended.
  mutating func look(_ now: Instant, isTick: Bool = false) {
    watchGateway(now)
    guard isTick || without.obey(.checkBeforeUse), lease != nil, let end = leaseEnd, now >= end else {
      return
    }
    lapse(now)
  }

  /// The lease has ended.
  mutating func lapse(_ now: Instant) {
    lease = nil
    out.append(.lapsed)
    if role == .coordinator, without.obey(.lapseEndsTerm) { stepDown(now) }
  }

  mutating func beginLease(_ now: Instant) {
    leases += 1
    leaseSince = now
    lease = LeaseName(start: start, number: leases)
  }

  /// Says a heartbeat, to all or to these.
  mutating func beat(to nodes: [NodeID]?, asks: Bool, _ now: Instant) {
    noticeNews(now)
    lastBeat = now
    sequence += 1
    sent.append((sequence, now))
    if sent.count > 64 { sent.removeFirst() }
    let beat = Message.beat(beat(asks: asks, now))
    for node in nodes ?? [] { send(beat, to: node) }
    guard nodes == nil else { return }
    out.append(.send(beat, of: durable.lineage, to: nil))
    guard durable.electorate.hasGateway else { return }
    gateway.ask(sequence, pause: settings.gatewayPause, now)
    out.append(.askGateway(UInt64(sequence)))
  }

  /// Says a heartbeat to one node, which asks for one, or has to be asked (`BeatPost`).
  package mutating func beat(to node: NodeID, at now: Instant) -> [Directive] {
    guard storesDone > 0 else { return takeDirectives() }
    look(now)
    beat(to: [node], asks: false, now)
    return takeDirectives()
  }

  private func beat(asks: Bool, _ now: Instant) -> Beat {
    var echoes: [Beat.Echo] = []
    for peer in peers {
      guard let beat = peer.beat, let at = peer.beatAt, now - at < settings.silence else { continue }
      echoes.append(
        Beat.Echo(
          tag: Beat.Echo.tag(of: peer.id, beat.start), sequence: UInt8(truncatingIfNeeded: beat.sequence)))
    }
    return Beat(
      lineage: durable.lineage, hasServices: hasServices, start: start, sequence: sequence,
      term: durable.term, asks: asks, echoes: echoes,
      electorate: durable.electorate.version, edition: durable.electorate.edition, lease: lease,
      isCoordinator: role != .follower,
      statusVersion: told.version,
      incarnation: durable.incarnation, position: counts || !without.obey(.asFound) ? storedPosition : found,
      counts: counts,
      isEmptied: durable.isEmptied, isLeaving: isLeaving, digest: durable.records.digest)
  }

  mutating func hear(_ beat: Beat, from node: NodeID, _ now: Instant) {
    guard beat.lineage == durable.lineage, !isFresh else { return meet(beat, from: node, now) }
    let place = place(of: node)
    if isCopied(beat, place, now) { return }
    peers[place].heard = now
    if beat.asks { self.beat(to: [node], asks: false, now) }
    if let last = peers[place].beat, last.start == beat.start, beat.sequence <= last.sequence { return }
    // A packet of an earlier start that comes late is none of this one.
    if let last = peers[place].beat, last.start != beat.start, beat.incarnation < last.incarnation { return }
    peers[place].beat = beat
    peers[place].beatAt = now
    if durable.remember(node, incarnation: beat.incarnation, position: beat.position) { store() }
    learn(beat.term, now)
    if !peers[place].isStatusCurrent || !counts { askStatus(of: node, now) }
    measureLevel(beat, node, now)
    if beat.isCoordinator, beat.term >= durable.term, beat.lease != nil {
      coordinatorHeard = now
      coordinator = node
      if role == .follower {
        candidacy = nil
        nextElection = nil
        fetchIfDifferent(beat, from: node, now)
      }
    }
    takeEchoes(beat, place)
    renew(now)
    if beat.lease != nil { won.heardWithLease(node, without) }
    if isActing { coordinate(now) }
  }

  private mutating func takeEchoes(_ beat: Beat, _ place: Int) {
    let tag = Beat.Echo.tag(of: id, start)
    for echo in beat.echoes where echo.tag == tag || !without.obey(.incarnation) {
      // No more are remembered than one byte tells apart.
      guard let at = sent.last(where: { UInt8(truncatingIfNeeded: $0.sequence) == echo.sequence })?.at else {
        continue
      }
      peers[place].echoed = max(at, peers[place].echoed ?? at)
      peers[place].echoEdition = beat.counts ? beat.edition : nil
    }
  }

  /// Counts anew until when a majority's echoes reach.
  mutating func renew(_ now: Instant) {
    if isCloned(now) { return }
    var times: [Instant] = []
    for voter in durable.electorate.voters {
      if voter == id {
        if counts { times.append(now) }
      } else if let peer = peer(voter) {
        guard without.obey(.echo) else {
          if let heard = peer.heard { times.append(heard) }
          continue
        }
        let isSame = peer.echoEdition == durable.electorate.edition
        if let echoed = peer.echoed, isSame || (!without.obey(.echoElectorate) && peer.echoEdition != nil) {
          times.append(echoed)
        }
      }
    }
    if durable.electorate.hasGateway, let stands = gateway.stands { times.append(stands) }
    let needed = durable.electorate.size / 2 + 1
    guard times.count >= needed else { return }
    let places = [Int](times.indices).ordered { times[$1] < times[$0] }
    let end = times[places[needed - 1]] + settings.lease
    guard end > now, leaseEnd.map({ $0 < end }) ?? true else { return }
    leaseEnd = end
    if lease == nil { beginLease(now) }
    out.append(.lease(until: end))
  }
}
