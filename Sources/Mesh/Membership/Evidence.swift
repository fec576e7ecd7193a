/// How recent a sign of life is. Each packet of a node has a higher one than its packets before, so "who is right about
/// a node" is a comparison.
package struct Evidence: Comparable, Hashable, Sendable {
  /// Grows when a node restarts or refutes its death; only a higher one brings a dead node back.
  package var incarnation: UInt32
  /// Counts the packets of one incarnation.
  package var sequence: UInt32

  /// Evidence as a packet carries it; each number takes 4 bytes on the wire.
  package init(incarnation: UInt32, sequence: UInt32) {
    self.incarnation = incarnation
    self.sequence = sequence
  }

  /// Compares the incarnation first, and the sequence only within one incarnation.
  package static func < (left: Evidence, right: Evidence) -> Bool {
    left.incarnation != right.incarnation
      ? left.incarnation < right.incarnation : left.sequence < right.sequence
  }
}
