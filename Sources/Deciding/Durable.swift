package import Mesh

/// What a node must not forget: it is on disk before anybody is told what follows from it.
package struct Durable: Sendable {
  /// Which home it is.
  package var lineage = Lineage.none
  /// The highest term that the node knows.
  package var term: UInt32 = 0
  /// Whom it gave its vote in that term.
  package var vote: NodeID?
  /// The term whose whole set it took last.
  package var settled: UInt32 = 0
  /// The newest write of that term which it has.
  package var counter: UInt32 = 0
  /// Who votes, as far as the node knows.
  package var electorate: Electorate
  /// All that the home keeps.
  package var records = RecordSet()
  /// How often the agent has started on this disk.
  package var incarnation: UInt32 = 0
  /// What is known of the other nodes' disks, and, under the own identity, of what others remember.
  package var known: [Known] = []
  /// Whether the disk was found to be an old one, and its records were dropped; so until the node was added anew.
  package var isEmptied = false

  /// The greatest that was told of a node's disk.
  package struct Known: Equatable, Sendable {
    /// Whose disk it is.
    package let node: NodeID
    /// Its greatest incarnation.
    package var incarnation: UInt32
    /// Its farthest position.
    package var position: Position

    /// The parts, of which nothing is checked.
    package init(node: NodeID, incarnation: UInt32, position: Position) {
      self.node = node
      self.incarnation = incarnation
      self.position = position
    }
  }

  /// A disk without records, of a home with these voters.
  package init(electorate: Electorate) { self.electorate = electorate }

  /// The disk is found to be an old one. Its records stay until the home's set takes their place, but count for nothing: where nobody
  /// is left to give one, the owner can still go on from them.
  mutating func countForNothing() {
    isEmptied = true
    settled = 0
    counter = 0
  }

  /// How far this disk is.
  package var position: Position { Position(term: term, settled: settled, counter: counter) }

  /// What is known of a node's disk.
  package func known(_ node: NodeID) -> Known {
    known.first { $0.node == node } ?? Known(node: node, incarnation: 0, position: .none)
  }

  /// Remembers the greater of what is known and what is told.
  ///
  /// - Returns: whether that was news.
  mutating func remember(_ node: NodeID, incarnation: UInt32, position: Position) -> Bool {
    guard let place = known.firstIndex(where: { $0.node == node }) else {
      guard known.count < DecidingLimits.members else { return false }
      known.append(Known(node: node, incarnation: incarnation, position: position))
      return true
    }
    let isNews = known[place].incarnation < incarnation || known[place].position < position
    known[place].incarnation = max(known[place].incarnation, incarnation)
    known[place].position = max(known[place].position, position)
    return isNews
  }
}
