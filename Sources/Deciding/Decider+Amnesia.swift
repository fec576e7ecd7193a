internal import Basics
internal import Mesh

// Disks that are older than what others have seen of them.
extension Decider {
  /// Remembers what a node knows of others' disks, and looks at what it knows of this one's.
  mutating func remember(_ status: Status, of node: NodeID, _ now: Instant) {
    var isNews = false
    for known in status.known where known.node != id && without.obey(.passOn) {
      if durable.remember(known.node, incarnation: known.incarnation, position: known.position) {
        isNews = true
      }
    }
    if isNews { store() }
    guard without.obey(.amnesia), !counts else { return }
    let known = status.known.first { $0.node == id }
    let incarnation = known?.incarnation ?? 0
    let position = known?.position ?? .none
    let mine = without.obey(.asFound) ? found : durable.position
    let isBehind = position > mine && !durable.isEmptied && without.obey(.position)
    if incarnation > durable.incarnation || isBehind {
      // What knows more may be another board with this identity, which is heard by then.
      if now - born >= settings.silence, !isCloned(now) { findOld(incarnation, position) }
    } else if incarnation == durable.incarnation || durable.isEmptied {
      if !confirmed.contains(node) { confirmed.append(node) }
    }
    if !durable.isEmptied, durable.electorate.isMajority(durable.electorate.count(confirmed + [id])) {
      counts = true
    }
  }

  /// The disk is an old one: its records count no more, and the node is to be added anew.
  private mutating func findOld(_ incarnation: UInt32, _ position: Position) {
    durable.incarnation =
      max(min(incarnation, durable.incarnation + DecidingLimits.reach), durable.incarnation) + 1
    confirmed = []
    if without.obey(.empty) { durable.countForNothing() }
    durable.term = max(durable.term, min(position.term, durable.term + DecidingLimits.reach))
    durable.vote = nil
    _ = durable.remember(id, incarnation: 0, position: position)
    store()
  }
}
