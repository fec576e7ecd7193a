internal import Readings

/// What the cores can do, from the full clock down to what is left now; all in 7-zip MIPS.
struct Capacity {
  /// All online cores this process may use, at their full clock.
  private var full = 0.0
  /// The same at the clocks allowed now.
  private var limited = 0.0
  /// The same, less what is busy.
  private var free = 0.0
  /// The fastest single core, at the clock allowed now.
  private var fastest = 0.0
  /// What the firmware leaves of the clock the kernel allows the slowest cores, 0...1.
  private(set) var firmwareShare = 1.0
  private var clock = 0.0
  private var fullClock = 0.0
  /// Cores this process may use, of whatever speed.
  private var count = 0.0
  private var quota: Double?
  /// Cores' worth of time that the group with the quota uses.
  private var use: Double?
  private var coresSource = Term.Source.measured
  private var clockSource = Term.Source.measured
  private var loadSource = Term.Source.measured
  private var quotaSource = Term.Source.measured
  /// The cores by their speed at the full clock, where they were asked for: they take memory, and each sample is scored.
  private(set) var speeds = CoreSpeeds()
  private let wantsSpeeds: Bool

  /// What stays free of a core that is fully busy: the scheduler gives new work its share of it.
  static let leastFreeShare = 0.05
  /// A core's capacity as the kernel counts it: 1024 for the fastest of a machine.
  private static let capacityScale = 1024.0
  /// The smallest quota counted, in cores.
  private static let leastQuota = 0.01
  /// Clocks outside are not believed, in MHz.
  private static let clockRange = 0.001...10_000.0

  init(of snapshot: Snapshot, profile: Profile, wantsSpeeds: Bool = false) {
    self.wantsSpeeds = wantsSpeeds
    let stand = StandIns(snapshot, profile)
    let processors = snapshot.processors
    firmwareShare = stand.firmwareShare
    // A list in which no core is online does not say that there is no core.
    let anyOnline = processors.cores.contains { $0.isOnline }
    let allowed = snapshot.allowedCores
    for core in processors.cores where core.isOnline || !anyOnline {
      if let allowed, !allowed.contains(core.number) { continue }
      let siblings = profile.processor.threadGain < 1 ? threads(of: core, in: processors, anyOnline) : 1
      add(core, siblings: siblings, stand, profile, processors)
    }
    if processors.cores.isEmpty {
      assume(stand, profile, snapshot)
    } else if !anyOnline {
      coresSource = .substitute(processors.utilisation.absence)
    }
    switch snapshot.controlGroup.cores {
    case .value(let cores, _):
      quota = cores.map { $0 > Self.leastQuota ? $0 : Self.leastQuota }
      use = cores == nil ? nil : snapshot.controlGroup.use?.value?.cores
    case .absent(let absence): quotaSource = .assumed(absence)
    }
    speeds.quota = quota.map { max($0, Self.leastQuota) }
  }

  private mutating func add(
    _ core: Core, siblings: Int, _ stand: StandIns, _ profile: Profile, _ processors: Processors
  ) {
    var policy: FrequencyPolicy?
    if let index = core.policy, processors.policies.indices.contains(index) {
      policy = processors.policies[index]
    }
    let maximum = megahertz(policy?.maximum) ?? megahertz(policy?.limit) ?? stand.clock
    var limit = maximum
    if let reading = policy?.limit.value {
      limit = min(
        min(max(Double(reading) / 1000, Self.clockRange.lowerBound), Self.clockRange.upperBound), maximum)
    } else {
      // Without a limit the state of the cooling devices is the only sign of the kernel's throttling.
      limit = maximum * stand.coolingShare
      clockSource =
        policy == nil && stand.isClockAssumed
        ? .assumed(nil) : .substitute(policy?.limit.absence)
    }
    if let firmwareClock = stand.firmwareClock {
      limit = min(limit, firmwareClock)
      clockSource = .measured
    } else if let softClock = stand.softClock, softClock < limit {
      limit = softClock
      clockSource = .substitute(stand.firmwareAbsence)
    }
    let share = share(of: core, maximum: maximum, stand, profile)
    let threads = Double(siblings)
    let threadShare = (1 + profile.processor.threadGain * (threads - 1)) / threads
    let rate = stand.fullRate * share
    let now = rate * (limit / maximum)
    count += 1
    full += rate * threadShare
    if wantsSpeeds {
      speeds.add(1 / threads, speed: rate)
      speeds.add(1 - 1 / threads, speed: rate * profile.processor.threadGain)
    }
    limited += now * threadShare
    fastest = max(fastest, now)
    clock = max(clock, limit)
    fullClock = max(fullClock, maximum)
    var busy = stand.load
    if let measured = core.utilisation.value, measured >= 0 {
      busy = min(measured, 1)
    } else {
      loadSource = stand.loadSource
    }
    free += now * threadShare * max(1 - busy, Self.leastFreeShare)
  }

