/// A JSON value (RFC 8259), with whole numbers kept apart from the others so that 64-bit identifiers survive.
///
/// Arrays and objects keep the order of the text. The equality of two values is that of their members in order.
package enum JSON: Equatable, Sendable {
  /// The literal `null`, which is not the same as a member that is absent.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number that was written without fraction and exponent and fits 64 bits.
  case integer(Int64)
  /// Any other number. Encoded as `null` if it is infinite or not a number, for which JSON has no notation.
  case double(Double)
  /// A text with its escapes resolved.
  case string(String)
  /// The elements in order.
  case array([JSON])
  /// The members in order; no name comes twice.
  case object(JSONObject)

  /// The member of that name; `nil` if there is none or the value is not an object.
  package subscript(name: String) -> JSON? {
    object?[name]
  }

  /// The text of a string, else `nil`.
  package var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  /// The value of a whole number; also of a double that is whole and within ±2^53, where doubles are exact.
  package var integer: Int64? {
    switch self {
    case .integer(let value): return value
    case .double(let value):
      // The range also keeps out what is not a number. `Int64(exactly:)` would need libm, which nothing else links.
      guard value.magnitude <= JSON.greatestExactInteger else { return nil }
      let whole = Int64(value)
      return Double(whole) == value ? whole : nil
    default: return nil
    }
  }

  /// The value of any number (rounded to nearest above 2^53), else `nil`.
  package var double: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .double(let value): return value
    default: return nil
    }
  }

  /// The value of `true` or `false`, else `nil`.
  package var bool: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The elements of an array, else `nil`.
  package var array: [JSON]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The members of an object, else `nil`.
  package var object: JSONObject? {
    if case .object(let object) = self { return object }
    return nil
  }

  /// 2^53: below it, every whole number has a double of its own.
  private static let greatestExactInteger = 9_007_199_254_740_992.0
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  /// A text, for literals in the source.
  package init(stringLiteral value: String) {
    self = .string(value)
  }

  /// A whole number, for literals in the source.
  package init(integerLiteral value: Int64) {
    self = .integer(value)
  }

  /// `true` or `false`, for literals in the source.
  package init(booleanLiteral value: Bool) {
    self = .bool(value)
  }
}

extension JSON: ExpressibleByFloatLiteral, ExpressibleByNilLiteral {
  /// A number with a fraction, for literals in the source.
  package init(floatLiteral value: Double) {
    self = .double(value)
  }

  /// `null`, for the literal `nil` in the source.
  package init(nilLiteral: ()) {
    self = .null
  }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// The elements in order, for literals in the source.
  package init(arrayLiteral elements: JSON...) {
    self = .array(elements)
  }

  /// A name that is given twice keeps its last value.
  package init(dictionaryLiteral members: (String, JSON)...) {
    self = .object(JSONObject(members.map { JSONMember(name: $0.0, value: $0.1) }))
  }
}
