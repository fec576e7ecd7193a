internal import Readings

/// The clock the firmware allows where it throttles below the kernel's back (Raspberry Pi), in MHz.
struct FirmwareClock {
  /// From the clock the firmware measured; nil where it did not, or throttles nothing.
  let measured: Double?
  /// From the profile's soft limit and the temperature, where the firmware cannot be asked.
  let assumed: Double?

  /// Less than this share of what the governor asked for is the firmware's doing and not the sampling's: the two are
  /// read one after the other.
  private static let asAskedFor = 0.97

  init(_ snapshot: Snapshot, _ profile: Profile) {
    guard let flags = snapshot.firmware.throttle.value else {
      measured = nil
      assumed = Self.softLimit(snapshot, profile)
      return
    }
    assumed = nil
    guard let kilohertz = snapshot.firmware.clock.value, kilohertz > 0,
      !flags.isDisjoint(with: .slowsNow)
    else {
      measured = nil
      return
    }
    let clock = Double(kilohertz) / 1000
    var requested = 0.0
    var full = 0.0
    for policy in snapshot.processors.policies {
      requested = max(requested, Double(policy.current.value ?? 0) / 1000)
      full = max(full, Double(policy.maximum.value ?? policy.limit.value ?? 0) / 1000)
    }
    if requested <= 0 || clock < requested * Self.asAskedFor || requested >= full * Self.asAskedFor {
      measured = clock
      return
    }
    // Cores that have little to do run slowly anyway: what they would be held to is only known to be no less.
    var guess = full
    if flags.contains(.softTemperatureLimit), let soft = profile.heat.soft { guess = min(guess, soft.clock) }
    if !flags.isDisjoint(with: [.frequencyCapped, .throttled]) {
      guess = min(guess, full * (1 - profile.weights.throttling))
    }
    measured = max(clock, guess)
  }

  private static func softLimit(_ snapshot: Snapshot, _ profile: Profile) -> Double? {
    guard let soft = profile.heat.soft else { return nil }
    for zone in snapshot.thermal.zones where profile.heat.isProcessor(zone) {
      if let temperature = zone.temperature.value, Double(temperature) / 1000 >= soft.temperature {
        return soft.clock
      }
    }
    return nil
  }
}