  /// What the core can do of what the machine's fastest can, above 0 and at most 1.
  ///
  /// The kernel's word, which is the same for all cores until all policies are there; never more than the profile
  /// knows. Where the kernel has none, the rate of the core's kind at its own full clock.
  private func share(of core: Core, maximum: Double, _ stand: StandIns, _ profile: Profile) -> Double {
    var share = 1.0
    if let capacity = core.capacity.value {
      share = Double(capacity) / Self.capacityScale
    } else if let part = core.part, stand.hasUnequalParts {
      share = profile.processor.rate(of: part) * maximum / stand.fullRate
    }
    if let part = core.part {
      for known in profile.processor.capacities where known.part == part {
        share = min(share, Double(known.share) / Self.capacityScale)
      }
    }
    return min(max(share, 1 / Self.capacityScale), 1)
  }

  /// Without a list of cores the profile's stand in.
  private mutating func assume(_ stand: StandIns, _ profile: Profile, _ snapshot: Snapshot) {
    var count = profile.processor.cores
    if let allowed = snapshot.controlGroup.allowedCores.value ?? nil, !allowed.isEmpty {
      count = min(count, allowed.count)
    }
    self.count = Double(count)
    full = stand.fullRate * Double(count)
    if wantsSpeeds { speeds.add(Double(count), speed: stand.fullRate) }
    let left = stand.coolingShare * stand.firmwareShare
    fastest = stand.fullRate * left
    limited = full * left
    free = limited * max(1 - stand.load, Self.leastFreeShare)
    clock = stand.clock * left
    fullClock = stand.clock
    coresSource = .assumed(snapshot.processors.utilisation.absence)
    clockSource = .assumed(nil)
    loadSource = stand.loadSource
  }

  var coresTerm: Term {
    Term(kind: .cores, value: full, full: full, source: coresSource, weight: 1, factor: 1)
  }

  var clockTerm: Term {
    Term(
      kind: .clock, value: clock, full: fullClock, source: clockSource, weight: 1,
      factor: ratio(limited, full))
  }

  var loadTerm: Term {
    let factor = quotaLeavesCores ? unused ?? 1 : ratio(free, limited)
    return Term(
      kind: .load, value: (1 - factor) * 100, full: 0, source: quotaLeavesCores ? .measured : loadSource,
      weight: 1, factor: factor)
  }

  var quotaTerm: Term {
    let before = quotaLeavesCores ? limited * (unused ?? 1) : free
    return Term(
      kind: .quota, value: quota ?? -1, full: -1, source: quotaSource, weight: 1, factor: ratio(left, before))
  }

  /// What is free and inside the quota.
  var left: Double {
    guard let quota else { return free }
    // In fastest cores, so that losing a slow core never makes the bound looser.
    let bound = min(limited, quota * fastest) * (unused ?? 1)
    return quotaLeavesCores ? bound : min(free, bound)
  }

  /// Whether the quota leaves some of the cores to others and its use is known.
  ///
  /// Then that use is the load: what others do with their part takes nothing from the group. A quota of all cores
  /// leaves none, and the load of all counts as without one.
  var quotaLeavesCores: Bool {
    guard let quota, use != nil else { return false }
    return quota < count
  }

  /// The share of the quota that is not used; nil without a quota or an account of it.
  private var unused: Double? {
    guard let use, let quota else { return nil }
    let share = 1 - use / min(quota, max(count, Self.leastQuota))
    // Written so that a NaN leaves the least.
    return share > Self.leastFreeShare ? min(share, 1) : Self.leastFreeShare
  }

  private func megahertz(_ reading: Reading<Int>?) -> Double? {
    guard let kilohertz = reading?.value, kilohertz > 0 else { return nil }
    return min(max(Double(kilohertz) / 1000, Self.clockRange.lowerBound), Self.clockRange.upperBound)
  }

