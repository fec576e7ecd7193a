extension JSONParser {
  /// Reads `-? int frac? exp?` (RFC 8259 section 6); the current byte is the sign or the first digit.
  mutating func number() throws(JSONError) -> JSON {
    let start = position
    let isNegative = current == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let whole = try wholePart(isNegative: isNegative)
    var isWhole = true
    if current == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try digits()
    }
    if current | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    if isWhole, let whole { return .integer(whole) }
    return .double(try double(from: start))
  }

  /// The digits before the point as a number with its sign, `nil` if 64 bits cannot hold it.
  private mutating func wholePart(isNegative: Bool) throws(JSONError) -> Int64? {
    let start = position
    var value: Int64 = 0
    var fits = true
    while let digit = currentDigit {
      // The magnitude grows on the negative side for negative numbers, where there is room for -2^63.
      let (shifted, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) =
        isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
      fits = fits && !overflows && !carries
      value = sum
      position += 1
    }
    guard position > start else { throw failure("digit expected") }
    guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      throw JSONError(reason: "number with a leading zero", offset: start)
    }
    return fits ? value : nil
  }

  private mutating func digits() throws(JSONError) {
    guard currentDigit != nil else { throw failure("digit expected") }
    while currentDigit != nil { position += 1 }
  }

  private var currentDigit: Int64? {
    let byte = current
    return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte & 0x0F) : nil
  }

  private func double(from start: Int) throws(JSONError) -> Double {
    guard position - start <= limits.numberBytes else {
      throw JSONError(reason: "number longer than \(limits.numberBytes) bytes", offset: start)
    }
    guard let value = nearestDouble(bytes[start..<position]), value.isFinite else {
      throw JSONError(reason: "number beyond the range of a double", offset: start)
    }
    return value
  }
}
