import Simulation

/// What one way to choose made of one scenario.
struct Figures: Codable, Sendable {
  var mean: Double
  var p99: Double
  var makespan: Double
  /// Seconds from a request to its end.
  var response: Double
  var memoryKills: Double
  var throttledSeconds: Double
  /// Watt hours, of the boards whose profile knows them.
  var energy: Double
  var moves: Double
  var waits: Double
  var unfinished: Double

  init(_ outcome: Outcome) {
    mean = outcome.meanSlowdown
    p99 = outcome.slowdown(at: 0.99)
    makespan = outcome.makespan
    response = outcome.meanResponse
    memoryKills = Double(outcome.memoryKills)
    throttledSeconds = outcome.throttledSeconds
    energy = outcome.energy / 3600
    moves = Double(outcome.moves)
    waits = Double(outcome.waits)
    unfinished = Double(outcome.unfinished)
  }

  /// The means over seeds.
  init?(meanOf list: [Figures]) {
    guard var sum = list.first else { return nil }
    for path in Self.all {
      sum[keyPath: path] = list.reduce(0) { $0 + $1[keyPath: path] } / Double(list.count)
    }
    self = sum
  }

  private static var all: [WritableKeyPath<Figures, Double>] {
    [
      \.mean, \.p99, \.makespan, \.response, \.memoryKills, \.throttledSeconds, \.energy, \.moves, \.waits,
      \.unfinished,
    ]
  }
}
