package import Basics
internal import CLinux

/// The clocks and the kernel's random source. Where the hardware is read a firmware call times itself, and systemd is
/// told CLOCK_MONOTONIC; all else asks here.
package enum Clock {
  /// Time since boot, suspension included (clock_gettime(2), CLOCK_BOOTTIME).
  package static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  /// Milliseconds since 1970-01-01 UTC.
  package static func wallMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
  }

  /// Both clocks, read one after the other.
  package static func moment() -> Moment {
    Moment(instant: now(), wallMilliseconds: wallMilliseconds())
  }

  /// 64 random bits of the kernel (getrandom(2)), which waits early at boot until it has some.
  ///
  /// Where the kernel gives none they come from the clock: nothing secret may depend on them.
  package static func random() -> UInt64 {
    var value: UInt64 = 0
    let size = MemoryLayout<UInt64>.size
    guard getrandom(&value, size, 0) == size else {
      return UInt64(truncatingIfNeeded: now().nanoseconds) &* 0x9e37_79b9_7f4a_7c15
    }
    return value
  }
}
