/// A point on the system's monotonic clock, in nanoseconds.
///
/// Logic takes it as an argument and never asks the clock itself; `CLOCK_BOOTTIME` is the source, so that time
/// spent suspended counts as age (clock_gettime(2)).
public struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since boot, 0 and above.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public static func + (instant: Instant, interval: Interval) -> Instant {
    Instant(nanoseconds: instant.nanoseconds &+ interval.nanoseconds)
  }

  public static func - (left: Instant, right: Instant) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }
}

/// A span of time, in nanoseconds; 64 bits hold 292 years.
///
/// The library's `Duration` is 128 bits wide, which costs code on 32-bit boards for range nobody needs here.
public struct Interval: Comparable, Hashable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  public static let zero = Interval(nanoseconds: 0)

  public static func seconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) &* 1_000_000_000)
  }

  public static func milliseconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) &* 1_000_000)
  }

  /// The span in seconds, for arithmetic and display.
  public var seconds: Double {
    Double(nanoseconds) / 1e9
  }

  /// The span in whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 {
    nanoseconds / 1_000_000
  }

  public static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public static func + (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
  }

  public static func - (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }
}
