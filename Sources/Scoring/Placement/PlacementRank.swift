// How nodes are compared.
extension Placement {
  /// Ranks this close to the best count as equal to it, because readings are no more exact than that.
  static let resolution = 0.97

  /// In eighths of the cores: of nodes that are as fast, the emptier one stays cooler.
  static func crowd(_ outlook: Outlook) -> UInt64 {
    UInt64(min(outlook.crowd * 8, 1e6))
  }

  /// The hash of a text (FNV-1a), or of what was hashed before and the text.
  static func hash(_ text: String, after before: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
    var hash = before
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// Spreads equal nodes over the runs: the same everywhere, different for each run.
  static func spread(_ run: UInt64, _ node: String) -> UInt64 {
    var mixed = hash(node, after: run)
    mixed = (mixed ^ (mixed >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 29)
  }
}
