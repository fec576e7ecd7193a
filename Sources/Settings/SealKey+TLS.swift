package import Mesh
package import Platform

extension SealKey {
  /// The part of the key that opens connections between nodes.
  package var preshared: PresharedKey { PresharedKey(id: id, secret: tlsSecret) }
}
