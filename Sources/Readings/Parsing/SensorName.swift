package import Basics

/// The kind and number in `temp1_input`.
package struct SensorName {
  /// What is measured.
  package var kind: HwmonSensor.Kind
  /// The number of that kind at its chip, below 1,000.
  package var number: Int

  /// nil where a file of a chip is no `*_input` of a known kind.
  package init?(_ name: Cursor) {
    guard name.ends(in: "_input") else { return nil }
    var name = name
    let kind: HwmonSensor.Kind
    if name.skip("temp") {
      kind = .temperature
    } else if name.skip("in") {
      kind = .voltage
    } else if name.skip("curr") {
      kind = .current
    } else if name.skip("power") {
      kind = .power
    } else if name.skip("fan") {
      kind = .fan
    } else {
      return nil
    }
    guard let number = name.unsigned(), number < 1000, name.equals("_input" as StaticString) else {
      return nil
    }
    self.kind = kind
    self.number = Int(number)
  }

  /// Sorts by kind and number, and can be turned back.
  package var order: Int { Int(kind.rawValue) * 1000 + number }

  /// The name that has this `order`.
  package init?(order: Int) {
    guard let rawValue = UInt8(exactly: order / 1000), let kind = HwmonSensor.Kind(rawValue: rawValue) else {
      return nil
    }
    self.kind = kind
    number = order % 1000
  }
}

extension HwmonSensor.Kind {
  /// How the names of this kind's files begin.
  package var prefix: String {
    switch self {
    case .temperature: "temp"
    case .voltage: "in"
    case .current: "curr"
    case .power: "power"
    case .fan: "fan"
    }
  }
}
