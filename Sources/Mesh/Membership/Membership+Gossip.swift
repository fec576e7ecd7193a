import Basics

extension Membership {
  /// What another says of a third node.
  mutating func onGossip(_ note: MembershipMessage.Note, from other: NodeID, _ now: Instant) {
    guard let position = index[note.node], peers[position].isCounted,
      note.evidence.incarnation >= peers[position].evidence.incarnation
    else { return }
    let silent = awake(now) - peers[position].heard
    switch note.claim {
    case .alive:
      onAlive(note, position, now)
    case .left:
      guard note.evidence >= peers[position].evidence else { return refute(position, now) }
      peers[position].evidence = note.evidence
      markGone(position, as: .left)
      out.append(.event(.left(note.node)))
    case .suspect, .dead:
      // Newer knowledge, or the same and not old: then it was too early to say so.
      if peers[position].evidence > note.evidence, silent < silence(of: peers[position]) {
        return refute(position, now)
      }
      confirm(position, by: other)
      guard silent >= doubtfulSilence(of: peers[position]) else { return }
      if note.claim == .dead {
        peers[position].evidence.incarnation = note.evidence.incarnation
        return markDead(position, now, gossips: false)
      }
      onSuspect(position, now)
    }
  }

  /// Another suspects a peer that this node has missed, too.
  private mutating func onSuspect(_ position: Int, _ now: Instant) {
    guard peers[position].state == .alive else { return }
    if homeSize > settings.smallHome {
      // Three have asked already: asking again would only be a storm.
      if peers[position].confirmationCount >= settings.confirmations {
        suspect(position, now, gossips: false)
      }
      return
    }
    if case .asking = peers[position].check { return }
    startAsking(position, now)
  }

  /// A newer sign of life, as old as the note says.
  private mutating func onAlive(_ note: MembershipMessage.Note, _ position: Int, _ now: Instant) {
    if note.evidence >= peers[position].evidence {
      // Someone else has refuted the doubt.
      delayed.removeAll { $0.what == .refute(note.node) }
    }
    guard note.evidence > peers[position].evidence else { return }
    peers[position].evidence = note.evidence
    let heard = awake(now) - note.silence
    guard heard > peers[position].heard else { return }
    peers[position].heard = heard
    peers[position].heardAt = max(peers[position].heardAt, instant(heard))
    guard awake(now) - heard < silence(of: peers[position]) else { return }
    markAlive(position)
    watch(peers[position])
  }

  /// Denies a doubt that this node knows is wrong, unless another does so first.
  private mutating func refute(_ position: Int, _ now: Instant) {
    guard random.isOneOf(settings.gossipFanOut, outOf: counted + 1) else { return }
    delay(.refute(peers[position].id), by: random.below(settings.refutationSpread), now)
  }

  /// Someone doubts this node, or the home remembers a former life of it.
  mutating func onGossipOfSelf(_ note: MembershipMessage.Note, _ now: Instant) {
    let outdated =
      note.evidence > evidence
      || note.evidence.incarnation == evidence.incarnation && (note.claim == .dead || note.claim == .left)
    if outdated {
      // At the end of the numbers there is nothing left to prove with; no honest home gets there.
      guard note.evidence.incarnation < .max else { return }
      if note.claim == .dead { worsen() }
      evidence = Evidence(incarnation: note.evidence.incarnation + 1, sequence: 0)
      beatsUntilDetails = 0
      // A node that has just started says so in its new incarnation too, or those who remember its former
      // life would not know that it has ended.
      if announcementsLeft.isEmpty, now - startedAt < settings.joiningTime,
        let pause = settings.announcements.last
      {
        announcementsLeft = [pause]
      }
      beatNow(now)
    } else if note.claim == .suspect, note.evidence.incarnation == evidence.incarnation {
      if !isTooSoon(now) { worsen() }
      beatNow(now)
    }
  }
}
