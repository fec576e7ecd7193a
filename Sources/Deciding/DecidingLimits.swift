/// The most of everything that a node takes from others, and that a home keeps.
package enum DecidingLimits {
  /// Services of a home.
  package static let services = 256
  /// Assignments, of services and of one-off runs.
  package static let assignments = 2 * services
  /// Nodes of a home.
  package static let members = 64
  /// Records of all kinds: with them every home within the bounds above has room.
  package static let records = services + assignments + members
  /// Bytes of what is wanted of one service.
  package static let body = 64 << 10
  /// Copies that a node tells of: what runs there, and apart from that what has ended there.
  package static let copies = 2 * assignments
  /// How far a term, an attempt or an incarnation that is told may be ahead of what is known: more is learnt step by step. So
  /// no message brings them near the end of their range, and a node that was away for long catches up in some messages.
  package static let reach: UInt32 = 64
  /// Stores that the disk has not finished; beyond them nothing is heard any more.
  package static let stores: UInt64 = 256
}
