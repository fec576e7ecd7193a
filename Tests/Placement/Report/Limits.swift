import Foundation
import Simulation

/// One of the limits, with the figure that is worst.
struct Verdict: Codable, Sendable {
  enum Outcome: String, Codable {
    case kept, broken
    /// The clairvoyant do not reach it either.
    case beyond
  }

  var limit: String
  var outcome: Outcome
  /// The worst figure and where.
  var worst: String

  init(_ limit: String, isKept: Bool, _ worst: String) {
    self.init(limit, isKept ? .kept : .broken, worst)
  }

  init(_ limit: String, _ outcome: Outcome, _ worst: String) {
    (self.limit, self.outcome, self.worst) = (limit, outcome, worst)
  }

  var line: String {
    let word: String
    switch outcome {
    case .kept: word = "kept  "
    case .broken: word = "BROKEN"
    case .beyond: word = "BEYOND"
    }
    return "\(word) \(limit): \(worst)"
  }
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

  /// - Parameter isShort: whether the number of seeds and scenarios is not judged.
  static func judge(_ list: [Comparison], isShort: Bool) -> [Verdict] {
    var verdicts = [
      most("mean slowdown at most \(format(mean, 2)) of the oracle's", list, mean) { $0.mean },
      most("p99 slowdown at most \(format(p99, 2)) of the oracle's", list, p99) { $0.p99 },
      most(
        "mean at most \(format(meanOfEqualBoards, 2)) on equal boards", list.filter { !$0.isUnlike },
        meanOfEqualBoards
      ) { $0.mean },
      kills(list), rivals(list), homeEdge(list.filter(\.isUnlike)),
    ]
    if !isShort {
      let count = list.map(\.seeds).min() ?? 0
      verdicts.append(
        Verdict(
          "at least \(scenarios) scenarios and \(seeds) seeds",
          isKept: list.count >= scenarios && count >= seeds, "\(list.count) and \(count)"))
    }
    return verdicts
  }

  private static func most(
    _ limit: String, _ list: [Comparison], _ most: Double, _ value: (Comparison) -> Double
  ) -> Verdict {
    guard let worst = list.max(by: { value($0) < value($1) }) else { return none(limit) }
    return Verdict(limit, isKept: value(worst) <= most, "\(format(value(worst), 3)) in \(worst.scenario)")
  }

  private static func none(_ limit: String) -> Verdict {
    Verdict(limit, isKept: true, "no such scenario")
  }

  private static func kills(_ list: [Comparison]) -> Verdict {
    func surplus(_ it: Comparison) -> Double {
      it.hearth.figures.memoryKills - it.oracle.figures.memoryKills
    }
    let limit = "no out-of-memory kill that the oracle avoids"
    guard let worst = list.max(by: { surplus($0) < surplus($1) }), surplus(worst) > 0 else {
      return Verdict(limit, isKept: true, "none")
    }
    return Verdict(limit, isKept: false, "\(format(surplus(worst), 2)) a seed in \(worst.scenario)")
  }

  private static func rivals(_ list: [Comparison]) -> Verdict {
    let limit = "never worse than the best simple rival by more than \(format(tie * 100, 1)) %"
    guard let worst = list.max(by: { $0.lag.share < $1.lag.share }) else { return none(limit) }
    let (share, error) = (format(worst.lag.share * 100, 2), format(worst.lag.error * 100, 2))
    return Verdict(
      limit, isKept: worst.lag.share <= tie,
      "\(share) ± \(error) % to \(worst.rival.name) in \(worst.scenario)")
  }

  private static func homeEdge(_ list: [Comparison]) -> Verdict {
    let limit =
      "at least \(format(gainOverHomeEdge, 1)) times better than Home Edge, self excluded, on unequal boards"
    func gain(_ it: Comparison) -> Double { it.homeEdge.figures.mean / it.hearth.figures.mean }
    /// What the best of the clairvoyant would gain.
    func possible(_ it: Comparison) -> Double { gain(it) * it.ratioToBest(\.mean) }
    func text(_ it: Comparison) -> String {
      "\(format(gain(it), 2)) in \(it.scenario), where the oracle itself is \(format(possible(it), 2)) times better"
    }
    let sorted = list.sorted { gain($0) < gain($1) }
    guard let worst = sorted.first else { return none(limit) }
    if let broken = sorted.first(where: { gain($0) < gainOverHomeEdge && possible($0) >= gainOverHomeEdge }) {
      return Verdict(limit, .broken, text(broken))
    }
    guard gain(worst) < gainOverHomeEdge else {
      return Verdict(limit, .kept, "\(format(gain(worst), 2)) in \(worst.scenario)")
    }
    let next = sorted.first { gain($0) >= gainOverHomeEdge }
    let rest = next.map { "; else \(format(gain($0), 2)) in \($0.scenario)" } ?? ""
    return Verdict(limit, .beyond, text(worst) + rest)
  }
}

/// A number with so many decimals.
func format(_ value: Double, _ decimals: Int) -> String {
  value.isFinite ? String(format: "%.\(decimals)f", value) : "-"
}
