package import Basics
package import Mesh

// What the coordinator does for the services: assign, tell, watch, move.
extension Decider {
  mutating func coordinate(_ now: Instant) {
    won.lookAgain = nil
    judge(now)
    changeElectorate(now)
    endHolds(now)
    endForgotten(now)
    for record in durable.records.records where record.key.kind == .service {
      guard role == .coordinator else { return }
      if !won.isPending(record.key) { serve(record.key.subject, now) }
    }
    if role == .coordinator { forgetMarks(now) }
  }

  /// One service: to be where it is assigned, and nowhere else.
  mutating func serve(_ subject: SubjectID, _ now: Instant) {
    let key = RecordKey(.assignment, subject)
    if won.isPending(key), without.obey(.keptBeforeStart) { return }
    guard let service = durable.records.service(subject) else { return }
    let assignment = durable.records.assignment(subject)
    endUnasked(subject, service, assignment, now)
    if service.isRemoved { return forget(subject, now) }
    guard service.isWanted else { return }
    guard let assignment else { return choose(subject, but: nil, after: 0, now) }
    if let death = won.dead.first(where: { $0.node == assignment.host }) {
      if assignment.isBound, without.obey(.bound), !won.off.contains(assignment.host) { return }
      if isHeld(assignment.host), without.obey(.hold) { return }
      return replace(subject, service, assignment, deadSince: death.since, now)
    }
    if let place = won.moves.firstIndex(where: { $0.subject == subject }) {
      return move(place, assignment, now)
    }
    keep(subject, assignment, now)
  }

  /// Ends the copies of those who run it without being asked.
  private mutating func endUnasked(
    _ subject: SubjectID, _ service: ServiceRecord, _ assignment: Assignment?, _ now: Instant
  ) {
    for node in [id] + peers.map(\.id) where node != assignment?.host || !service.isWanted {
      guard node == id || heardLately(node, now), let attempt = attempt(of: subject, on: node) else {
        continue
      }
      let asked = node == assignment?.host ? assignment?.attempt ?? 0 : 0
      tellStop(node, Copy(subject: subject, attempt: max(attempt, asked)))
    }
  }

  /// The host is dead.
  private mutating func replace(
    _ subject: SubjectID, _ service: ServiceRecord, _ assignment: Assignment, deadSince since: Instant,
    _ now: Instant
  ) {
    let heard = peer(assignment.host)?.heard
    if service.isExclusive {
      if without.obey(.waitKill), now - since < settings.kill { return lookAgain(since + settings.kill, now) }
    } else {
      // After a cut boards return one by one.
      if without.obey(.calmWait), heard.map({ $0 < leaseSince }) ?? true,
        now - leaseSince < settings.returnTime
      {
        return lookAgain(leaseSince + settings.returnTime, now)
      }
      if without.obey(.heardAgain), let heard, now - heard < settings.silence,
        now - since < settings.heardAgainTime
      {
        return lookAgain(now + settings.askPause, now)
      }
    }
    choose(subject, but: assignment.host, after: assignment.attempt, now)
  }

  private mutating func move(_ place: Int, _ assignment: Assignment, _ now: Instant) {
    let move = won.moves[place]
    if move.target == assignment.host || won.isDead(move.target) || livingLease(of: move.target, now) == nil {
      won.moves.remove(at: place)
    } else if move.stopped == assignment.attempt {
      won.moves.remove(at: place)
      assign(move.subject, to: move.target, after: assignment.attempt, now)
    } else {
      tellStop(assignment.host, Copy(subject: move.subject, attempt: assignment.attempt))
      lookAgain(now + settings.askPause, now)
    }
  }

  /// The host lives: it is told until it runs the attempt.
  private mutating func keep(_ subject: SubjectID, _ assignment: Assignment, _ now: Instant) {
    let host = assignment.host
    guard let lease = livingLease(of: host, now) else { return }
    let stopped = lastDone(of: subject, on: host)
    if stopped >= assignment.attempt {
      // It was ended there in between, so it needs a new attempt.
      return assign(subject, to: host, after: min(stopped, assignment.attempt + DecidingLimits.reach), now)
    }
    let attempt = attempt(of: subject, on: host)
    guard attempt != assignment.attempt else { return }
    lookAgain(now + settings.askPause, now)
    if durable.electorate.hasGateway, attempt == nil, without.obey(.lookFirst) {
      for node in peers where node.id != host && !isWithout(node.id, subject, now) { return }
    }
    let copy = Copy(subject: subject, attempt: assignment.attempt)
    tellStart(host, copy, lease, isBound: assignment.isBound, now)
  }

