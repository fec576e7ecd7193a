/// How many lines may be written in a minute.
package struct LineBudget {
  /// What may be written now.
  package enum Grant: Equatable {
    /// Nothing: the minute has had its lines.
    case none
    /// The line.
    case line
    /// The first of a new minute, after so many that were not written.
    case lineAfter(Int)
  }

  private let limit: Int
  private var began: Instant?
  private var count = 0

  /// A budget of `limit` lines a minute.
  package init(limit: Int) {
    self.limit = limit
  }

  /// Counts a line that is to be written.
  package mutating func take(at now: Instant) -> Grant {
    var leftOut = 0
    if began.map({ now - $0 >= .seconds(60) }) ?? true {
      leftOut = max(0, count - limit)
      began = now
      count = 0
    }
    count += 1
    if count > limit { return .none }
    return leftOut > 0 ? .lineAfter(leftOut) : .line
  }
}
