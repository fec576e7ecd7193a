package import Basics

/// Tells a long press of a button from bounces, short presses and a button that is stuck.
package struct LongPress: Sendable {
  /// How long the button has to be held.
  package let hold: Interval
  /// A level counts once it has stood this long; contacts bounce for some milliseconds.
  package static let debounce = Interval.milliseconds(30)

  private var level: Bool
  private var levelSince: Instant
  private var isPressed: Bool
  private var pressedSince: Instant
  /// Whether this press has had its effect, or may have none.
  private var isSpent: Bool

  /// A button that is held already says nothing: it may be stuck, or a line without a button.
  package init(hold: Interval, isPressed: Bool, at now: Instant) {
    self.hold = hold
    level = isPressed
    levelSince = now
    self.isPressed = isPressed
    pressedSince = now
    isSpent = true
  }

  /// The line was read.
  package mutating func read(_ isPressed: Bool, at now: Instant) {
    settle(at: now)
    guard isPressed != level else { return }
    level = isPressed
    levelSince = now
  }

  /// Lets the time pass that bounces and a long press take.
  ///
  /// - Returns: whether a long press has just become one.
  package mutating func tick(at now: Instant) -> Bool {
    settle(at: now)
    guard isPressed, !isSpent, level, now - pressedSince >= hold else { return false }
    isSpent = true
    return true
  }

  /// When `tick` has something to say, at the earliest.
  package var due: Instant? {
    if level != isPressed { return levelSince + Self.debounce }
    return isPressed && !isSpent ? pressedSince + hold : nil
  }

  private mutating func settle(at now: Instant) {
    guard level != isPressed, now - levelSince >= Self.debounce else { return }
    isPressed = level
    pressedSince = levelSince
    isSpent = false
  }
}
