import Basics

// How nodes are compared.
extension Placement {
  /// Ranks this close to the best count as equal to it, because readings are no more exact than that.
  static let resolution = 0.97

  /// In parts of the cores: of nodes that are as fast, the emptier one stays cooler.
  static func contention(_ estimate: Estimate) -> UInt64 {
    UInt64(min(estimate.contention * contentionSteps, mostContention))
  }

  /// Eighths: demand is told and measured no more exactly.
  private static let contentionSteps = 8.0
  /// Far beyond what any node has, and an integer of every width holds it.
  private static let mostContention = 1e6

  /// Spreads equal nodes over the runs: the same everywhere, different for each run.
  static func spread(_ run: FNV1a, _ node: String) -> UInt64 {
    var hash = run
    hash.add(node)
    var mixed = hash.value
    mixed = (mixed ^ (mixed >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 29)
  }
}
