import Basics
import Mesh

// A node's name in the home, as Home Edge has it: `edge-orchestration-` and its identifier.
extension NodeID {
  private static let prefix = "edge-orchestration-"

  var identity: String {
    Self.prefix + uuid
  }

  /// nil where the text is no node's name.
  init?(identity: String) {
    guard identity.begins(with: Self.prefix) else { return nil }
    self.init(uuid: identity.dropping(Self.prefix.utf8.count))
  }
}
