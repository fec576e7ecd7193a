import Basics
package import Readings
internal import Wire

/// How one quantity follows from a chip's register: a row of the table of chips.
package struct ChipRow: Equatable, Sendable {
  /// What is measured.
  package let quantity: SensorReading.Quantity
  /// Which of several of the same quantity; empty for the only one.
  package private(set) var name = ""
  /// Which register, and how it is read.
  package let access: RegisterAccess
  var isSigned = false
  var shift = 0
  var mask = 0xffff
  var multiplier = 1.0
  var divisor = 1.0
  /// The quantity is this divided by the number.
  var inverse: Double?
  /// The number that a chip shows for nothing.
  var zeroAt: Int?
  var isPerShunt = false
  /// What is believed.
  var minimum = -Double.greatestFiniteMagnitude
  var maximum = Double.greatestFiniteMagnitude

  /// Reads `QUANTITY REGISTER ACCESS [option…]`.
  init(parsing entry: Conf.Entry) throws(ConfError) {
    let words = entry.value.words(at: " ", or: "\t")
    guard words.count >= 3, let quantity = SensorReading.Quantity(rawValue: words[0]),
      let access = RegisterAccess(register: words[1], kind: words[2])
    else { throw Self.error(entry, "QUANTITY REGISTER ACCESS [option…]") }
    self.quantity = quantity
    self.access = access
    for word in words[3...] {
      try take(word, word.words(at: "="), entry)
    }
    guard divisor > 0, minimum < maximum else { throw Self.error(entry, "div above 0 and min below max") }
  }

  private mutating func take(_ word: String, _ parts: [String], _ entry: Conf.Entry) throws(ConfError) {
    if word == "signed" { return isSigned = true }
    guard parts.count == 2 else { throw Self.error(entry, "options as name=value, found '\(word)'") }
    if parts[0] == "name" { return name = parts[1] }
    if parts[0] == "per", parts[1] == "shunt" { return isPerShunt = true }
    if let number = wholeNumber(parts[1]) {
      switch parts[0] {
      case "shift" where number < 16: return shift = number
      case "mask": return mask = number
      case "zero-at": return zeroAt = number
      default: break
      }
    }
    guard let number = Conf.number(parts[1]) else {
      throw Self.error(entry, "a number in '\(word)'")
    }
    switch parts[0] {
    case "mul": multiplier = number
    case "div": divisor = number
    case "inverse": inverse = number
    case "min": minimum = number
    case "max": maximum = number
    default: throw Self.error(entry, "a known option instead of '\(word)'")
    }
  }

  private static func error(_ entry: Conf.Entry, _ expected: String) -> ConfError {
    ConfError(
      file: entry.file, line: entry.line, text: "\(entry.key) = \(entry.value); expected \(expected)")
  }

  /// The quantity that a register's bits mean.
  ///
  /// - Parameters:
  ///   - raw: 8 or 16 bits, the high byte above the low one.
  ///   - shunt: in milliohms, for a current that is measured as a voltage over it.
  /// - Returns: nil where the bits mean nothing, as a time of zero between two turns of a fan.
  package func decode(_ raw: UInt16, shunt: Double) -> Double? {
    var number = Int(raw)
    let width = access.width
    if isSigned, number >= 1 << (width - 1) { number -= 1 << width }
    number >>= shift
    if !isSigned { number &= mask }
    if number == zeroAt { return 0 }
    if let inverse { return number == 0 ? nil : inverse / Double(number) }
    let value = Double(number) * multiplier / divisor
    if isPerShunt { return shunt > 0 ? value / shunt : nil }
    return value
  }

  /// Whether a chip that is not lying can measure it.
  package func believes(_ value: Double) -> Bool {
    value >= minimum && value <= maximum
  }
}
