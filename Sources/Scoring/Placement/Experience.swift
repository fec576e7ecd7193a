public import Hardware

/// What a requester has seen of a node: whether its runs go as fast as its readings promise, and whether they begin.
///
/// Bounded, so that no bad luck shuts a node out, and forgotten as time passes.
public struct Experience: Equatable, Sendable {
  public enum Lesson: Equatable, Sendable {
    /// A run ended: its speed was so many times the expected one.
    case speed(ratio: Double)
    /// It could not begin, or was lost, for the node's sake.
    case failure
  }

  /// How fast runs went of what was expected, within `bounds`; 1 where the difference is no more than chance makes.
  public var trust: Double {
    (ratio - 1).magnitude < Self.chance ? 1 : ratio
  }

  private var ratio = 1.0
  private var failures = 0.0
  private var failedAt = Instant(nanoseconds: 0)

  /// A node is never taken for slower or faster than this.
  public static let bounds = 0.5...1.5
  /// What one run says of its node is a tenth of the whole: runs differ more than nodes do.
  private static let weight = 0.1
  /// A difference that runs of equal boards show as well: to believe it would heap work on some of them and heat them.
  private static let chance = 0.2
  /// A failure counts half after this.
  private static let halfLife = 60.0
  private static let failureLimit = 8.0
  private static let moment = Interval.seconds(2)

  public init() {}

  public mutating func take(_ lesson: Lesson, at now: Instant) {
    switch lesson {
    case .speed(let ratio):
      guard ratio > 0 else { return }
      self.ratio +=
        Self.weight * (min(max(ratio, Self.bounds.lowerBound), Self.bounds.upperBound) - self.ratio)
    case .failure:
      // All runs of a board that dies fail at one moment, of one cause.
      if failures > 0, now - failedAt < Self.moment { return }
      failures = min(failures(at: now) + 1, Self.failureLimit)
      failedAt = now
    }
  }

  /// Failures, each counting less the longer ago it was; 0 once they are forgotten.
  public func failures(at now: Instant) -> Double {
    guard failures > 0 else { return 0 }
    // Halved for each whole half-life, and in a straight line between.
    let halves = max((now - failedAt).seconds, 0) / Self.halfLife
    guard halves < 6 else { return 0 }
    var left = failures
    var rest = halves
    while rest >= 1 {
      left /= 2
      rest -= 1
    }
    return left * (1 - rest / 2)
  }
}
