import Mesh

/// News of the nodes of Home Edge itself, or of anything else that publishes its service.
enum HomeEdgeEvent {
  /// A node is seen for the first time, or its records are other ones now.
  case seen(DiscoveredPeer)
  /// The node of this name in multicast DNS said goodbye, or its records have run out.
  case lost(id: String)
}
