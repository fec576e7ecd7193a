/// A point on a clock that stands still while its owner does not run: what passes while a program is suspended, stopped or
/// starved is nobody's silence.
///
/// A type of its own, so that the compiler keeps it apart from `Instant`, on which that time counts.
package struct AwakeInstant: Comparable, Hashable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// - Parameter asleep: the time until `instant` in which the owner did not run.
  package init(_ instant: Instant, asleep: Interval) {
    nanoseconds = instant.nanoseconds &- asleep.nanoseconds
  }

  package static func < (left: AwakeInstant, right: AwakeInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (instant: AwakeInstant, interval: Interval) -> AwakeInstant {
    AwakeInstant(nanoseconds: instant.nanoseconds &+ interval.nanoseconds)
  }

  package static func - (instant: AwakeInstant, interval: Interval) -> AwakeInstant {
    AwakeInstant(nanoseconds: instant.nanoseconds &- interval.nanoseconds)
  }

  package static func - (left: AwakeInstant, right: AwakeInstant) -> Interval {
    Interval(nanoseconds: left.nanoseconds &- right.nanoseconds)
  }
}

extension Instant {
  /// - Parameter asleep: the time until then in which the clock of `awake` stood still.
  package init(_ awake: AwakeInstant, asleep: Interval) {
    self.init(nanoseconds: awake.nanoseconds &+ asleep.nanoseconds)
  }
}
