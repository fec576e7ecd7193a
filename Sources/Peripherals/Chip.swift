package import Basics
package import Readings
internal import Wire

/// One kind of sensor chip, as the table describes it.
package struct Chip: Equatable, Sendable {
  /// What a register must hold before the chip is believed to be one.
  package struct Mark: Equatable, Sendable {
    /// Which register, and how it is read.
    package let access: RegisterAccess
    /// What it may hold.
    package let values: [Int]
    /// The bits that are compared.
    package let mask: Int

    /// Whether a chip of this kind can hold it.
    package func fits(_ raw: UInt16) -> Bool {
      values.contains { Int(raw) & mask == $0 & mask }
    }
  }

  /// A quantity that is the product of two others.
  package struct Product: Equatable, Sendable {
    /// What the product is, as a power.
    package let quantity: SensorReading.Quantity
    /// The one factor, as a voltage.
    package let first: SensorReading.Quantity
    /// The other factor, as a current.
    package let second: SensorReading.Quantity
  }

  /// As the settings name it: `ina219`.
  package let type: String
  /// For people.
  package let title: String
  /// Where it can be on a bus.
  package let addresses: ClosedRange<Int>
  /// The kernel's driver for it; empty where none has it.
  package let driver: String
  /// Between two readings, unless the owner says otherwise.
  package let interval: Interval
  /// What tells that it is one; all must fit.
  package let marks: [Mark]
  /// What it measures.
  package let rows: [ChipRow]
  /// What follows from what it measures.
  package let products: [Product]
  /// What the score makes of it, unless the owner says otherwise.
  package let meaning: SensorChip.Meaning

  /// Quantities of one chip.
  static let rowLimit = 16

  static let keys = ["title", "address", "hwmon", "interval", "id", "read", "product", "score"]

  init(_ section: Conf.Section) throws(ConfError) {
    type = section.label ?? ""
    title = try section.required("title")
    driver = section.text("hwmon") ?? ""
    let seconds = try section.integer("interval", in: 1...3600) ?? 10
    interval = .seconds(seconds)
    addresses = try Self.addresses(section)
    var marks: [Mark] = []
    var rows: [ChipRow] = []
    var products: [Product] = []
    for entry in section.entries {
      switch entry.key {
      case "id": marks.append(try Self.mark(entry))
      case "read": rows.append(try ChipRow(parsing: entry))
      case "product": products.append(try Self.product(entry))
      default: break
      }
    }
    guard !rows.isEmpty, rows.count + marks.count <= Self.rowLimit else {
      throw ConfError(
        file: section.file, line: section.line,
        text: "\(section.header) has \(rows.count) quantities; expected 1 to \(Self.rowLimit)")
    }
    self.marks = marks
    self.rows = rows
    self.products = products
    guard let meaning = SensorChip.Meaning(rawValue: section.text("score") ?? "none") else {
      throw ConfError(
        file: section.file, line: section.line, text: "score: expected supply, battery, heat or none")
    }
    self.meaning = meaning
  }

  private static func addresses(_ section: Conf.Section) throws(ConfError) -> ClosedRange<Int> {
    let text = try section.required("address")
    let ends = text.words(at: "-").map { wholeNumber($0) }
    // What is below and above is not a chip's (I2C specification UM10204, 3.1.12).
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      0x08 <= first, first <= last, last <= 0x77
    else {
      throw ConfError(
        file: section.file, line: section.line,
        text: "address = \(text); expected one from 0x08 to 0x77, or FIRST-LAST")
    }
    return first...last
  }

  private static func mark(_ entry: Conf.Entry) throws(ConfError) -> Mark {
    var words = entry.value.words(at: " ", or: "\t")
    var mask = 0xffff
    if words.count == 4, words[3].begins(with: "mask=") {
      mask = wholeNumber(words[3].dropping(5)) ?? -1
      words.removeLast()
    }
    var values: [Int] = []
    if words.count == 3, let access = RegisterAccess(register: words[0], kind: words[1]), mask > 0 {
      for word in words[2].words(at: "|") {
        if let value = wholeNumber(word), value <= 0xffff { values.append(value) } else { values = [] }
      }
      if !values.isEmpty { return Mark(access: access, values: values, mask: mask) }
    }
    throw ConfError(
      file: entry.file, line: entry.line,
      text: "id = \(entry.value); expected REGISTER ACCESS VALUE[|VALUE] [mask=BITS]")
  }

  private static func product(_ entry: Conf.Entry) throws(ConfError) -> Product {
    let quantities = entry.value.words(at: " ", or: "\t").compactMap { SensorReading.Quantity(rawValue: $0) }
    guard quantities.count == 3 else {
      throw ConfError(
        file: entry.file, line: entry.line,
        text: "product = \(entry.value); expected three quantities, as power voltage current")
    }
    return Product(quantity: quantities[0], first: quantities[1], second: quantities[2])
  }

  /// Whether it needs to know the shunt it measures a current over.
  package var needsShunt: Bool {
    rows.contains { $0.isPerShunt }
  }
}
