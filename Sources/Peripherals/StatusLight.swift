package import Basics

/// What the status light shows, and when it changes. It owns no light: who has one asks it.
package struct StatusLight: Sendable {
  /// From the least to the most that somebody who looks at the board should know.
  package enum State: UInt8, CaseIterable, Sendable {
    case starting, alone, inHome, running, drained, fault
  }

  /// What is shown now.
  package private(set) var state = State.starting
  /// Each pattern begins when its state does.
  private var since: Instant

  /// A light that shows that the agent starts.
  package init(at now: Instant) {
    since = now
  }

  /// Shows another state; the same again changes nothing.
  package mutating func show(_ state: State, at now: Instant) {
    guard state != self.state else { return }
    self.state = state
    since = now
  }

  /// A round: so many flashes of `lit` milliseconds, `dark` between them, and darkness up to its end.
  struct Pattern: Hashable {
    let flashes: Int64
    let lit: Int64
    let dark: Int64
    let round: Int64
  }

  static func pattern(of state: State) -> Pattern {
    switch state {
    case .starting: Pattern(flashes: 1, lit: 500, dark: 0, round: 1000)
    case .alone: Pattern(flashes: 1, lit: 100, dark: 0, round: 2000)
    case .inHome: Pattern(flashes: 2, lit: 100, dark: 200, round: 2000)
    case .running: Pattern(flashes: 1, lit: 1900, dark: 0, round: 2000)
    case .drained: Pattern(flashes: 3, lit: 100, dark: 200, round: 2000)
    case .fault: Pattern(flashes: 1, lit: 100, dark: 0, round: 200)
    }
  }

  /// Whether the light is lit now, and for how long that holds; the span is above zero.
  package func look(at now: Instant) -> (isLit: Bool, holds: Interval) {
    let pattern = Self.pattern(of: state)
    let millisecond: Int64 = 1_000_000
    let passed = max((now - since).nanoseconds, 0) % (pattern.round * millisecond)
    let period = (pattern.lit + pattern.dark) * millisecond
    let flash = passed / period
    let begin = flash * period
    let isLit = flash < pattern.flashes && passed - begin < pattern.lit * millisecond
    let end =
      if isLit {
        begin + pattern.lit * millisecond
      } else if flash + 1 < pattern.flashes {
        begin + period
      } else {
        pattern.round * millisecond
      }
    return (isLit, Interval(nanoseconds: end - passed))
  }
}
