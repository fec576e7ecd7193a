/// When a record was written: the term of the coordinator that wrote it, and its how many-th write of that term. A term has
/// one writer, so no two writes have the same version.
package struct Version: Comparable, Hashable, Sendable {
  /// From 1; 0 for what was there before any election.
  package var term: UInt32
  /// From 1 in each term.
  package var counter: UInt32

  /// Both parts, of which nothing is checked.
  package init(term: UInt32, counter: UInt32) {
    self.term = term
    self.counter = counter
  }

  /// Whether `left` was written before `right`.
  package static func < (left: Version, right: Version) -> Bool {
    left.term != right.term ? left.term < right.term : left.counter < right.counter
  }

  /// Before every write.
  package static let none = Version(term: 0, counter: 0)
}

/// How far a node's disk is. It only grows; a disk that is behind what others have seen of it is a restored one.
package struct Position: Comparable, Hashable, Sendable {
  /// The highest term that it knows.
  package var term: UInt32
  /// The term whose whole set it took last.
  package var settled: UInt32
  /// The newest write of that term which it has.
  package var counter: UInt32

  /// The parts, of which nothing is checked.
  package init(term: UInt32, settled: UInt32, counter: UInt32) {
    self.term = term
    self.settled = settled
    self.counter = counter
  }

  /// Term first, then what was settled, then the write.
  package static func < (left: Position, right: Position) -> Bool {
    if left.term != right.term { return left.term < right.term }
    return left.settled != right.settled ? left.settled < right.settled : left.counter < right.counter
  }

  /// Of an empty disk.
  package static let none = Position(term: 0, settled: 0, counter: 0)
}
