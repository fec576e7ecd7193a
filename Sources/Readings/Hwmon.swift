/// Hardware monitoring chips (`/sys/class/hwmon`; Documentation/hwmon/sysfs-interface.rst).
package struct Hwmon: Equatable, Sendable {
  /// By ascending number, at most 64.
  package var chips: [HwmonChip]
  /// Why there is no list at all.
  package var absence: Absence?

  /// A list of chips, or why there is none.
  package init(chips: [HwmonChip] = [], absence: Absence? = nil) {
    self.chips = chips
    self.absence = absence
  }
}

/// One chip; find it by name, since numbers are the order of probing.
package struct HwmonChip: Equatable, Sendable {
  /// The N of `hwmonN`, which may be another after the next boot.
  package var number: Int
  /// The driver's name, as `cpu_thermal`, `rpi_volt` or `ina219`; empty where the chip gives none.
  package var name: String
  /// The last part of the device's path, which tells chips of one name apart; empty where there is no device.
  package var device: String
  /// By kind and number, at most 32.
  package var sensors: [HwmonSensor]
  /// By name, at most 32.
  package var alarms: [HwmonAlarm]

  /// A chip without sensors but those given.
  package init(
    number: Int = 0, name: String, device: String = "", sensors: [HwmonSensor] = [],
    alarms: [HwmonAlarm] = []
  ) {
    self.number = number
    self.name = name
    self.device = device
    self.sensors = sensors
    self.alarms = alarms
  }
}

/// One `*_input` of a chip.
package struct HwmonSensor: Equatable, Sendable {
  /// What is measured.
  package enum Kind: UInt8, Sendable {
    case temperature, voltage, current, power, fan
  }

  /// What it measures.
  package var kind: Kind
  /// The N of `tempN_input`.
  package var number: Int
  /// What the driver or the board's description calls it.
  package var label: String?
  /// In the unit of its kind: see `unit`.
  package var value: Reading<Int>
  /// `_max`, where the chip has one that can be: often a constant of its driver, and nothing happens there.
  package var maximum: Int?
  /// `_crit`: from here on something may break.
  package var critical: Int?

  /// A sensor that was not read but for what is given.
  package init(
    kind: Kind, number: Int, label: String? = nil, value: Reading<Int> = .absent(.notYet),
    maximum: Int? = nil,
    critical: Int? = nil
  ) {
    self.kind = kind
    self.number = number
    self.label = label
    self.value = value
    self.maximum = maximum
    self.critical = critical
  }
}

extension HwmonSensor.Kind {
  /// What the kernel's integers of this kind count.
  package var unit: String {
    switch self {
    case .temperature: "m°C"
    case .voltage: "mV"
    case .current: "mA"
    case .power: "µW"
    case .fan: "rpm"
    }
  }
}

/// One `*_alarm` or `*_fault` of a chip.
package struct HwmonAlarm: Equatable, Sendable {
  /// The file's name, as `in0_lcrit_alarm`.
  package var name: String
  /// Whether it is raised now.
  package var isRaised: Reading<Bool>

  /// An alarm that was not read, as a rule.
  package init(name: String, isRaised: Reading<Bool> = .absent(.notYet)) {
    self.name = name
    self.isRaised = isRaised
  }
}
