/// Pauses between attempts that fail: each twice the one before, up to the longest.
package struct Backoff: Sendable {
  private let first: Interval
  private let longest: Interval
  private var pause: Interval

  /// Begins with the first pause.
  ///
  /// - Parameter first: no more than `longest` is taken.
  package init(first: Interval, longest: Interval) {
    self.first = min(first, longest)
    self.longest = longest
    pause = self.first
  }

  /// How long to wait after an attempt that has failed.
  package mutating func next() -> Interval {
    defer { pause = min(Interval(nanoseconds: pause.nanoseconds &* 2), longest) }
    return pause
  }

  /// An attempt has succeeded: the next pause is the first again.
  package mutating func reset() {
    pause = first
  }
}
