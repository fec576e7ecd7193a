import Basics

/// How many lines may be written in a minute.
struct LineBudget {
  enum Grant: Equatable {
    case none
    case line
    /// The first of a new minute, after so many that were not written.
    case lineAfter(Int)
  }

  let limit: Int
  private var began: Instant?
  private var count = 0

  init(limit: Int) {
    self.limit = limit
  }

  mutating func take(at now: Instant) -> Grant {
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
