/// News of a peer, told from membership to whoever deals with the peers.
package enum PeerEvent: Equatable, Sendable {
  /// A node is seen for the first time.
  case appeared(NodeID)
  /// What a peer says of itself changed: load, details or where it sends from.
  case changed(NodeID)
  /// A peer is silent and does not answer; nothing new should be given to it.
  case suspected(NodeID)
  /// A suspected peer showed that it lives.
  case recovered(NodeID)
  /// A peer is dead.
  case died(NodeID)
  /// A peer ended as it should.
  case left(NodeID)
  /// A peer that died, left or restarted is there again; it may have lost what it knew.
  case returned(NodeID)
}
