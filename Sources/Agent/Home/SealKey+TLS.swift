import Mesh
import Platform

extension SealKey {
  /// The part of the key that opens connections between nodes.
  var preshared: PresharedKey { PresharedKey(id: id, secret: tlsSecret) }
}
