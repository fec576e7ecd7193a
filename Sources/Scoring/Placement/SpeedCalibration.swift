/// How fast the runs of a node went of how fast it had promised.
///
/// Requesters say it of each run, the node keeps the mean and tells it to all: so its next requester knows what the others
/// have seen, and all nodes choose by the same number. Bounded, so that no bad luck shuts a node out.
package struct SpeedCalibration: Equatable, Sendable {
  private var mean = 1.0

  /// A node is never taken for slower or faster than this.
  package static let bounds = 0.5...1.5
  /// Runs of one service differ more than nodes do. With more, equal boards get unequal work (`make placement`, equal 0.7);
  /// with less, what a profile says wrongly is believed for longer (liars).
  private static let weight = 0.015
  /// As it is told, also to the node itself: two that are equally good must not differ by what rounding does.
  private static let units = 128.0

  /// No run has ended yet: the factor is 1.
  package init() {}

  /// The number in units of 1/128, as heartbeats carry it.
  package var told: UInt8 { UInt8(mean * Self.units + 0.5) }

  /// 1 where its runs went as promised, 0.5 where they took twice as long.
  package var factor: Double { Self.factor(told: told) }

  /// The factor that such a number means; outside `bounds` it is the nearest inside.
  package static func factor(told: UInt8) -> Double {
    min(max(Double(told) / units, bounds.lowerBound), bounds.upperBound)
  }

  /// A run has ended whose speed was so many times the promised one.
  package mutating func learn(speed ratio: Double) {
    guard ratio > 0 else { return }
    mean += Self.weight * (min(max(ratio, Self.bounds.lowerBound), Self.bounds.upperBound) - mean)
  }
}
