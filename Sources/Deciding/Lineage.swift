/// Which home it is: the record of who votes, and everything that was written since, descend from one founding.
package struct Lineage: Hashable, Sendable {
  /// Random; 0 before the node belongs to any.
  package var id: UInt64
  /// Grows where an owner has a part of a home go on without a majority of it.
  package var generation: UInt32

  /// The parts, of which nothing is checked.
  package init(id: UInt64, generation: UInt32) {
    self.id = id
    self.generation = generation
  }

  /// Of a node that belongs to no home yet.
  package static let none = Lineage(id: 0, generation: 0)
}
