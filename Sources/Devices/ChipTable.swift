internal import CBoards
public import Wire

/// The kinds of sensor chips that can be read: the embedded table `boards/chips/chips.conf`.
public struct ChipTable: Sendable {
  public let chips: [Chip]

  public init(parsing bytes: [UInt8], file: String) throws(ConfError) {
    let rules = Conf.Rules(repeatable: ["id", "read", "product"])
    let conf = try Conf.parse(bytes, file: file, rules: rules)
    try conf.refuseUnknown(ConfShape([.init("chip", Chip.keys, labelled: true)]))
    var chips: [Chip] = []
    for section in conf.sections { chips.append(try Chip(section)) }
    self.chips = chips
  }

  /// What is built in.
  public static func builtIn() throws(ConfError) -> ChipTable {
    guard let text = cboards_chips() else { throw ConfError(file: "chips.conf", line: 0, text: "missing") }
    return try ChipTable(parsing: Array(String(cString: text).utf8), file: "chips.conf")
  }

  public subscript(type: String) -> Chip? {
    chips.first { $0.type == type }
  }

  /// `ds3231, emc2101, …`.
  public var types: String {
    joined(chips.map { $0.type })
  }
}
