import Simulation

/// A way to choose that is compared with the others, made anew for each simulation.
struct Contestant: Sendable {
  enum Kind: Sendable {
    case oracle, hearth, homeEdge, rival
  }

  let name: String
  let kind: Kind
  /// By seed; nil for Hearth's own choice.
  let policy: @Sendable (UInt64) -> Policy?

  static let oracle = Contestant(name: "oracle", kind: .oracle) { _ in Oracle(.completion) }
  static let hearth = Contestant(name: "Hearth", kind: .hearth) { _ in nil }
  static let homeEdge = Contestant(name: "Home Edge, self excluded", kind: .homeEdge) {
    HomeEdge(excludesSelf: true, seed: $0)
  }

  /// Without those that are never best and take longest, and what no verdict needs.
  static let brief = all.filter { !leftOut.contains($0.name) }
  private static let leftOut = [
    "oracle by slowdown", "Home Edge", "bin-pack", "round robin", "random", "least CPU",
  ]

  static let all = [
    oracle,
    Contestant(name: "oracle by slowdown", kind: .oracle) { _ in Oracle(.slowdown) },
    hearth,
    Contestant(name: "Home Edge", kind: .homeEdge) { HomeEdge(excludesSelf: false, seed: $0) },
    homeEdge,
    Contestant(name: "spread (Swarm)", kind: .rival) { _ in Spread() },
    Contestant(name: "least CPU", kind: .rival) { _ in LeastBusy() },
    Contestant(name: "two choices", kind: .rival) { TwoChoices(seed: $0) },
    Contestant(name: "LeastAllocated", kind: .rival) { _ in LeastAllocated() },
    Contestant(name: "bin-pack", kind: .rival) { _ in BinPack() },
    Contestant(name: "round robin", kind: .rival) { _ in RoundRobin() },
    Contestant(name: "random", kind: .rival) { RandomChoice(seed: $0) },
    Contestant(name: "fastest only", kind: .rival) { _ in Fastest() },
  ]
}
