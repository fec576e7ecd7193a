package import Basics

/// Runs that a node could not begin, or lost, as a requester has seen it; forgotten as time passes.
package struct Failures: Equatable, Sendable {
  private var count = 0.0
  private var latest = Instant(nanoseconds: 0)

  /// A failure counts half after this.
  private static let halfLife = 60.0
  private static let limit = 8.0
  private static let moment = Interval.seconds(2)

  /// None yet.
  package init() {}

  /// One more; of several within two seconds the first counts.
  package mutating func add(at now: Instant) {
    // All runs of a board that dies fail at one moment, of one cause.
    if count > 0, now - latest < Self.moment { return }
    count = min(left(at: now) + 1, Self.limit)
    latest = now
  }

  /// Failures, each counting less the longer ago it was; 0 once they are forgotten.
  package func left(at now: Instant) -> Double {
    guard count > 0 else { return 0 }
    // Halved for each whole half-life, and in a straight line between.
    let halves = max((now - latest).seconds, 0) / Self.halfLife
    guard halves < 6 else { return 0 }
    var left = count
    var rest = halves
    while rest >= 1 {
      left /= 2
      rest -= 1
    }
    return left * (1 - rest / 2)
  }
}
