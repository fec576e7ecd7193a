// How nodes are compared.
extension Placement {
  /// Ranks this close to the best count as equal to it, because readings are no more exact than that.
  static let resolution = 0.97

  /// In eighths of the cores: of nodes that are as fast, the emptier one stays cooler.
  static func crowd(_ outlook: Outlook) -> UInt64 {
    UInt64(min(outlook.crowd * 8, 1e6))
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
