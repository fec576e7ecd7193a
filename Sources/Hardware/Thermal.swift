/// Thermal zones and cooling devices (`/sys/class/thermal`; Documentation/driver-api/thermal/sysfs-api.rst).
public struct Thermal: Equatable, Sendable {
  /// By ascending number, at most 64.
  public var zones: [ThermalZone]
  /// By ascending number, at most 64.
  public var coolingDevices: [CoolingDevice]
  /// Why there is no list at all.
  public var absence: Absence?

  public init(zones: [ThermalZone] = [], coolingDevices: [CoolingDevice] = [], absence: Absence? = nil) {
    self.zones = zones
    self.coolingDevices = coolingDevices
    self.absence = absence
  }
}

/// One thermal zone; two zones may have the same type.
public struct ThermalZone: Equatable, Sendable {
  public var number: Int
  public var type: String
  /// In thousandths of a degree Celsius; a value outside -40...150 °C is absent as not supported.
  public var temperature: Reading<Int>
  public var trips: [TripPoint]

  public init(
    number: Int = 0, type: String, temperature: Reading<Int> = .absent(.notYet), trips: [TripPoint] = []
  ) {
    self.number = number
    self.type = type
    self.temperature = temperature
    self.trips = trips
  }
}

/// A temperature at which something happens.
public struct TripPoint: Equatable, Sendable {
  public enum Kind: String, Sendable {
    /// A fan starts.
    case active
    /// The kernel lowers clocks.
    case passive
    case hot
    /// The kernel shuts the board down.
    case critical
    case other
  }

  public var kind: Kind
  /// In thousandths of a degree Celsius.
  public var temperature: Int
  /// In thousandths of a degree Celsius; 0 where the zone gives none.
  public var hysteresis: Int

  public init(kind: Kind, temperature: Int, hysteresis: Int = 0) {
    self.kind = kind
    self.temperature = temperature
    self.hysteresis = hysteresis
  }
}

/// Something that cools: a fan, or a limit on a clock.
public struct CoolingDevice: Equatable, Sendable {
  public var number: Int
  public var type: String
  /// 0 is idle, `maximum` the strongest.
  public var state: Reading<Int>
  public var maximum: Reading<Int>

  public init(
    number: Int = 0, type: String, state: Reading<Int> = .absent(.notYet),
    maximum: Reading<Int> = .absent(.notYet)
  ) {
    self.number = number
    self.type = type
    self.state = state
    self.maximum = maximum
  }

  /// Whether it cools by slowing cores: then `state` above 0 means that the kernel throttles now.
  public var slowsProcessors: Bool {
    startsWith(type, "cpufreq") || startsWith(type, "thermal-cpufreq") || startsWith(type, "Processor")
  }
}
