import Basics

/// Thermal zones and cooling devices (`/sys/class/thermal`; Documentation/driver-api/thermal/sysfs-api.rst).
package struct Thermal: Equatable, Sendable {
  /// By ascending number, at most 64.
  package var zones: [ThermalZone]
  /// By ascending number, at most 64.
  package var coolingDevices: [CoolingDevice]
  /// Why there is no list at all.
  package var absence: Absence?

  /// A list of zones and devices, or why there is none.
  package init(zones: [ThermalZone] = [], coolingDevices: [CoolingDevice] = [], absence: Absence? = nil) {
    self.zones = zones
    self.coolingDevices = coolingDevices
    self.absence = absence
  }
}

/// One thermal zone; two zones may have the same type.
package struct ThermalZone: Equatable, Sendable {
  /// The N of `thermal_zoneN`.
  package var number: Int
  /// What it measures, as `cpu-thermal`.
  package var type: String
  /// In thousandths of a degree Celsius; what cannot be one (`Plausible.temperature`) is absent.
  package var temperature: Reading<Int>
  /// By their number, at most 16; those whose temperature cannot be one are left out.
  package var trips: [TripPoint]
  /// Whether the kernel slows cores when it is hot: a cooling device that does is bound to it. False where none is, and
  /// on kernels that do not show it.
  package var slowsProcessors: Bool

  /// A zone that was not read but for what is given.
  package init(
    number: Int = 0, type: String, temperature: Reading<Int> = .absent(.notYet), trips: [TripPoint] = [],
    slowsProcessors: Bool = false
  ) {
    self.number = number
    self.type = type
    self.temperature = temperature
    self.trips = trips
    self.slowsProcessors = slowsProcessors
  }
}

/// A temperature at which something happens.
package struct TripPoint: Equatable, Sendable {
  /// What happens there.
  package enum Kind: String, Sendable {
    /// A fan starts.
    case active
    /// The kernel lowers clocks.
    case passive
    case hot
    /// The kernel shuts the board down.
    case critical
    case other

    /// The kind that a zone's `trip_point_N_type` names.
    package init(named text: String) {
      for kind in [Kind.active, .passive, .hot, .critical] where sameBytes(text, kind.rawValue) {
        self = kind
        return
      }
      self = .other
    }
  }

  /// What happens.
  package var kind: Kind
  /// In thousandths of a degree Celsius.
  package var temperature: Int
  /// In thousandths of a degree Celsius; 0 where the zone gives none.
  package var hysteresis: Int

  /// A trip point; its temperatures are in thousandths of a degree Celsius.
  package init(kind: Kind, temperature: Int, hysteresis: Int = 0) {
    self.kind = kind
    self.temperature = temperature
    self.hysteresis = hysteresis
  }
}

/// Something that cools: a fan, or a limit on a clock.
package struct CoolingDevice: Equatable, Sendable {
  /// The N of `cooling_deviceN`.
  package var number: Int
  /// What it is, as `cpufreq-cpu0` or `pwm-fan`.
  package var type: String
  /// 0 is idle, `maximum` the strongest.
  package var state: Reading<Int>
  /// The strongest of its states.
  package var maximum: Reading<Int>

  /// A device that was not read but for what is given.
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
    // By clock and by idle time, each as newer and as older kernels call it, and ACPI's.
    type.begins(with: "cpufreq") || type.begins(with: "thermal-cpufreq") || type.begins(with: "idle-cpu")
      || type.begins(with: "thermal-idle") || type.begins(with: "Processor")
  }
}
