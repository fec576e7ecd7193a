/// A home and what is asked of it.
package struct Scenario: Sendable {
  /// What reports call it.
  package var name: String
  /// In a few words, for the report.
  package var summary = ""
  /// Makes the home, as chance will have it.
  package var boards: @Sendable (inout Randomness) -> [SimulatedBoard]
  /// Makes what is asked of those boards.
  package var load: @Sendable ([SimulatedBoard], inout Randomness) -> [Job]
  /// Of heartbeats that each node does not hear.
  package var lossShare = 0.0
  /// In any order.
  package var crashes: [Crash] = []

  /// A board that is switched off, and on again.
  package struct Crash: Sendable {
    /// Its index; of one that there is not nothing happens.
    package var node: Int
    /// Seconds from the beginning.
    package var at: Double
    /// How long it stays off.
    package var seconds: Double

    /// A board's power fails then, and comes back after so many seconds.
    package init(node: Int, at: Double, seconds: Double) {
      self.node = node
      self.at = at
      self.seconds = seconds
    }
  }

  /// A home without losses and crashes.
  package init(
    _ name: String, _ summary: String, boards: @escaping @Sendable (inout Randomness) -> [SimulatedBoard],
    load: @escaping @Sendable ([SimulatedBoard], inout Randomness) -> [Job]
  ) {
    self.name = name
    self.summary = summary
    self.boards = boards
    self.load = load
  }
}
