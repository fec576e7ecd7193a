/// A home and what is asked of it.
public struct Scenario: Sendable {
  public var name: String
  /// In a few words, for the report.
  public var summary = ""
  public var boards: @Sendable (inout Randomness) -> [SimulatedBoard]
  public var load: @Sendable ([SimulatedBoard], inout Randomness) -> [Job]
  /// Of heartbeats that each node does not hear.
  public var lossShare = 0.0
  public var crashes: [Crash] = []

  /// A board that is switched off, and on again.
  public struct Crash: Sendable {
    public var node: Int
    public var at: Double
    public var seconds: Double

    public init(node: Int, at: Double, seconds: Double) {
      self.node = node
      self.at = at
      self.seconds = seconds
    }
  }

  public init(
    _ name: String, _ summary: String, boards: @escaping @Sendable (inout Randomness) -> [SimulatedBoard],
    load: @escaping @Sendable ([SimulatedBoard], inout Randomness) -> [Job]
  ) {
    self.name = name
    self.summary = summary
    self.boards = boards
    self.load = load
  }
}
