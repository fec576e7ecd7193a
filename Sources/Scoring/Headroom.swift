import Basics
internal import Readings

private let mebibyte = 1_048_576.0

extension Term {
  /// What new work can have: the machine's available memory or the control group's rest, whichever is less.
  static func memory(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    var available = profile.assumed.memory
    var source = Source.assumed(snapshot.memory.absence)
    if let memory = snapshot.memory.value {
      available = Double(memory.available)
      source = .measured
    }
    if let left = snapshot.controlGroup.memoryLeft { available = min(available, Double(left)) }
    let ample = profile.assumed.ampleMemory
    return Term(
      kind: .memory, value: available / mebibyte, full: ample / mebibyte, source: source,
      weight: profile.weights.memory, factor: clamped(available / ample))
  }

  /// The share of time in which tasks waited for a core; without pressure information, the share of the load
  /// average that no core serves. Where a quota leaves cores to others it is the time in which the group waited for
  /// the quota, since who waits for the machine's cores may be the others.
  static func cpuPressure(_ snapshot: Snapshot, _ profile: Profile, leavesCores: Bool) -> Term {
    let weight = profile.weights.cpuPressure
    let throttled = snapshot.controlGroup.use?.value?.throttled
    if leavesCores, let throttled { return pressure(.cpuPressure, throttled, .measured, weight) }
    let least = throttled ?? 0
    if let share = stalled(snapshot.pressure.cpu) {
      return pressure(.cpuPressure, max(share, least), .measured, weight)
    }
    let absence = snapshot.pressure.cpu.someShare.absence
    let online = snapshot.processors.onlineCount
    let cores = Double(online > 0 ? online : profile.processor.cores)
    guard let load = snapshot.load.value, load.one >= 0 else {
      return pressure(.cpuPressure, least, .assumed(absence), weight)
    }
    let unserved = load.one > cores ? 1 - cores / load.one : 0
    return pressure(.cpuPressure, max(unserved, least), .substitute(absence), weight)
  }

  /// The share of time in which tasks waited for memory.
  static func memoryPressure(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let share = stalled(snapshot.pressure.memory)
    return pressure(
      .memoryPressure, share ?? 0,
      share == nil ? .assumed(snapshot.pressure.memory.someShare.absence) : .measured,
      profile.weights.memoryPressure)
  }

  /// The share of time in which tasks waited for a disk; without pressure information, how busy the busiest disk is.
  static func ioPressure(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let weight = profile.weights.ioPressure
    if let share = stalled(snapshot.pressure.io) { return pressure(.ioPressure, share, .measured, weight) }
    var busiest: Double?
    for disk in snapshot.storage.disks {
      if let share = disk.busyShare.value, share >= 0 { busiest = max(busiest ?? 0, share) }
    }
    let absence = snapshot.pressure.io.someShare.absence
    return pressure(
      .ioPressure, busiest ?? 0, busiest == nil ? .assumed(absence) : .substitute(absence), weight)
  }

  /// From the interval's own growth; in the first interval from the kernel's average of ten seconds.
  private static func stalled(_ resource: PressureResource) -> Double? {
    if let share = resource.someShare.value, share >= 0 { return share }
    if let share = resource.stall.value?.some?.average10, share >= 0 { return share }
    return nil
  }

  private static func pressure(_ kind: Kind, _ share: Double, _ source: Source, _ weight: Double) -> Term {
    let share = clamped(share)
    return Term(kind: kind, value: share * 100, full: 0, source: source, weight: weight, factor: 1 - share)
  }

  /// How far the processor's hottest sensor is from throttling.
  static func heat(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let heat = profile.heat
    var worst: Term?
    var absence = snapshot.thermal.absence
    func consider(_ reading: Reading<Int>, throttle: Double) {
      guard let millidegrees = reading.value else {
        absence = reading.absence
        return
      }
      let celsius = Double(millidegrees) / 1000
      let term = Term(
        kind: .heat, value: celsius, full: throttle, source: .measured, weight: profile.weights.heat,
        factor: clamped((throttle - celsius) / heat.margin))
      if let worst, worst.full - worst.value <= throttle - celsius { return }
      worst = term
    }
    for zone in snapshot.thermal.zones where heat.zones.contains(zone.type) {
      consider(zone.temperature, throttle: throttlePoint(zone, heat))
    }
    for chip in snapshot.hwmon.chips where heat.chips.contains(chip.name) {
      for sensor in chip.sensors where sensor.kind == .temperature {
        let limit = heat.trustsTrips ? believable(sensor.critical) ?? believable(sensor.maximum) : nil
        consider(sensor.value, throttle: limit ?? heat.throttle)
      }
    }
    if let celsius = snapshot.sensors.temperature, celsius == celsius {
      consider(
        .value(Int(min(max(celsius, -100), 200) * 1000), at: Instant(nanoseconds: 0)), throttle: heat.throttle
      )
    }
    return worst
      ?? Term(
        kind: .heat, value: profile.assumed.temperature, full: heat.throttle, source: .assumed(absence),
        weight: profile.weights.heat,
        factor: clamped((heat.throttle - profile.assumed.temperature) / heat.margin))
  }

  /// The highest passive trip: a zone with two has its governor's control point first and throttles at the other.
  /// A zone with a critical trip only throttles somewhere below it.
  private static func throttlePoint(_ zone: ThermalZone, _ heat: Profile.Heat) -> Double {
    guard heat.trustsTrips else { return heat.throttle }
    var passive: Double?
    var critical: Double?
    for trip in zone.trips {
      guard let celsius = believable(trip.temperature) else { continue }
      if trip.kind == .passive { passive = max(passive ?? celsius, celsius) }
      if trip.kind == .critical { critical = min(critical ?? celsius, celsius) }
    }
    let belowCritical = 10.0
    return passive ?? critical.map { min($0 - belowCritical, heat.throttle) } ?? heat.throttle
  }

  /// Firmware writes 0 or absolute zero where it has no limit.
  private static func believable(_ millidegrees: Int?) -> Double? {
    guard let millidegrees, (40_000...150_000).contains(millidegrees) else { return nil }
    return Double(millidegrees) / 1000
  }
}
