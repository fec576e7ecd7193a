import Foundation
import Simulation

/// Simulates every scenario with every contestant, for as many seeds as there is time for.
struct Trials {
  var scenarios: [Scenario]
  var contestants: [Contestant]
  var seeds: Int
  /// Seconds; seeds that are not begun by then are left out, for all alike.
  var time: Double
  var workers: Int

  /// A scenario with one seed, by every contestant, in their order.
  struct Cell: Sendable {
    var scenario: Int
    var seed: Int
    var figures: [Figures]
  }

  /// All cells of the seeds that were finished for all scenarios.
  func run() async -> [Cell] {
    let begun = Date()
    // Whole seeds one after the other, so that what time leaves is the same of all scenarios.
    let all = (1...seeds).flatMap { seed in scenarios.indices.map { (scenario: $0, seed: seed) } }
    var cells: [Cell] = []
    await withTaskGroup(of: Cell.self) { group in
      var next = 0
      func begin() {
        guard next < all.count else { return }
        let item = all[next]
        guard item.seed == 1 || Date().timeIntervalSince(begun) < time else { return }
        next += 1
        group.addTask { cell(item.scenario, item.seed) }
      }
      for _ in 0..<workers { begin() }
      for await cell in group {
        cells.append(cell)
        Progress.tell(cells.count, of: all.count, since: begun)
        begin()
      }
    }
    let counts = Dictionary(grouping: cells, by: \.seed).mapValues(\.count)
    return cells.filter { counts[$0.seed] == scenarios.count }
  }

  private func cell(_ scenario: Int, _ seed: Int) -> Cell {
    Cell(
      scenario: scenario, seed: seed,
      figures: contestants.map { Figures(Self.outcome(of: $0, scenarios[scenario], seed)) })
  }

  static func outcome(of contestant: Contestant, _ scenario: Scenario, _ seed: Int) -> Outcome {
    let simulation = Simulation(scenario, seed: UInt64(seed))
    return simulation.run(contestant.policy(UInt64(seed)), limit: limit(simulation.jobs))
  }

  /// A choice that has not ended the work in three times the time it came in has lost; what is left counts with the time
  /// it had.
  static func limit(_ jobs: [Job]) -> Double {
    3 * (jobs.last?.arrival ?? 0) + 600
  }
}
