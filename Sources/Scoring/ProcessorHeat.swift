import Basics
package import Readings

/// What the processor's sensors say: the kernel's relations tell which they are, then the profile's names.
package struct ProcessorHeat {
  /// The sensor that is nearest to the temperature at which the cores are slowed; nil where none is believed.
  package private(set) var nearest: (celsius: Double, throttle: Double)?
  /// The highest temperature, in degrees Celsius. Not that of the nearest: sensors have limits of their own.
  package private(set) var hottest: Double?
  /// Why a sensor says nothing.
  package private(set) var absence: Absence?

  /// Looks at each sensor of a snapshot.
  package init(_ snapshot: Snapshot, _ profile: Profile) {
    let heat = profile.heat
    absence = snapshot.thermal.absence
    let hasRelations = snapshot.thermal.zones.contains { $0.slowsProcessors }
    for zone in snapshot.thermal.zones where heat.isProcessor(zone) {
      consider(
        zone.temperature, heat.throttlePoint(zone, trustsPassive: zone.slowsProcessors || !hasRelations))
    }
    for chip in snapshot.hwmon.chips where heat.chips.contains(chip.name) {
      let hasDie = chip.sensors.contains { Self.isLabelled($0, "Tdie") }
      for sensor in chip.sensors where sensor.kind == .temperature {
        // AMD's Tctl may be moved by up to 27 degrees for the sake of fans (Documentation/hwmon/k10temp.rst).
        if hasDie, Self.isLabelled(sensor, "Tctl") { continue }
        // `_max` is no limit: k10temp gives 70 whatever the chip, coretemp what fans are to do.
        consider(
          sensor.value,
          heat.trustsTrips ? Profile.Heat.limit(sensor.critical) ?? heat.throttle : heat.throttle)
      }
    }
    if let celsius = snapshot.sensors.temperature, Plausible.believes(celsius, of: .temperature) {
      consider(celsius, heat.throttle)
    }
  }

  private static func isLabelled(_ sensor: HwmonSensor, _ name: String) -> Bool {
    sensor.label.map { sameBytes($0, name) } ?? false
  }

  private mutating func consider(_ reading: Reading<Int>, _ throttle: Double) {
    if let millidegrees = reading.value {
      consider(Double(millidegrees) / 1000, throttle)
    } else {
      absence = reading.absence
    }
  }

  private mutating func consider(_ celsius: Double, _ throttle: Double) {
    hottest = max(hottest ?? celsius, celsius)
    if let nearest, nearest.throttle - nearest.celsius <= throttle - celsius { return }
    nearest = (celsius, throttle)
  }
}

extension Profile.Heat {
  /// Whether a zone is the processor's: the kernel slows cores by it, or it has one of the names, of which one that ends
  /// in a star stands for all that begin so.
  package func isProcessor(_ zone: ThermalZone) -> Bool {
    if zone.slowsProcessors { return true }
    let star = UInt8(ascii: "*")
    for name in zones {
      let name = name.utf8
      if name.last == star
        ? zone.type.utf8.starts(with: name.dropLast()) : zone.type.utf8.elementsEqual(name)
      {
        return true
      }
    }
    return false
  }

  /// Where a zone's cores are slowed, in degrees Celsius: at its passive limit. One with a critical trip only is slowed
  /// somewhere below it.
  ///
  /// - Parameter trustsPassive: whether passive trips can be limits. Where the kernel shows which zones slow cores, those
  ///   of others slow none.
  package func throttlePoint(_ zone: ThermalZone, trustsPassive: Bool) -> Double {
    guard trustsTrips else { return throttle }
    if trustsPassive, let passive = Self.passiveLimit(of: zone) { return passive }
    var lowest = throttle
    let belowCritical = 10.0
    for trip in zone.trips where trip.kind == .critical {
      if let celsius = Self.limit(trip.temperature) { lowest = min(lowest, celsius - belowCritical) }
    }
    return lowest
  }

  /// The highest passive trip, in degrees Celsius: a zone with two has its governor's control point first. Those of an x86
  /// package are what programs want to be told of (drivers/thermal/intel/x86_pkg_temp_thermal.c).
  static func passiveLimit(of zone: ThermalZone) -> Double? {
    var highest: Double?
    for trip in zone.trips where trip.kind == .passive && !sameBytes(zone.type, "x86_pkg_temp") {
      if let celsius = limit(trip.temperature) { highest = max(highest ?? celsius, celsius) }
    }
    return highest
  }

  /// A limit in degrees Celsius; nil where it cannot be one.
  static func limit(_ millidegrees: Int?) -> Double? {
    guard let millidegrees, Plausible.limit.believes(Int64(millidegrees)) else { return nil }
    return Double(millidegrees) / 1000
  }
}

extension Term {
  /// How far the processor is from being slowed by heat.
  static func heat(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let heat = ProcessorHeat(snapshot, profile)
    let (celsius, throttle) = heat.nearest ?? (profile.assumed.temperature, profile.heat.throttle)
    return Term(
      kind: .heat, value: celsius, full: throttle,
      source: heat.nearest == nil ? .assumed(heat.absence) : .measured,
      weight: profile.weights.heat, factor: clamped((throttle - celsius) / profile.heat.margin))
  }
}
