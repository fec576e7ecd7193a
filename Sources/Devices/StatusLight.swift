public import Hardware

/// What the status light shows, and when it changes. It owns no light: who has one asks it.
public struct StatusLight: Sendable {
  /// From the least to the most that somebody who looks at the board should know.
  public enum State: UInt8, CaseIterable, Sendable {
    case starting, alone, inHome, running, drained, fault
  }

  public private(set) var state = State.starting
  /// Each pattern begins when its state does.
  private var since: Instant

  public init(at now: Instant) {
    since = now
  }

  public mutating func show(_ state: State, at now: Instant) {
    guard state != self.state else { return }
    self.state = state
    since = now
  }

  /// Milliseconds lit, dark, lit, … of one round.
  static func pattern(of state: State) -> [Int] {
    switch state {
    case .starting: [500, 500]
    case .alone: [100, 1900]
    case .inHome: [100, 200, 100, 1600]
    case .running: [1900, 100]
    case .drained: [100, 200, 100, 200, 100, 1300]
    case .fault: [100, 100]
    }
  }

  /// Whether the light is lit now, and for how long that holds; the span is above zero.
  public func look(at now: Instant) -> (isLit: Bool, holds: Interval) {
    let pattern = Self.pattern(of: state)
    var round: Int64 = 0
    for part in pattern { round += Int64(part) * 1_000_000 }
    var left = max((now - since).nanoseconds, 0) % round
    for (index, part) in pattern.enumerated() {
      let length = Int64(part) * 1_000_000
      if left < length { return (index % 2 == 0, Interval(nanoseconds: length - left)) }
      left -= length
    }
    return (false, .milliseconds(100))
  }
}
