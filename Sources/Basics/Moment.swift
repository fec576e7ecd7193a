/// A moment as the two clocks show it: one for intervals, one for people.
package struct Moment: Sendable {
  package var instant: Instant
  /// Milliseconds since 1970-01-01 UTC. May jump.
  package var wallMilliseconds: Int64

  package init(instant: Instant, wallMilliseconds: Int64) {
    self.instant = instant
    self.wallMilliseconds = wallMilliseconds
  }
}
