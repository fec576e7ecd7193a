import Basics
internal import CLinux
import Platform
package import Readings
package import Sampling

extension FileSource {
  /// This machine's files.
  package static var system: FileSource {
    FileSource(
      open: { File.openForReading($0) },
      read: { File.read($0, into: $1, count: $2, at: $3) },
      close: { File.close($0) },
      forEachName: { File.forEachName(in: $0, $1) },
      exists: { File.exists($0) },
      linkTarget: { File.linkTarget($0) },
      space: { systemSpace($0) },
      exchange: { askFirmware($0, $1) },
      microseconds: { monotonicMicroseconds() })
  }

  /// `statvfs` of a folder. It may wait where the folder is on a dead network file system.
  private static func systemSpace(_ path: String) -> (value: FileSystemSpace?, error: Int32) {
    var status = statvfs()
    while path.withCString({ statvfs($0, &status) }) != 0 {
      let number = clinux_errno()
      if number != EINTR { return (nil, number) }
    }
    let unit = UInt64(status.f_frsize)
    let total = UInt64(status.f_blocks).multipliedReportingOverflow(by: unit)
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: unit)
    guard !total.overflow, !free.overflow else { return (nil, EOVERFLOW) }
    return (
      FileSystemSpace(
        total: total.partialValue, free: free.partialValue,
        isReadOnly: UInt(status.f_flag) & UInt(ST_RDONLY) != 0), 0
    )
  }

  /// The kernel's own (drivers/char/broadcom/vcio.c). It waits for the firmware, a second at most.
  static func askFirmware(_ descriptor: Int32, _ message: UnsafeMutableRawBufferPointer) -> Int32 {
    clinux_firmware_property(descriptor, message.baseAddress) == 0 ? 0 : clinux_errno()
  }

  private static func monotonicMicroseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) &* 1_000_000 &+ Int64(now.tv_nsec) / 1000
  }
}

extension Sampler {
  /// Samples this machine, or a copy of another's files below `root`.
  package convenience init(root: String, statePath: String, enginePath: String) {
    self.init(root: root, statePath: statePath, enginePath: enginePath, files: .system)
  }
}

extension BoardDevices {
  /// What there is below `root`.
  package init(root: String) {
    self.init(root: root, files: .system)
  }
}
