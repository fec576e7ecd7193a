import Basics

/// Thermal zones and cooling devices (`/sys/class/thermal`; Documentation/driver-api/thermal/sysfs-api.rst).
package struct Thermal: Equatable, Sendable {
  /// By ascending number, at most 64.
  package var zones: [ThermalZone]
  /// By ascending number, at most 64.
  package var coolingDevices: [CoolingDevice]
  /// Why there is no list at all.
  package var absence: Absence?

  package init(zones: [ThermalZone] = [], coolingDevices: [CoolingDevice] = [], absence: Absence? = nil) {
    self.zones = zones
    self.coolingDevices = coolingDevices
    self.absence = absence
  }
}

/// One thermal zone; two zones may have the same type.
package struct ThermalZone: Equatable, Sendable {
  package var number: Int
  package var type: String
  /// In thousandths of a degree Celsius; a value outside -40...150 °C is absent as not supported.
  package var temperature: Reading<Int>
  package var trips: [TripPoint]

  package init(
    number: Int = 0, type: String, temperature: Reading<Int> = .absent(.notYet), trips: [TripPoint] = []
  ) {
    self.number = number
    self.type = type
    self.temperature = temperature
    self.trips = trips
  }
}

/// A temperature at which something happens.
package struct TripPoint: Equatable, Sendable {
  package enum Kind: String, Sendable {
    /// A fan starts.
    case active
    /// The kernel lowers clocks.
    case passive
    case hot
    /// The kernel shuts the board down.
    case critical
    case other
  }

  package var kind: Kind
  /// In thousandths of a degree Celsius.
  package var temperature: Int
  /// In thousandths of a degree Celsius; 0 where the zone gives none.
  package var hysteresis: Int

  package init(kind: Kind, temperature: Int, hysteresis: Int = 0) {
    self.kind = kind
    self.temperature = temperature
    self.hysteresis = hysteresis
  }
}

/// Something that cools: a fan, or a limit on a clock.
package struct CoolingDevice: Equatable, Sendable {
  package var number: Int
  package var type: String
  /// 0 is idle, `maximum` the strongest.
  package var state: Reading<Int>
  package var maximum: Reading<Int>

  package init(
    number: Int = 0, type: String, state: Reading<Int> = .absent(.notYet),
    maximum: Reading<Int> = .absent(.notYet)
  ) {
    self.number = number
    self.type = type
    self.state = state
    self.maximum = maximum
  }

  /// Whether it cools by slowing cores: then `state` above 0 means that the kernel throttles now.
  package var slowsProcessors: Bool {
    startsWith(type, "cpufreq") || startsWith(type, "thermal-cpufreq") || startsWith(type, "Processor")
  }
}
