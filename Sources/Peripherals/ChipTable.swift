import Basics
internal import CBoards
package import Wire

/// The kinds of sensor chips that can be read: the embedded table `boards/chips/chips.conf`.
package struct ChipTable: Sendable {
  /// In the table's order.
  package let chips: [Chip]

  /// Reads a table.
  ///
  /// - Throws: what is wrong, with file and line.
  package init(parsing bytes: [UInt8], file: String) throws(ConfError) {
    let rules = Conf.Rules(repeatable: ["id", "read", "product"])
    let conf = try Conf.parse(bytes, file: file, rules: rules)
    try conf.refuseUnknown(ConfShape([.init("chip", Chip.keys, labelled: true)]))
    var chips: [Chip] = []
    for section in conf.sections { chips.append(try Chip(section)) }
    self.chips = chips
  }

  /// What is built in.
  package static func builtIn() throws(ConfError) -> ChipTable {
    guard let text = cboards_chips() else { throw ConfError(file: "chips.conf", line: 0, text: "missing") }
    return try ChipTable(parsing: Array(String(cString: text).utf8), file: "chips.conf")
  }

  /// The chip that the settings name so.
  package subscript(type: String) -> Chip? {
    chips.first { $0.type == type }
  }

  /// `ds3231, emc2101, …`.
  package var types: String {
    joined(chips.map { $0.type })
  }
}
