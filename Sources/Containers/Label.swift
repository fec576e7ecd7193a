/// Labels on the containers of this node.
package enum Label {
  /// What all of them begin with: no request, file or image brings one of these along.
  package static let prefix = "io.hearth."
  /// The run's identifier.
  package static let run = "io.hearth.run"
  /// The attempt; those of version 0.1.0 have none on the first.
  package static let attempt = "io.hearth.attempt"
  /// The node that started it.
  package static let node = "io.hearth.node"
  /// The service's name.
  package static let service = "io.hearth.service"
}
