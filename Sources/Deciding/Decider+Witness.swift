package import Basics
internal import Mesh

// A home of two, whose gateway stands for a third voter.
extension Decider {
  /// The gateway has answered the question of this number.
  package mutating func gatewayAnswered(_ number: UInt64, at now: Instant) -> [Directive] {
    look(now)
    if UInt64(gateway.number) == number, let asked = gateway.unanswered {
      gateway.unanswered = nil
      gateway.answered = asked
      gateway.since = gateway.since ?? asked
      gateway.stands = without.obey(.gatewayBeat) ? asked : now
      renew(now)
      if isActing { coordinate(now) }
    }
    return takeDirectives()
  }

  /// A question without an answer breaks the row.
  mutating func watchGateway(_ now: Instant) {
    guard let asked = gateway.unanswered, now - asked >= settings.gatewayPatience else { return }
    gateway.breakRow()
  }

  /// When the other was last heard with the same set: a half has the right only if the gateway has answered since.
  mutating func measureLevel(_ beat: Beat, _ node: NodeID, _ now: Instant) {
    guard durable.electorate.hasGateway, durable.electorate.voters.contains(node) else { return }
    if isActing {
      gateway.level = now
    } else if beat.isCoordinator {
      let position = beat.position
      let isSame =
        position.settled == durable.settled && durable.settled == beat.term
        && beat.digest == durable.records.digest
      gateway.level = isSame && beat.lease != nil ? now : nil
    }
  }

  /// Whether the gateway counts for a decision.
  package func gatewayDecides(at now: Instant) -> Bool {
    guard durable.electorate.hasGateway, let since = gateway.since, let answered = gateway.answered,
      now - answered < settings.gatewayPause,
      let other = durable.electorate.voters.first(where: { $0 != id })
    else { return false }
    if without.obey(.gatewaySilent), silence(of: other, now) < settings.silence + settings.beat {
      return false
    }
    guard without.obey(.gatewayHeld) else { return true }
    guard let held = without.obey(.gatewayLevel) ? gateway.level : peer(other)?.heard else { return false }
    return since <= held
  }

  /// Whether these nodes are a majority, with the gateway where it counts.
  func isMajority(_ nodes: [NodeID], of electorate: Electorate, _ now: Instant) -> Bool {
    var votes = electorate.count(nodes)
    if electorate.hasGateway, gatewayDecides(at: now) { votes += 1 }
    return electorate.isMajority(votes)
  }
}
