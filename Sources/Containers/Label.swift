/// Labels on the containers of this node.
package enum Label {
  /// What all of them begin with.
  package static let prefix = "io.hearth."
  /// The run's identifier.
  package static let run = "io.hearth.run"
  /// The attempt, where it is not the first.
  package static let attempt = "io.hearth.attempt"
  /// The node that started it.
  package static let node = "io.hearth.node"
  /// The service's name.
  package static let service = "io.hearth.service"
}
