import Foundation

/// One of the issue's limits, with the figure that is worst.
struct Verdict: Codable, Sendable {
  var limit: String
  var isKept: Bool
  /// The worst figure and where.
  var worst: String

  var line: String { "\(isKept ? "kept  " : "BROKEN") \(limit): \(worst)" }
}

/// What is to be reached, in the worst scenario.
enum Limits {
  static let mean = 1.10
  static let p99 = 1.35
  static let meanOfEqualBoards = 1.05
  static let gainOverHomeEdge = 1.5
  static let scenarios = 12
  static let seeds = 20
  /// A rival is better where it is so by more than this, of its mean: the third decimal is what one write to disk makes.
  static let tie = 0.002

  /// - Parameter isShort: where it is not the number of seeds that is judged.
  static func judge(_ list: [Comparison], isShort: Bool) -> [Verdict] {
    let unlike = list.filter(\.isUnlike)
    var verdicts = [
      most("mean slowdown at most \(format(mean, 2)) of the oracle's", list, mean) { $0.mean },
      most("p99 slowdown at most \(format(p99, 2)) of the oracle's", list, p99) { $0.p99 },
      most(
        "mean at most \(format(meanOfEqualBoards, 2)) on equal boards", list.filter { !$0.isUnlike },
        meanOfEqualBoards
      ) { $0.mean },
      kills(list),
      rivals(list),
    ]
    if let worst = unlike.min(by: { gain($0) < gain($1) }) {
      verdicts.append(
        Verdict(
          limit: "at least \(format(gainOverHomeEdge, 1)) times better than Home Edge, self excluded, on unequal boards",
          isKept: gain(worst) >= gainOverHomeEdge, worst: "\(format(gain(worst), 2)) in \(worst.scenario)"))
    }
    if !isShort {
      let count = list.map(\.seeds).min() ?? 0
      verdicts.append(
        Verdict(
          limit: "at least \(scenarios) scenarios and \(seeds) seeds",
          isKept: list.count >= scenarios && count >= seeds, worst: "\(list.count) and \(count)"))
    }
    return verdicts
  }

  private static func gain(_ comparison: Comparison) -> Double {
    comparison.homeEdge.figures.mean / comparison.hearth.figures.mean
  }

  private static func most(
    _ limit: String, _ list: [Comparison], _ most: Double, _ value: (Comparison) -> Double
  ) -> Verdict {
    guard let worst = list.max(by: { value($0) < value($1) }) else {
      return Verdict(limit: limit, isKept: true, worst: "no such scenario")
    }
    return Verdict(
      limit: limit, isKept: value(worst) <= most, worst: "\(format(value(worst), 3)) in \(worst.scenario)")
  }

  private static func kills(_ list: [Comparison]) -> Verdict {
    func surplus(_ comparison: Comparison) -> Double {
      comparison.hearth.figures.memoryKills - comparison.oracle.figures.memoryKills
    }
    let limit = "no out-of-memory kill that the oracle avoids"
    guard let worst = list.max(by: { surplus($0) < surplus($1) }), surplus(worst) > 0 else {
      return Verdict(limit: limit, isKept: true, worst: "none")
    }
    return Verdict(limit: limit, isKept: false, worst: "\(format(surplus(worst), 2)) a seed in \(worst.scenario)")
  }

  private static func rivals(_ list: [Comparison]) -> Verdict {
    let limit = "never worse than the best simple rival"
    guard let worst = list.max(by: { $0.lag.share < $1.lag.share }) else {
      return Verdict(limit: limit, isKept: true, worst: "no scenario")
    }
    let lag = worst.lag
    return Verdict(
      limit: limit, isKept: lag.share <= tie,
      worst:
        "\(format(lag.share * 100, 2)) ± \(format(lag.error * 100, 2)) % to \(worst.rival.name) in \(worst.scenario)")
  }
}

/// A number with so many decimals.
func format(_ value: Double, _ decimals: Int) -> String {
  value.isFinite ? String(format: "%.\(decimals)f", value) : "-"
}
