internal import Readings

private let mebibyte = 1_048_576.0

extension Term {
  /// Whether the firmware slows the cores below what cpufreq shows.
  ///
  /// Where its flags cannot be read and the board's trips do not tell (Raspberry Pi), the temperature does: the
  /// firmware goes from first to full throttling within five degrees (80 to 85 °C).
  static func throttling(_ snapshot: Snapshot, _ profile: Profile, _ heat: Term) -> Term {
    let weight = profile.weights.throttling
    if let flags = snapshot.firmware.throttle.value {
      var factor = 1.0
      if flags.contains(.softTemperatureLimit) { factor = softLimitFactor }
      if flags.contains(.throttled) || flags.contains(.frequencyCapped) { factor = 0 }
      // The clock that was measured says it better, and is counted once.
      let isInClock = FirmwareClock(snapshot, profile).measured != nil
      return Term(
        kind: .throttling, value: 1 - factor, full: 0, source: .measured, weight: weight,
        factor: isInClock ? 1 : factor)
    }
    let absence = snapshot.firmware.throttle.absence
    let fullThrottling = 5.0
    if !profile.heat.trustsTrips, heat.source.isMeasured {
      let factor = 1 - clamped((heat.value - heat.full) / fullThrottling)
      return Term(
        kind: .throttling, value: 1 - factor, full: 0, source: .substitute(absence), weight: weight,
        factor: factor)
    }
    return Term(kind: .throttling, value: 0, full: 0, source: .assumed(absence), weight: weight, factor: 1)
  }

  /// The firmware's soft limit takes half of what full throttling takes.
  private static let softLimitFactor = 0.5

  /// Whether the supply is too weak now, or is about to be: more than four fifths of what a fitting one gives.
  ///
  /// - Parameter firmwareShare: what the firmware leaves of the clock, which a weak supply may have lowered: the
  ///   stronger of the two counts, not both.
  static func supply(_ snapshot: Snapshot, _ profile: Profile, firmwareShare: Double) -> Term {
    let weight = profile.weights.supply
    let alarm = snapshot.firmware.undervoltage.value
    let flag = snapshot.firmware.throttle.value?.contains(.undervoltage)
    // A chip that measures the supply, where its owner has named a limit.
    let chip = snapshot.sensors.undervoltage
    let drawn = snapshot.power.drawn.value
    let isWeak = (alarm ?? false) || (flag ?? false) || (chip ?? false)
    let source: Source =
      alarm == nil && flag == nil && chip == nil && (drawn == nil || profile.power.supply == nil)
      ? .assumed(snapshot.firmware.undervoltage.absence) : .measured
    var factor = 1.0
    if let drawn, let supply = profile.power.supply {
      let ample = 0.8
      factor = clamped((1 - drawn / supply) / (1 - ample))
    }
    if isWeak {
      let isInClock = FirmwareClock(snapshot, profile).measured != nil && weight > 0
      let effect = isInClock ? min((1 - weight) / firmwareShare, 1) : 1 - weight
      factor = isInClock ? min(factor, clamped(1 - (1 - effect) / weight)) : 0
    }
    return Term(
      kind: .supply, value: isWeak ? 1 : 0, full: 0, source: source, weight: weight, factor: factor)
  }

  /// What is left of the batteries while they are being emptied; from half of it on it counts.
  static func battery(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let enough = 50.0
    var left = snapshot.power.chargeLeft
    var source = Source.measured
    for supply in snapshot.power.supplies where supply.kind == .battery || supply.kind == .ups {
      if let absence = supply.state.absence { source = .assumed(absence) }
    }
    // A gauge does not say whether the battery is in use; from half of it on it counts as if it were.
    if let charge = snapshot.sensors.charge { left = min(left ?? charge, min(max(charge, 0), 100)) }
    if let absence = snapshot.power.absence, snapshot.sensors.charge == nil { source = .assumed(absence) }
    return Term(
      kind: .battery, value: left ?? -1, full: enough, source: source, weight: profile.weights.battery,
      factor: left.map { clamped($0 / enough) } ?? 1)
  }

  /// The smaller of the places work needs: the state folder's and the Engine's file systems.
  static func storage(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let ample = profile.assumed.ampleStorage
    var least: Double?
    func consider(_ reading: Reading<FileSystemSpace>) {
      guard let space = reading.value else { return }
      let free = space.isReadOnly ? -mebibyte : Double(space.free)
      least = min(least ?? free, free)
    }
    consider(snapshot.storage.state)
    consider(snapshot.storage.engine)
    return Term(
      kind: .storage, value: (least ?? ample) / mebibyte, full: ample / mebibyte,
      source: least == nil ? .assumed(snapshot.storage.state.absence) : .measured,
      weight: profile.weights.storage, factor: clamped((least ?? ample) / ample))
  }
}
