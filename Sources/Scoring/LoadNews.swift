package import Basics

/// Decides when others are told that a run has begun or ended here.
package struct LoadNews {
  /// Others read heartbeats in groups of 200 ms, or when they choose.
  private static let pause = Interval.milliseconds(150)

  /// The orchestrator's count of changes that was looked at last.
  private var seen = 0
  private var isDue = false
  private var toldAt: Instant

  /// Nothing is news yet.
  package init(at now: Instant) {
    toldAt = now
  }

  /// Whether the orchestrator counts a change that was not looked at.
  package mutating func isNews(_ loadChanges: Int) -> Bool {
    defer { seen = loadChanges }
    return loadChanges != seen
  }

  /// How long to wait before the news is told; nil where it goes with earlier news that waits.
  package mutating func begin(at now: Instant) -> Interval? {
    guard !isDue else { return nil }
    isDue = true
    return max(toldAt + Self.pause - now, .zero)
  }

  /// Others are told now.
  package mutating func told(at now: Instant) {
    isDue = false
    toldAt = now
  }
}
