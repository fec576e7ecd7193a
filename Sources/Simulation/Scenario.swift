/// A home and what is asked of it.
package struct Scenario: Sendable {
  package var name: String
  /// In a few words, for the report.
  package var summary = ""
  package var boards: @Sendable (inout Randomness) -> [SimulatedBoard]
  package var load: @Sendable ([SimulatedBoard], inout Randomness) -> [Job]
  /// Of heartbeats that each node does not hear.
  package var lossShare = 0.0
  package var crashes: [Crash] = []

  /// A board that is switched off, and on again.
  package struct Crash: Sendable {
    package var node: Int
    package var at: Double
    package var seconds: Double

    package init(node: Int, at: Double, seconds: Double) {
      self.node = node
      self.at = at
      self.seconds = seconds
    }
  }

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
