/// Pressure stall information (`/proc/pressure`; Documentation/accounting/psi.rst); off by default on
/// Raspberry Pi OS.
public struct Pressure: Equatable, Sendable {
  public var cpu: PressureResource
  public var memory: PressureResource
  public var io: PressureResource

  public init(
    cpu: PressureResource = PressureResource(), memory: PressureResource = PressureResource(),
    io: PressureResource = PressureResource()
  ) {
    self.cpu = cpu
    self.memory = memory
    self.io = io
  }
}

/// The pressure on one resource.
public struct PressureResource: Equatable, Sendable {
  /// What the file says.
  public var stall: Reading<PressureStall>
  /// The share 0...1 of the time since the last sample in which some task waited, from the growth of `total`.
  public var someShare: Reading<Double>
  /// The same for all tasks waiting at once; absent for the CPU before Linux 5.13.
  public var fullShare: Reading<Double>

  public init(
    stall: Reading<PressureStall> = .absent(.notYet), someShare: Reading<Double> = .absent(.notYet),
    fullShare: Reading<Double> = .absent(.notYet)
  ) {
    self.stall = stall
    self.someShare = someShare
    self.fullShare = fullShare
  }
}

/// The two lines of a pressure file.
public struct PressureStall: Equatable, Sendable {
  public var some: PressureLine?
  public var full: PressureLine?

  public init(some: PressureLine? = nil, full: PressureLine? = nil) {
    self.some = some
    self.full = full
  }
}

/// Shares 0...1 of the last 10, 60 and 300 seconds, and the total in microseconds.
public struct PressureLine: Equatable, Sendable {
  public var average10: Double
  public var average60: Double
  public var average300: Double
  public var total: UInt64

  public init(average10: Double, average60: Double, average300: Double, total: UInt64) {
    self.average10 = average10
    self.average60 = average60
    self.average300 = average300
    self.total = total
  }
}
