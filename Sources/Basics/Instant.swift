/// A point on the system's monotonic clock, in nanoseconds.
///
/// Logic takes it as an argument and never asks the clock itself; `CLOCK_BOOTTIME` is the source, so that time
/// spent suspended counts as age (clock_gettime(2)).
package struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since boot, 0 and above.
  package var nanoseconds: Int64

  /// The point that is so many nanoseconds after boot; nothing is checked.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Whether `left` is earlier.
  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The point one interval later; wraps around beyond 64 bits.
  package static func + (instant: Instant, interval: Interval) -> Instant {
    Instant(nanoseconds: instant.nanoseconds &+ interval.nanoseconds)
  }

  /// The time from `right` to `left`; negative where `left` is earlier.
  package static func - (left: Instant, right: Instant) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }
}

/// A span of time, in nanoseconds; 64 bits hold 292 years.
///
/// The library's `Duration` is 128 bits wide, which costs code on 32-bit boards for range nobody needs here.
package struct Interval: Comparable, Hashable, Sendable {
  /// Below 0 for a span that leads back.
  package var nanoseconds: Int64

  /// A span of so many nanoseconds.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// No time at all.
  package static let zero = Interval(nanoseconds: 0)

  /// A span of whole seconds; wraps around beyond 292 years.
  package static func seconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) &* 1_000_000_000)
  }

  /// A span of whole milliseconds; wraps around beyond 292 years.
  package static func milliseconds(_ count: Int) -> Interval {
    Interval(nanoseconds: Int64(count) &* 1_000_000)
  }

  /// The span in seconds, for arithmetic and display.
  package var seconds: Double {
    Double(nanoseconds) / 1e9
  }

  /// The span in whole milliseconds, rounded towards zero.
  package var milliseconds: Int64 {
    nanoseconds / 1_000_000
  }

  /// Whether `left` is shorter; a span that leads back is shorter than none.
  package static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Both spans one after the other; wraps around beyond 64 bits.
  package static func + (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &+ right.nanoseconds)
  }

  /// What is left of `left` without `right`; negative where `right` is longer.
  package static func - (left: Interval, right: Interval) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }

  /// The span `count` times; wraps around beyond 64 bits.
  package static func * (interval: Interval, count: Int) -> Interval {
    Interval(nanoseconds: interval.nanoseconds &* Int64(count))
  }

  /// Rounded towards zero; `count` is not 0.
  package static func / (interval: Interval, count: Int) -> Interval {
    Interval(nanoseconds: interval.nanoseconds / Int64(count))
  }
}
