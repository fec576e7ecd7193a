/// `/proc/meminfo`, in bytes.
public struct Memory: Equatable, Sendable {
  public var total: UInt64
  /// What new programs can have without swapping: `MemAvailable`, or on kernels before 3.14
  /// free + buffers + cached - shared.
  public var available: UInt64
  public var swapTotal: UInt64
  public var swapFree: UInt64

  public init(total: UInt64, available: UInt64, swapTotal: UInt64 = 0, swapFree: UInt64 = 0) {
    self.total = total
    self.available = available
    self.swapTotal = swapTotal
    self.swapFree = swapFree
  }
}
