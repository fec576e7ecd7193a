// How nodes are compared.
extension Placement {
  /// What the score would be for one more run: the score, less what was placed there since it was told.
  ///
  /// The score is the free capacity of all cores, and each placed run is taken to fill one. With `free` cores left of
  /// all by the term `load`, and `placed` runs on their way, the rank is
  ///
  ///     score * share(free - placed) / share(free),    share(x) = x for x >= 1, else 1 / (2 - x)
  ///
  /// so it falls by the score of one core for each run while cores are free. Beyond that the runs share: with a core
  /// promised to n runs, one more gets 1/(n + 1) of it. Without placed runs it is the score itself.
  public static func rank(of node: HomeNode) -> Double {
    let score = node.score > 0 && node.score < .greatestFiniteMagnitude ? node.score : 0
    guard node.placedSinceHeard > 0 else { return score }
    let cores = Double(node.cores > 0 ? min(node.cores, 4096) : assumedCores)
    var free = cores
    for term in node.terms where term.name == "load" && term.effect >= 0 && term.effect <= 1 {
      free = cores * term.effect
    }
    return score * share(free - Double(node.placedSinceHeard)) / share(free)
  }

  /// Most boards have four.
  private static let assumedCores = 4

  private static func share(_ cores: Double) -> Double {
    cores >= 1 ? cores : 1 / (2 - cores)
  }

  /// Ranks closer than about 3 % count as equal, because readings are no more exact than that: the first bits of a
  /// positive double are its logarithm.
  static func bucket(_ rank: Double) -> UInt64 {
    rank > 0 ? rank.bitPattern >> 47 : 0
  }

  /// Spreads equal nodes over the runs: the same everywhere, different for each run (FNV-1a, then mixed).
  static func spread(_ run: String, _ node: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in run.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in node.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return hash ^ (hash >> 29)
  }
}
