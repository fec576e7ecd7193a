/// What the container or unit around this process allows it: the tightest limit of all visible groups above
/// it.
///
/// Both generations: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
public struct ControlGroup: Equatable, Sendable {
  public enum Version: UInt8, Sendable {
    case v1 = 1
    case v2 = 2
  }

  /// nil where the kernel shows no control groups.
  public var version: Version?
  /// The most processor time per time, in cores; nil is no limit.
  public var cores: Reading<Double?>
  /// The tightest memory limit in bytes; nil is no limit.
  public var memoryMaximum: Reading<UInt64?>
  /// What the group with the tightest limit (this process's own group where there is none) holds now, in
  /// bytes.
  public var memoryCurrent: Reading<UInt64>
  /// The numbers of the cores this process may run on; nil is all.
  public var allowedCores: Reading<[Int]?>

  public init(
    version: Version? = nil, cores: Reading<Double?> = .absent(.notYet),
    memoryMaximum: Reading<UInt64?> = .absent(.notYet), memoryCurrent: Reading<UInt64> = .absent(.notYet),
    allowedCores: Reading<[Int]?> = .absent(.notYet)
  ) {
    self.version = version
    self.cores = cores
    self.memoryMaximum = memoryMaximum
    self.memoryCurrent = memoryCurrent
    self.allowedCores = allowedCores
  }
}
