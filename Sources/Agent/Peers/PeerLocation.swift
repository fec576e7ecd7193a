import Platform

/// Where a peer's node-to-node API is, and the key it is reached with.
struct PeerLocation {
  /// What errors call the peer: its name or node id.
  var name: String
  /// Asked at each connection, for a node's addresses change; tried in this order, the first four.
  var addresses: () -> [SocketAddress]
  /// Asked at each connection: the key that this node seals with; nil where it has none.
  var key: () -> PresharedKey?
  /// A Home Edge node, which speaks HTTP without TLS.
  var isPlain = false
}
