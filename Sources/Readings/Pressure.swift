/// Pressure stall information (`/proc/pressure`; Documentation/accounting/psi.rst); off by default on
/// Raspberry Pi OS.
package struct Pressure: Equatable, Sendable {
  /// Waiting for a core.
  package var cpu: PressureResource
  /// Waiting for pages of memory.
  package var memory: PressureResource
  /// Waiting for a disk.
  package var io: PressureResource

  /// Pressure that was not read but for what is given.
  package init(
    cpu: PressureResource = PressureResource(), memory: PressureResource = PressureResource(),
    io: PressureResource = PressureResource()
  ) {
    self.cpu = cpu
    self.memory = memory
    self.io = io
  }
}

/// The pressure on one resource.
package struct PressureResource: Equatable, Sendable {
  /// What the file says.
  package var stall: Reading<PressureStall>
  /// The share 0...1 of the time since the last sample in which some task waited, from the growth of `total`.
  package var someShare: Reading<Double>
  /// The same for all tasks waiting at once; absent for the CPU before Linux 5.13.
  package var fullShare: Reading<Double>

  /// A resource that was not read but for what is given.
  package init(
    stall: Reading<PressureStall> = .absent(.notYet), someShare: Reading<Double> = .absent(.notYet),
    fullShare: Reading<Double> = .absent(.notYet)
  ) {
    self.stall = stall
    self.someShare = someShare
    self.fullShare = fullShare
  }
}

/// The two lines of a pressure file.
package struct PressureStall: Equatable, Sendable {
  /// At least one task waited; nil where the file has no such line.
  package var some: PressureLine?
  /// All tasks waited at once; nil where the file has no such line.
  package var full: PressureLine?

  /// The lines that the file has.
  package init(some: PressureLine? = nil, full: PressureLine? = nil) {
    self.some = some
    self.full = full
  }
}

/// Shares 0...1 of the last 10, 60 and 300 seconds, and the total in microseconds.
package struct PressureLine: Equatable, Sendable {
  /// Of the last 10 seconds.
  package var average10: Double
  /// Of the last 60 seconds.
  package var average60: Double
  /// Of the last 300 seconds.
  package var average300: Double
  /// Microseconds since boot.
  package var total: UInt64

  /// A line as the kernel writes it, with shares in place of its percents.
  package init(average10: Double, average60: Double, average300: Double, total: UInt64) {
    self.average10 = average10
    self.average60 = average60
    self.average300 = average300
    self.total = total
  }
}
