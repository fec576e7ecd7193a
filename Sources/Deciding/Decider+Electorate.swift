package import Basics
internal import Mesh

// Who votes: one voter comes or goes at a time.
extension Decider {
  mutating func changeElectorate(_ now: Instant) {
    let isOne = without.obey(.oneAtATime)
    if isOne, won.writes.contains(where: { $0.write.electorate != nil }) { return }
    if isOne, without.obey(.changeWait), now - won.changedAt < settings.silence + settings.changeMargin {
      return
    }
    let present = durable.electorate
    var voters = present.voters
    var gone = voters.filter { isOld($0) || isLeaving($0) || hasBeenDead($0, now) }
    var back: [NodeID] = []
    if now - won.actingSince > settings.backAfter {
      back = ([id] + peers.map(\.id)).filter {
        !voters.contains($0) && livingLease(of: $0, now) != nil && !isOld($0) && !isLeaving($0)
      }
    }
    back = Array(back.sorted().prefix(max(0, settings.maximumVoters - voters.count)))
    if isOne {
      gone = Array(gone.prefix(1))
      back = gone.isEmpty ? Array(back.prefix(1)) : []
    }
    voters.removeAll { gone.contains($0) }
    voters.append(contentsOf: back)
    voters.sort()
    let hasGateway = gatewayAfter(voters)
    if without.obey(.gatewayChange), voters != present.voters, present.hasGateway {
      // The gateway leaves first, alone.
      voters = present.voters
    }
    guard voters != present.voters || hasGateway != present.hasGateway else { return }
    let there = voters.filter { livingLease(of: $0, now) != nil }
    let version = Version(term: durable.term, counter: won.counter + 1)
    let next = Electorate(version: version, edition: version, voters: voters, hasGateway: hasGateway)
    guard next.isMajority(there.count) else { return }
    write([], electorate: next, then: .electorate, now)
  }

  /// Whether the gateway is to vote beside these, or beside those that vote now.
  private func gatewayAfter(_ voters: [NodeID]) -> Bool {
    guard settings.hasGatewayWitness else { return false }
    guard without.obey(.gatewayChange) else { return voters.count == 2 }
    return voters == durable.electorate.voters && voters.count == 2
  }

  /// Whether the node is dead for long, or its owner has said that it is gone.
  private func hasBeenDead(_ node: NodeID, _ now: Instant) -> Bool {
    won.dead.contains {
      $0.node == node && (now - $0.since > settings.goneAfter || won.off.contains(node))
    }
  }

  private func isLeaving(_ node: NodeID) -> Bool { node != id && peer(node)?.beat?.isLeaving ?? false }

  /// The owner takes this node out of the home, or has it come back: it votes no more, and decides no more. What runs here is
  /// moved by whoever decides then.
  package mutating func leave(_ isLeaving: Bool, at now: Instant) -> [Directive] {
    look(now)
    self.isLeaving = isLeaving
    if isLeaving { stepDown(now) }
    return takeDirectives()
  }

  /// Whether the node's disk was found to be an old one.
  private func isOld(_ node: NodeID) -> Bool { node != id && peer(node)?.beat?.isEmptied ?? false }
}
