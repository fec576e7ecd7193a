/// What a quantity of a board can be, in the unit of the kernel's files: the one place that decides it, for every source.
///
/// What is outside was not measured: an open input, a driver's mark for "none", another unit.
package struct Plausible: Sendable {
  /// What can be.
  package let range: ClosedRange<Int64>
  /// What would be inside, were it not far more likely another unit.
  private let doubtful: ClosedRange<Int64>?

  private init(_ range: ClosedRange<Int64>, but doubtful: ClosedRange<Int64>? = nil) {
    self.range = range
    self.doubtful = doubtful
  }

  /// Whether it can have been measured.
  package func believes(_ value: Int64) -> Bool {
    range.contains(value) && doubtful?.contains(value) != true
  }

  /// In thousandths of a degree Celsius, between what parts are sold for and what destroys them. -400...1500 is what a
  /// driver says from -40 to 150 °C that counts in degrees or in tenths of them, as kernels of chip makers do; who is
  /// that near to freezing loses nothing by it.
  package static var temperature: Plausible { Plausible(-40_000...150_000, but: -400...1500) }
  /// A limit of a temperature, in thousandths of a degree: firmware writes 0, absolute zero or 255 °C where it has none.
  package static var limit: Plausible { Plausible(40_000...150_000) }
  /// In kilohertz, 10 MHz to 10 GHz: a driver that counts in MHz or Hz is outside.
  package static var clock: Plausible { Plausible(10_000...10_000_000) }
  /// A battery's charge in percent: gauges guess a little beyond a full cell, and aged cells hold more than they learnt.
  package static var charge: Plausible { Plausible(0...120) }

  /// What a sensor of hwmon can say: of voltages up to a mains phase, of currents what a board's wires carry, of power
  /// what a 32-bit number of microwatts holds, of fans what turns without bursting (65,535 is a tachometer's overflow).
  package static func of(_ kind: HwmonSensor.Kind) -> Plausible {
    switch kind {
    case .temperature: temperature
    case .voltage: Plausible(-1_000_000...1_000_000)
    case .current: Plausible(-500_000...500_000)
    case .power: Plausible(0...2_000_000_000)
    case .fan: Plausible(0...50_000)
    }
  }

  /// Whether a chip that is read here can have measured it, in the unit of its quantity; the table of chips may know it
  /// more narrowly.
  package static func believes(_ value: Double, of quantity: SensorReading.Quantity) -> Bool {
    let limits: ClosedRange<Int64>
    let unit: Double
    switch quantity {
    case .temperature: (limits, unit) = (temperature.range, 1000)
    case .voltage: (limits, unit) = (of(.voltage).range, 1000)
    case .current: (limits, unit) = (of(.current).range, 1000)
    case .power: (limits, unit) = (of(.power).range, 1e6)
    case .fan: (limits, unit) = (of(.fan).range, 1)
    case .drive: (limits, unit) = (0...100, 1)
    case .charge: (limits, unit) = (charge.range, 1)
    case .chargeRate: (limits, unit) = (-500...500, 1)
    }
    return value * unit >= Double(limits.lowerBound) && value * unit <= Double(limits.upperBound)
  }
}
