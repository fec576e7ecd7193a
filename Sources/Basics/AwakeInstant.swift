/// A point on a clock that stands still while its owner does not run: what passes while a program is suspended, stopped or
/// starved is nobody's silence.
///
/// A type of its own, so that the compiler keeps it apart from `Instant`, on which that time counts.
package struct AwakeInstant: Comparable, Hashable, Sendable {
  /// Nanoseconds since boot, less those in which the owner did not run.
  package var nanoseconds: Int64

  /// The point that is so many nanoseconds after the clock's start.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The point at which this clock stands at `instant`.
  ///
  /// - Parameter asleep: the time until `instant` in which the owner did not run.
  package init(_ instant: Instant, asleep: Interval) {
    nanoseconds = instant.nanoseconds &- asleep.nanoseconds
  }

  /// Whether `left` is earlier.
  package static func < (left: AwakeInstant, right: AwakeInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The point one interval later; wraps around beyond 64 bits.
  package static func + (instant: AwakeInstant, interval: Interval) -> AwakeInstant {
    AwakeInstant(nanoseconds: instant.nanoseconds &+ interval.nanoseconds)
  }

  /// The point one interval earlier; wraps around beyond 64 bits.
  package static func - (instant: AwakeInstant, interval: Interval) -> AwakeInstant {
    AwakeInstant(nanoseconds: instant.nanoseconds &- interval.nanoseconds)
  }

  /// The time the owner ran from `right` to `left`; negative where `left` is earlier.
  package static func - (left: AwakeInstant, right: AwakeInstant) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }
}

extension Instant {
  /// The time since boot at which the other clock stands at `awake`.
  ///
  /// - Parameter asleep: the time until then in which the clock of `awake` stood still.
  package init(_ awake: AwakeInstant, asleep: Interval) {
    self.init(nanoseconds: awake.nanoseconds &+ asleep.nanoseconds)
  }
}
