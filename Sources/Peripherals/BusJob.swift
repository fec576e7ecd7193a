/// What is read of one chip in one round.
package struct BusJob: Equatable, Sendable {
  /// What stands for a register that was not read because the chip is not what it should be.
  package static let unread = Int32.min

  /// The chip's address on the bus, of 7 bits.
  package let address: UInt8
  /// What is read first: whether the chip is what it should be.
  package let marks: [Chip.Mark]
  /// What is read of a chip that is.
  package let accesses: [RegisterAccess]

  /// Numbers that a round writes for it.
  package var count: Int { marks.count + accesses.count }
}
