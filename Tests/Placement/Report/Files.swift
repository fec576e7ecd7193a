import Foundation
import Simulation

/// The report's files: all figures, and the pictures.
struct Files {
  private let report: Report
  private let scenarios: [Scenario]
  private let folder: URL

  init(_ report: Report, _ scenarios: [Scenario], in folder: URL) {
    self.report = report
    self.scenarios = scenarios
    self.folder = folder
  }

  func write() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try report.json.write(to: folder.appending(path: "placement.json"))
    try write(report.markdown, "placement.md")
    try write(BarPlot.svg(report.comparisons), "means.svg")
    if let worst = report.comparisons.first, let scenario = named(worst.scenario) {
      try write(CurvePlot.svg(scenario.name, curves(worst, scenario)), "slowdowns.svg")
    }
    if let hot = named("pi3"), let comparison = report.comparisons.first(where: { $0.scenario == hot.name }) {
      let lines = contestants(comparison).map { TimelinePlot.line($0, hot, seed: 1) }
      try write(TimelinePlot.svg(hot.name, lines.dropLast()), "heat.svg")
    }
  }

  private func named(_ name: String) -> Scenario? {
    scenarios.first { $0.name == name }
  }

  /// Who is drawn: the oracle, Hearth, the best rival and Home Edge.
  private func contestants(_ comparison: Comparison) -> [Contestant] {
    var list = [Contestant.oracle, .hearth]
    if let rival = Contestant.all.first(where: { $0.name == comparison.rival.name }), rival.kind == .rival {
      list.append(rival)
    }
    return list + [.homeEdge]
  }

  private func curves(_ comparison: Comparison, _ scenario: Scenario) -> [(name: String, slowdowns: [Double])]
  {
    contestants(comparison).map { contestant in
      let seeds = 1...min(comparison.seeds, Self.drawnSeeds)
      let all = seeds.flatMap { Trials.outcome(of: contestant, scenario, $0).slowdowns }
      return (contestant.name, all.sorted())
    }
  }

  /// More make the curve no smoother to the eye.
  private static let drawnSeeds = 5

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }
}
