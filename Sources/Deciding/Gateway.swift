package import Basics

/// What is known of the home's gateway, which stands for a third voter in a home of two.
package struct Gateway: Sendable {
  /// Since when every question was answered: the sending of the first.
  package var since: Instant?
  /// When the newest question that it answered was sent.
  package var answered: Instant?
  /// When the heartbeat to all was sent that it was asked with, and answered last.
  package var stands: Instant?
  /// When the other voter was last heard with all that the coordinator had kept.
  package var level: Instant?
  /// When the question was sent that has no answer yet.
  var unanswered: Instant?
  var number: UInt32 = 0

  /// Nothing is known yet.
  package init() {}

  /// It is asked; a row of answers has no gap longer than `pause`, in which this node may have stood still.
  mutating func ask(_ number: UInt32, pause: Interval, _ now: Instant) {
    if answered.map({ now - $0 > pause }) ?? true { breakRow() }
    self.number = number
    unanswered = now
  }

  mutating func breakRow() {
    unanswered = nil
    since = nil
    level = nil
  }
}
