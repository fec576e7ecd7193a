package import Basics
package import Mesh

// Agents that are stopped in order, and boards that are off for good.
extension Decider {
  /// The agent is to end in order: `held` tells when it may. The owner waits for that as long as it likes; an agent that ends
  /// without is one that died.
  package mutating func stop(at now: Instant) -> [Directive] {
    look(now)
    stopping = (now, now)
    askToBeHeld(now)
    return takeDirectives()
  }

  mutating func askToBeHeld(_ now: Instant) {
    guard let asked = stopping, now >= asked.again else { return }
    stopping?.again = now + settings.writePause
    if isActing {
      hold(id, durable.incarnation, now)
    } else if let coordinator, coordinator != id {
      send(.hold(incarnation: durable.incarnation), to: coordinator)
    }
  }

  /// A node asks to be held.
  mutating func hold(_ node: NodeID, _ incarnation: UInt32, _ now: Instant) {
    let key = RecordKey(.hold, SubjectID(node: node))
    guard isActing, !won.isPending(key) else { return }
    if hold(of: node) == incarnation { return confirmHold(of: node, incarnation, now) }
    write(
      [record(key, .hold(node, incarnation: incarnation))], electorate: nil,
      then: .hold(node, incarnation: incarnation), now)
  }

  mutating func confirmHold(of node: NodeID, _ incarnation: UInt32, _ now: Instant) {
    if node == id { return holdIsKept() }
    send(.holdKept(incarnation: incarnation), to: node)
  }

  /// It counts from the asking: whoever decides counts from later, so this node is the first for whom it is over.
  mutating func holdIsKept() {
    guard let since = stopping?.since else { return }
    stopping = nil
    out.append(.held(until: since + settings.holdTime))
  }

  private func hold(of node: NodeID) -> UInt32? {
    guard case .hold(_, let incarnation)? = durable.records[RecordKey(.hold, SubjectID(node: node))]?.value
    else {
      return nil
    }
    return incarnation
  }

  /// Whether nobody may take what runs there.
  func isHeld(_ node: NodeID) -> Bool { hold(of: node) != nil }

  /// Holds are over where the agent is back, and where the keeper there has ended everything.
  mutating func endHolds(_ now: Instant) {
    won.holds = won.holds.filter { hold(of: $0.node) == $0.incarnation }
    for record in durable.records.records {
      guard case .hold(let node, let incarnation) = record.value, !won.isPending(record.key) else { continue }
      if !won.holds.contains(where: { $0.node == node }) {
        won.holds.append(Won.Hold(node: node, incarnation: incarnation, since: now))
      }
      let since = won.holds.first { $0.node == node }?.since ?? now
      let end = since + settings.longer(settings.holdTime) + settings.kill
      let isBack =
        node != id && livingLease(of: node, now) != nil && peer(node)?.beat?.incarnation ?? 0 > incarnation
      if isBack || now >= end || (node == id && durable.incarnation > incarnation) {
        write([self.record(record.key, .removed)], electorate: nil, then: .nothing, now)
      } else {
        lookAgain(end, now)
      }
    }
  }

  /// The owner says that a board which is held for dead is off, or gone for good: what is bound to it may start elsewhere, and
  /// it votes no more until it is back.
  ///
  /// - Returns: nil where this node does not decide, or the board is not dead.
  package mutating func declareOff(_ node: NodeID, at now: Instant) -> [Directive]? {
    look(now)
    guard isActing, won.isDead(node) else { return nil }
    won.off.append(node)
    coordinate(now)
    return takeDirectives()
  }
}
