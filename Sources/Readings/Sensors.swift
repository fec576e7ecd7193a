/// What chips on I2C buses say that the profile or the owner has named.
package struct Sensors: Equatable, Sendable {
  /// In the order in which they were named.
  package var chips: [SensorChip]

  /// Chips that were read, or are to be.
  package init(chips: [SensorChip] = []) {
    self.chips = chips
  }
}

/// One chip.
package struct SensorChip: Equatable, Sendable {
  /// What its owner calls it; the type as a rule: `ina219`.
  package var name: String
  /// Its name in the table of chips, as `ina219`.
  package var type: String
  /// The adapter as it was named, `i2c@7e804000`, and the chip's address on it.
  package var bus: String
  /// Seven bits, 0x08...0x77.
  package var address: UInt8
  /// In the order of the chip's table.
  package var readings: [SensorReading]
  /// What it means for the score.
  package var meaning: Meaning
  /// In volts: less than this is too little. Nil where no voltage was named.
  package var low: Double?

  /// What part of the score a chip speaks for.
  package enum Meaning: String, Sendable {
    case none, supply, battery, heat
  }

  /// A chip that was not read but for what is given.
  package init(
    name: String, type: String, bus: String, address: UInt8, readings: [SensorReading] = [],
    meaning: Meaning = .none, low: Double? = nil
  ) {
    self.name = name
    self.type = type
    self.bus = bus
    self.address = address
    self.readings = readings
    self.meaning = meaning
    self.low = low
  }
}

/// One quantity of a chip.
package struct SensorReading: Equatable, Sendable {
  /// What a chip measures; its name in reports and JSON.
  package enum Quantity: String, CaseIterable, Sendable {
    case voltage, current, power, temperature, charge, chargeRate = "charge-rate", fan, drive
  }

  /// What is measured.
  package var quantity: Quantity
  /// What tells it from others of its quantity: `external`; empty as a rule.
  package var name: String
  /// In the unit of its quantity.
  package var value: Reading<Double>

  /// A reading that was not taken, as a rule.
  package init(quantity: Quantity, name: String = "", value: Reading<Double> = .absent(.notYet)) {
    self.quantity = quantity
    self.name = name
    self.value = value
  }
}

extension SensorReading.Quantity {
  /// The unit of its values.
  package var unit: String {
    switch self {
    case .voltage: "V"
    case .current: "A"
    case .power: "W"
    case .temperature: "°C"
    case .charge, .drive: "%"
    case .chargeRate: "%/h"
    case .fan: "rpm"
    }
  }
}

extension SensorChip {
  /// The first reading of a quantity.
  package func reading(_ quantity: SensorReading.Quantity) -> Reading<Double>? {
    for reading in readings where reading.quantity == quantity { return reading.value }
    return nil
  }
}

// What the score asks. Chips that say nothing of it leave the matter to others.
extension Sensors {
  /// Whether a supply that somebody has named a lower limit for is below it; nil where none is measured.
  package var undervoltage: Bool? {
    var isLow: Bool?
    for chip in chips where chip.meaning == .supply {
      guard let low = chip.low, let voltage = chip.reading(.voltage)?.value else { continue }
      isLow = isLow ?? false || voltage < low
    }
    return isLow
  }

  /// The charge of the emptiest battery that is not being charged, in percent.
  package var charge: Double? {
    var least: Double?
    for chip in chips where chip.meaning == .battery {
      guard let charge = chip.reading(.charge)?.value else { continue }
      if let rate = chip.reading(.chargeRate)?.value, rate > 0 { continue }
      least = min(least ?? charge, charge)
    }
    return least
  }

  /// The highest temperature that somebody has named as the board's, in degrees Celsius.
  package var temperature: Double? {
    var highest: Double?
    for chip in chips where chip.meaning == .heat {
      for reading in chip.readings where reading.quantity == .temperature {
        if let value = reading.value.value { highest = max(highest ?? value, value) }
      }
    }
    return highest
  }
}
