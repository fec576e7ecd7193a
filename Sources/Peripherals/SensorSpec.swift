package import Basics
package import Readings
package import Scoring
internal import Wire

/// A chip that the profile or the owner has named, with what the table knows of its kind.
package struct SensorSpec: Equatable, Sendable {
  /// What the table knows of its kind.
  package let chip: Chip
  /// A part of its bus's name.
  package let adapter: String
  /// On the bus, of 7 bits.
  package let address: UInt8
  /// As the readings name it.
  package let name: String
  /// In milliohms.
  package let shunt: Double
  /// Less volts than this are too little.
  package let low: Double?
  /// What the score makes of it.
  package let meaning: SensorChip.Meaning
  /// Between two readings.
  package let interval: Interval

  /// The options of one chip.
  static let options = ["shunt", "low", "score", "name", "interval"]

  /// Joins what was named with what the table knows.
  ///
  /// - Throws: what is wrong with it, without a place.
  package init(_ sensor: Profile.Sensor, table: ChipTable) throws(LineError) {
    guard let chip = table[sensor.type] else {
      throw LineError("no chip '\(sensor.type)'; known: \(table.types)")
    }
    guard chip.addresses.contains(sensor.address), let address = UInt8(exactly: sensor.address) else {
      throw LineError(
        "\(sensor.type) at \(hex(sensor.address)); it can be at \(hex(chip.addresses.lowerBound)) to "
          + hex(chip.addresses.upperBound))
    }
    func option(_ name: String) -> String? {
      sensor.options.last { $0.name == name }?.value
    }
    for given in sensor.options where !Self.options.contains(given.name) {
      throw LineError("unknown option '\(given.name)'; known: \(joined(Self.options))")
    }
    self.chip = chip
    self.address = address
    adapter = sensor.adapter
    name = option("name") ?? sensor.type
    shunt = try Self.number(option("shunt"), "shunt", 0.01...100_000) ?? 0
    low = try Self.number(option("low"), "low", 0...1000)
    let seconds = try Self.number(option("interval"), "interval", 1...3600)
    interval = seconds.map { .milliseconds(Int($0 * 1000)) } ?? chip.interval
    let word = option("score")
    // Who names a lower limit means that falling below it matters.
    let usual = low != nil && chip.meaning == .none ? .supply : chip.meaning
    guard let meaning = word.map({ SensorChip.Meaning(rawValue: $0) }) ?? usual else {
      throw LineError("score=\(word ?? ""); expected supply, battery, heat or none")
    }
    self.meaning = meaning
    if chip.needsShunt, shunt == 0 { throw LineError("\(sensor.type) needs shunt=MILLIOHMS, as shunt=100") }
    if meaning == .supply, low == nil { throw LineError("score=supply needs low=VOLTS, as low=4.65") }
  }

  private static func number(
    _ text: String?, _ name: String, _ range: ClosedRange<Double>
  ) throws(LineError) -> Double? {
    guard let text else { return nil }
    guard let value = Conf.number(text), range.contains(value) else {
      throw LineError("\(name)=\(text); expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The chip before it was read.
  var unread: SensorChip {
    var readings = chip.rows.map { SensorReading(quantity: $0.quantity, name: $0.name) }
    for product in chip.products { readings.append(SensorReading(quantity: product.quantity)) }
    return SensorChip(
      name: name, type: chip.type, bus: adapter, address: address, readings: readings, meaning: meaning,
      low: low)
  }
}

/// `0x40`.
func hex(_ value: Int) -> String {
  "0x" + hexadecimal(UInt64(truncatingIfNeeded: value), digits: 2)
}