  /// Whether a node is dead for K, or has said under this coordinator that it does not run the service.
  private func isWithout(_ node: NodeID, _ subject: SubjectID, _ now: Instant) -> Bool {
    if let death = won.dead.first(where: { $0.node == node }) { return now - death.since >= settings.kill }
    guard node != id else { return attempt(of: subject, on: node) == nil }
    guard let peer = peer(node), let at = peer.beatAt, at >= won.at, peer.isStatusCurrent else {
      return false
    }
    return attempt(of: subject, on: node) == nil
  }

  private mutating func choose(
    _ subject: SubjectID, but former: NodeID?, after attempt: UInt32, _ now: Instant
  ) {
    let nodes = ([id] + peers.map(\.id)).filter {
      $0 != former && livingLease(of: $0, now) != nil && !won.isDead($0)
    }
    lookAgain(now + settings.askPause, now)
    if !nodes.isEmpty { out.append(.choose(subject, among: nodes.sorted(), after: attempt)) }
  }

  /// The owner has found a node for a service, as `choose` asked.
  package mutating func assign(
    _ subject: SubjectID, to host: NodeID, after attempt: UInt32, at now: Instant
  ) -> [Directive] {
    if isActing, durable.records.assignment(subject)?.attempt ?? 0 == attempt {
      assign(subject, to: host, after: attempt, now)
    }
    return takeDirectives()
  }

  private mutating func assign(_ subject: SubjectID, to host: NodeID, after attempt: UInt32, _ now: Instant) {
    let key = RecordKey(.assignment, subject)
    guard !won.isPending(key) else { return }
    let isBound = durable.records.service(subject)?.isBound ?? false
    let assignment = Assignment(host: host, attempt: attempt + 1, isBound: isBound)
    write([record(key, .assignment(assignment))], electorate: nil, then: .assigned(subject), now)
    if !without.obey(.keptBeforeStart) { serve(subject, now) }
  }

  /// Has a service go to another node.
  package mutating func move(_ subject: SubjectID, to target: NodeID, at now: Instant) -> [Directive] {
    look(now)
    if isActing, durable.records.assignment(subject) != nil {
      won.moves.removeAll { $0.subject == subject }
      won.moves.append(Won.Move(subject: subject, target: target, stopped: nil))
      coordinate(now)
    }
    return takeDirectives()
  }

  // MARK: - What is known of a node

  private func heardLately(_ node: NodeID, _ now: Instant) -> Bool {
    peer(node)?.beatAt.map { now - $0 < settings.lease } ?? false
  }

  func attempt(of subject: SubjectID, on node: NodeID) -> UInt32? {
    let runs = node == id ? self.runs : peer(node)?.status?.runs ?? []
    return runs.first { $0.subject == subject }?.attempt
  }

  private func lastDone(of subject: SubjectID, on node: NodeID) -> UInt32 {
    let done = node == id ? self.done : peer(node)?.status?.done ?? []
    return done.first { $0.subject == subject }?.attempt ?? 0
  }

  mutating func lookAgain(_ at: Instant, _ now: Instant) {
    won.lookAgain = min(won.lookAgain ?? at, max(at, now + settings.askPause))
  }

  // MARK: - Telling

  private mutating func tellStart(
    _ node: NodeID, _ copy: Copy, _ lease: LeaseName, isBound: Bool, _ now: Instant
  ) {
    if without.obey(.deathRecall) {
      // A death that was asked before this says nothing of it.
      won.asked.removeAll { $0.about == node }
      won.dead.removeAll { $0.node == node }
    }
    if node == id { return begin(copy, durable.term, lease, isBound: isBound, now) }
    send(.start(copy, term: durable.term, lease: lease, isBound: isBound), to: node)
  }

  mutating func tellStop(_ node: NodeID, _ copy: Copy) {
    if node == id { return end(copy, durable.term, for: id) }
    send(.stop(copy, term: durable.term), to: node)
  }

  mutating func confirmStop(_ copy: Copy, _ term: UInt32, by node: NodeID) {
    guard role == .coordinator, term == durable.term,
      let place = won.moves.firstIndex(where: { $0.subject == copy.subject }),
      let assignment = durable.records.assignment(copy.subject), assignment.host == node,
      assignment.attempt == copy.attempt
    else { return }
    won.moves[place].stopped = copy.attempt
  }
}