  /// How many online threads, this one included, share the core.
  private func threads(of core: Core, in processors: Processors, _ anyOnline: Bool) -> Int {
    guard let number = core.topology.core.value else { return 1 }
    var count = 0
    for other in processors.cores where other.isOnline || !anyOnline {
      if other.topology.core.value == number, other.topology.package.value == core.topology.package.value {
        count += 1
      }
    }
    return max(count, 1)
  }
}

/// What stands in for readings that single cores lack, worked out once for all of them.
private struct StandIns {
  /// Full clock in MHz.
  let clock: Double
  /// Whether `clock` is the profile's.
  let isClockAssumed: Bool
  /// MIPS of the machine's fastest core at its full clock.
  let fullRate: Double
  /// Busy share 0...1.
  let load: Double
  let loadSource: Term.Source
  /// What the kernel's cooling leaves of the clock, above 0 and at most 1.
  let coolingShare: Double
  /// Whether the machine has cores of several kinds.
  let hasUnequalParts: Bool
  /// What the firmware lets the cores run at, in MHz: measured, or the profile's for this temperature.
  let firmwareClock: Double?
  let softClock: Double?
  let firmwareAbsence: Absence?
  let firmwareShare: Double

  init(_ snapshot: Snapshot, _ profile: Profile) {
    let processors = snapshot.processors
    var rate = 0.0
    var printed = 0
    let parts = snapshot.board.processorParts.value ?? []
    for part in parts {
      rate = max(rate, profile.processor.rate(of: part.part))
      printed = max(printed, part.megahertz)
    }
    hasUnequalParts = parts.count > 1
    if rate <= 0 { rate = profile.processor.rate }
    isClockAssumed = printed <= 0
    clock = printed > 0 ? min(Double(printed), 10_000) : profile.processor.clock
    var fastest = 0
    for policy in processors.policies {
      fastest = max(fastest, policy.maximum.value ?? policy.limit.value ?? 0)
    }
    fullRate = rate * (fastest > 0 ? min(max(Double(fastest) / 1000, 0.001), 10_000) : clock)

    if let measured = processors.utilisation.value, measured >= 0 {
      load = min(measured, 1)
      loadSource = .measured
    } else if let average = snapshot.load.value, average.one >= 0 {
      let online = processors.onlineCount
      load = min(average.one / Double(online > 0 ? online : profile.processor.cores), 1)
      loadSource = .substitute(processors.utilisation.absence)
    } else {
      load = profile.assumed.load
      loadSource = .assumed(processors.utilisation.absence)
    }

    coolingShare = Self.coolingShare(snapshot.thermal)
    let slowed = FirmwareClock(snapshot, profile)
    firmwareClock = slowed.measured
    softClock = slowed.assumed
    firmwareAbsence = snapshot.firmware.throttle.absence
    let slowest = Self.slowestLimit(of: processors, clock: clock, coolingShare: coolingShare)
    firmwareShare = slowed.measured.map { ratio($0, slowest) } ?? 1
  }

  private static func coolingShare(_ thermal: Thermal) -> Double {
    var share = 1.0
    for device in thermal.coolingDevices where device.slowsProcessors {
      guard let state = device.state.value, let most = device.maximum.value, state > 0, most > 0 else {
        continue
      }
      share = min(share, 1 - Double(min(state, most)) / (Double(most) + 1))
    }
    return share
  }

  /// The clock in MHz that the kernel allows the slowest core.
  private static func slowestLimit(
    of processors: Processors, clock: Double, coolingShare: Double
  ) -> Double {
    var slowest = clock * coolingShare
    var isFirst = true
    for core in processors.cores {
      var limit = clock * coolingShare
      if let index = core.policy, processors.policies.indices.contains(index),
        let reading = processors.policies[index].limit.value ?? processors.policies[index].maximum.value
      {
        limit = Double(reading) / 1000 * (processors.policies[index].limit.value == nil ? coolingShare : 1)
      }
      slowest = isFirst ? limit : min(slowest, limit)
      isFirst = false
    }
    return slowest
  }
}

/// A share 0...1, and 1 of nothing.
func ratio(_ part: Double, _ whole: Double) -> Double {
  guard whole > 0 else { return 1 }
  return clamped(part / whole)
}

/// Into 0...1; what is no number is 0, never better than what is.
func clamped(_ share: Double) -> Double {
  guard share > 0 else { return 0 }
  return share < 1 ? share : 1
}
