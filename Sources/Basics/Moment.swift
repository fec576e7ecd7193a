/// A moment as the two clocks show it: one for intervals, one for people.
package struct Moment: Sendable {
  /// The monotonic clock's time, for intervals. Never jumps.
  package var instant: Instant
  /// Milliseconds since 1970-01-01 UTC. May jump.
  package var wallMilliseconds: Int64

  /// Both times, which the caller has read at the same moment.
  package init(instant: Instant, wallMilliseconds: Int64) {
    self.instant = instant
    self.wallMilliseconds = wallMilliseconds
  }
}
