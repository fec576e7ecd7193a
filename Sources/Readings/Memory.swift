/// `/proc/meminfo`, in bytes.
package struct Memory: Equatable, Sendable {
  /// All that the kernel manages.
  package var total: UInt64
  /// What new programs can have without swapping: `MemAvailable`, or on kernels before 3.14
  /// free + buffers + cached - shared.
  package var available: UInt64
  /// Swap in all; 0 where there is none.
  package var swapTotal: UInt64
  /// Swap that is not used.
  package var swapFree: UInt64

  /// Amounts in bytes; without swap where none is given.
  package init(total: UInt64, available: UInt64, swapTotal: UInt64 = 0, swapFree: UInt64 = 0) {
    self.total = total
    self.available = available
    self.swapTotal = swapTotal
    self.swapFree = swapFree
  }
}
