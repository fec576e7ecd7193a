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
}
