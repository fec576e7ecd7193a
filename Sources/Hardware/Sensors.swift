/// What chips on I2C buses say that the profile or the owner has named.
public struct Sensors: Equatable, Sendable {
  public var chips: [SensorChip]

  public init(chips: [SensorChip] = []) {
    self.chips = chips
  }
}

/// One chip.
public struct SensorChip: Equatable, Sendable {
  /// What its owner calls it; the type as a rule: `ina219`.
  public var name: String
  public var type: String
  /// The adapter as it was named, `i2c@7e804000`, and the chip's address on it.
  public var bus: String
  public var address: UInt8
  public var readings: [SensorReading]
  /// What it means for the score.
  public var meaning: Meaning
  /// In volts: less than this is too little. Nil where no voltage was named.
  public var low: Double?

  /// What part of the score a chip speaks for.
  public enum Meaning: String, Sendable {
    case none, supply, battery, heat
  }

  public init(
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
public struct SensorReading: Equatable, Sendable {
  public enum Quantity: String, CaseIterable, Sendable {
    case voltage, current, power, temperature, charge, chargeRate = "charge-rate", fan, drive
  }

  public var quantity: Quantity
  /// What tells it from others of its quantity: `external`; empty as a rule.
  public var name: String
  /// In the unit of its quantity.
  public var value: Reading<Double>

  public init(quantity: Quantity, name: String = "", value: Reading<Double> = .absent(.notYet)) {
    self.quantity = quantity
    self.name = name
    self.value = value
  }
}

extension SensorReading.Quantity {
  public var unit: String {
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
  public func reading(_ quantity: SensorReading.Quantity) -> Reading<Double>? {
    for reading in readings where reading.quantity == quantity { return reading.value }
    return nil
  }
}

// What the score asks. Chips that say nothing of it leave the matter to others.
extension Sensors {
  /// Whether a supply that somebody has named a lower limit for is below it; nil where none is measured.
  public var undervoltage: Bool? {
    var isLow: Bool?
    for chip in chips where chip.meaning == .supply {
      guard let low = chip.low, let voltage = chip.reading(.voltage)?.value else { continue }
      isLow = isLow ?? false || voltage < low
    }
    return isLow
  }

  /// The charge of the emptiest battery that is not being charged, in percent.
  public var charge: Double? {
    var least: Double?
    for chip in chips where chip.meaning == .battery {
      guard let charge = chip.reading(.charge)?.value else { continue }
      if let rate = chip.reading(.chargeRate)?.value, rate > 0 { continue }
      least = min(least ?? charge, charge)
    }
    return least
  }

  /// The highest temperature that somebody has named as the board's, in degrees Celsius.
  public var temperature: Double? {
    var highest: Double?
    for chip in chips where chip.meaning == .heat {
      for reading in chip.readings where reading.quantity == .temperature {
        if let value = reading.value.value { highest = max(highest ?? value, value) }
      }
    }
    return highest
  }
}
