/// What the container or unit around this process allows it: the tightest limit of all visible groups above
/// it.
///
/// Both generations: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
package struct ControlGroup: Equatable, Sendable {
  /// The two generations of the kernel's interface, which name and place their files differently.
  package enum Version: UInt8, Sendable {
    case v1 = 1
    case v2 = 2
  }

  /// nil where the kernel shows no control groups.
  package var version: Version?
  /// The most processor time per time, in cores; nil is no limit.
  package var cores: Reading<Double?>
  /// What the group with the tightest quota did since the last sample; nil where there is no quota.
  package var use: Reading<QuotaUse>?
  /// The tightest memory limit in bytes; nil is no limit.
  package var memoryMaximum: Reading<UInt64?>
  /// What the group with the tightest limit (this process's own group where there is none) holds now, in
  /// bytes.
  package var memoryCurrent: Reading<UInt64>
  /// How much of that the kernel can take back when it is needed: pages of files and reclaimable slabs, in bytes;
  /// nil where there is no limit.
  package var memoryReclaimable: Reading<UInt64>?
  /// The numbers of the cores this process may run on, as `Core.number` has them; nil is all that are there.
  package var allowedCores: Reading<[Int]?>

  /// A group of which nothing was read but what is given.
  package init(
    version: Version? = nil, cores: Reading<Double?> = .absent(.notYet), use: Reading<QuotaUse>? = nil,
    memoryMaximum: Reading<UInt64?> = .absent(.notYet), memoryCurrent: Reading<UInt64> = .absent(.notYet),
    memoryReclaimable: Reading<UInt64>? = nil, allowedCores: Reading<[Int]?> = .absent(.notYet)
  ) {
    self.version = version
    self.cores = cores
    self.use = use
    self.memoryMaximum = memoryMaximum
    self.memoryCurrent = memoryCurrent
    self.memoryReclaimable = memoryReclaimable
    self.allowedCores = allowedCores
  }

  /// Bytes that new work can have inside the limit: what the group holds and the kernel cannot take back is gone; nil
  /// where there is no limit.
  package var memoryLeft: UInt64? {
    guard let maximum = memoryMaximum.value ?? nil else { return nil }
    let held = memoryCurrent.value ?? 0
    let reclaimable = memoryReclaimable?.value ?? 0
    let kept = held > reclaimable ? held - reclaimable : 0
    return maximum > kept ? maximum - kept : 0
  }
}

/// What a group did with its quota between two samples.
package struct QuotaUse: Equatable, Sendable {
  /// Processor time per time, in cores; above the quota for a moment, since it is counted in periods.
  package var cores: Double
  /// The share 0...1 of the time in which some of its tasks waited for the next period; nil where the kernel does
  /// not count it.
  package var throttled: Double?

  /// Use of a quota in cores, and the share 0...1 of the time in which tasks waited.
  package init(cores: Double, throttled: Double? = nil) {
    self.cores = cores
    self.throttled = throttled
  }
}
