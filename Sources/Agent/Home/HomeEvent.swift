import Mesh

/// News of the home.
enum HomeEvent: Equatable {
  /// A node is seen for the first time.
  case appeared(NodeID)
  /// What a peer says of itself, or where it is, changed.
  case changed(NodeID)
  /// A peer is silent; nothing new should be given to it.
  case suspected(NodeID)
  /// A suspected peer showed that it lives.
  case trusted(NodeID)
  case died(NodeID)
  /// A peer ended as it should.
  case left(NodeID)
  /// A peer that died, left or restarted is there again; it may have lost what it knew.
  case returned(NodeID)
  /// A Home Edge node, by its name in multicast DNS.
  case homeEdgeFound(String)
  case homeEdgeChanged(String)
  case homeEdgeLost(String)
}
