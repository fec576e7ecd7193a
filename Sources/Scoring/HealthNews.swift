package import Basics

/// Decides when a change of health is told to others at once, and not only with the next details (4.8 s at most).
///
/// Health is what the terms beside the load leave of the score, 0...1. Some of them are shares of the last second, as the
/// pressure on storage is, and may go up and down with each sample. Such a node tells of it twice in six seconds at most,
/// which adds 0.5 packets and 85 bytes a second to its 1.9 and 250 (`MembershipTrafficTests`).
package struct HealthNews {
  /// A smaller share of change than this waits: nodes within 3 % count as equal, and 15 % moves a node by a place or two.
  static let step = 0.15
  /// After one was told, a change for the better waits so long: who hears of it late has only chosen another node. One
  /// for the worse does not wait.
  static let pause = Interval.seconds(5)

  private var said = 1.0
  private var toldAt: Instant?

  /// Nobody was told yet; full health is taken for said.
  package init() {}

  /// Whether this health is news.
  package func isNews(_ health: Double, at now: Instant) -> Bool {
    if health < said * (1 - Self.step) { return true }
    guard health > said * (1 + Self.step) else { return false }
    guard let toldAt else { return true }
    return now - toldAt >= Self.pause
  }

  /// Others are told of this health now.
  package mutating func told(_ health: Double, at now: Instant) {
    said = health
    toldAt = now
  }
}
