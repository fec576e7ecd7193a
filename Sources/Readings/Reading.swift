package import Basics

/// One measured value with the time it was measured, or the reason why there is none; never a made-up zero.
package enum Reading<Value> {
  /// What was measured, and when.
  case value(Value, at: Instant)
  /// Nothing was measured, for that reason.
  case absent(Absence)

  /// The value, if there is one.
  package var value: Value? {
    if case .value(let value, _) = self { value } else { nil }
  }

  /// When the value was measured, if there is one.
  package var instant: Instant? {
    if case .value(_, let instant) = self { instant } else { nil }
  }

  /// Why there is no value, if there is none.
  package var absence: Absence? {
    if case .absent(let absence) = self { absence } else { nil }
  }
}

extension Reading: Sendable where Value: Sendable {}
extension Reading: Equatable where Value: Equatable {}
