import Foundation
import Scoring
import Simulation

/// One scenario's figures, all seeds together.
struct Comparison: Codable, Sendable {
  struct Row: Codable, Sendable {
    var name: String
    /// Means over the seeds.
    var figures: Figures
    /// The mean slowdowns by seed.
    var means: [Double]
  }

  var scenario: String
  var summary: String
  /// Whether its boards are of more than one kind.
  var isUnlike: Bool
  var seeds: Int
  var rows: [Row]
  /// The names of those that `rival` may be.
  var rivals: [String]

  init?(_ scenario: Scenario, _ contestants: [Contestant], _ cells: [[Figures]]) {
    guard !cells.isEmpty else { return nil }
    self.scenario = scenario.name
    summary = scenario.summary
    var random = Randomness(seed: 1)
    isUnlike = Set(scenario.boards(&random).map(\.profile.name)).count > 1
    seeds = cells.count
    rows = []
    for (index, contestant) in contestants.enumerated() {
      let list = cells.map { $0[index] }
      guard let figures = Figures(meanOf: list) else { return nil }
      rows.append(Row(name: contestant.name, figures: figures, means: list.map(\.mean)))
    }
    rivals = contestants.filter { $0.kind == .rival || $0.kind == .homeEdge }.map(\.name)
  }

  func row(_ name: String) -> Row {
    rows.first { $0.name == name } ?? rows[0]
  }

  var oracle: Row { row(Contestant.oracle.name) }
  var hearth: Row { row(Contestant.hearth.name) }
  var homeEdge: Row { row(Contestant.homeEdge.name) }

  /// The rival with the least mean slowdown.
  var rival: Row {
    rows.filter { rivals.contains($0.name) }.min { $0.figures.mean < $1.figures.mean } ?? rows[0]
  }

  /// A figure of a way to choose, of the oracle's.
  func ratio(_ row: Row, _ figure: KeyPath<Figures, Double>) -> Double {
    row.figures[keyPath: figure] / oracle.figures[keyPath: figure]
  }

  var mean: Double { ratio(hearth, \.mean) }
  var p99: Double { ratio(hearth, \.p99) }

  /// Hearth's figure, of the best of all clairvoyant ones.
  func ratioToBest(_ figure: KeyPath<Figures, Double>) -> Double {
    let best = rows.filter { $0.name.hasPrefix("oracle") }.map { $0.figures[keyPath: figure] }.min()
    return hearth.figures[keyPath: figure] / (best ?? 1)
  }

  /// How far Hearth is from the best rival, of the rival's mean, and that figure's standard error over the seeds.
  var lag: (share: Double, error: Double) {
    let rival = rival
    let shares = zip(hearth.means, rival.means).map { ($0 - $1) / rival.figures.mean }
    let count = Double(shares.count)
    let mean = shares.reduce(0, +) / count
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    return (mean, (variance / count).squareRoot())
  }
}
