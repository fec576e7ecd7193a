import Basics

// Numbers as the Docker client reads them: Go's strconv, go-units' RAMInBytes and time.ParseDuration.

enum OptionNumber {
  /// Go's ParseBool.
  static func flag(_ text: String) throws(OptionFault) -> Bool {
    if text.isOne(of: "1|t|T|true|TRUE|True") { return true }
    if text.isOne(of: "0|f|F|false|FALSE|False") { return false }
    throw OptionFault("expected true or false")
  }

  /// A decimal number of ASCII digits only; nil on anything else or beyond 64 bits.
  static func natural(_ text: String, radix: UInt64 = 10) -> UInt64? {
    guard !text.utf8.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in text.utf8 {
      guard let digit = byte.hexadecimal, UInt64(digit) < radix else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(digit))
      guard !tooLarge, !overflow else { return nil }
      value = sum
    }
    return value
  }

  /// A signed decimal number; nil on anything else or beyond 64 bits.
  static func decimal(_ text: String) -> Int64? { signed(text, magnitude: { natural($0) }) }

  /// A signed number in Go's notation: decimal, 0x…, 0o…, 0b… or 0… (octal).
  static func integer(_ text: String) throws(OptionFault) -> Int64 {
    let value = signed(text) { digits in
      guard digits.utf8.first == 0x30, digits.utf8.count > 1 else { return natural(digits) }
      let rest = digits.dropping(2)
      switch digits.utf8.dropFirst().first ?? 0 {
      case 0x78, 0x58: return natural(rest, radix: 16)
      case 0x6f, 0x4f: return natural(rest, radix: 8)
      case 0x62, 0x42: return natural(rest, radix: 2)
      default: return natural(digits, radix: 8)
      }
    }
    guard let value else { throw OptionFault("expected a whole number") }
    return value
  }

  /// A number of bytes with an optional unit b, k, m, g, t or p of 1024 and an optional fraction, rounded down.
  static func bytes(_ text: String) throws(OptionFault) -> Int64 {
    let fault = OptionFault("invalid size: '%', expected a number with an optional unit b, k, m or g", text)
    var (units, unit) = split(text)
    if unit.utf8.first == 0x20 { unit = unit.dropping(1) }
    let suffix = unit.lowered
    var power: Int
    switch suffix.utf8.first {
    case nil, 0x62, 0x69: power = 0
    case 0x6b: power = 10
    case 0x6d: power = 20
    case 0x67: power = 30
    case 0x74: power = 40
    case 0x70: power = 50
    default: throw fault
    }
    let tail = power == 0 ? suffix : suffix.dropping(1)
    guard tail.isOne(of: "|b|i|ib") else { throw fault }
    guard units.utf8.first?.isDigit == true, units.utf8.last?.isDigit == true else { throw fault }

    var fraction: UInt64 = 0
    var scale: UInt64 = 1
    if let (whole, digits) = units.cut(at: ".") {
      // 18 digits are more than a 64-bit size can show.
      let kept = String(decoding: digits.utf8.prefix(18), as: UTF8.self)
      guard let value = natural(kept), natural(whole) != nil, !digits.has(".") else { throw fault }
      fraction = value
      for _ in kept.utf8 { scale &*= 10 }
      units = whole
    }
    guard var value = natural(units) else { throw fault }
    while power > 0 {
      power -= 1
      fraction &*= 2
      let carry: UInt64 = fraction >= scale ? 1 : 0
      if carry == 1 { fraction &-= scale }
      guard value < 1 << 62 else { throw fault }
      value = value &* 2 &+ carry
    }
    guard let size = Int64(exactly: value) else { throw fault }
    return size
  }

  /// A number of CPUs, decimal or as a fraction, in billionths.
  static func nanoCPUs(_ text: String) throws(OptionFault) -> Int64 {
    let fault = OptionFault(
      "failed to parse % as a rational number, expected a number of CPUs such as 1.5", text)
    if let (numerator, denominator) = text.cut(at: "/") {
      guard let over = natural(numerator), let under = natural(denominator), under > 0,
        let billion = Int64(exactly: over)?.multipliedReportingOverflow(by: 1_000_000_000), !billion.overflow,
        let divisor = Int64(exactly: under)
      else { throw fault }
      guard billion.partialValue % divisor == 0 else { throw OptionFault("value is too precise") }
      return billion.partialValue / divisor
    }
    let unsigned = text.begins(with: "+") || text.begins(with: "-") ? text.dropping(1) : text
    var (whole, fraction) = unsigned.cut(at: ".") ?? (unsigned, "")
    guard !whole.utf8.isEmpty || !fraction.utf8.isEmpty else { throw fault }
    if whole.utf8.isEmpty { whole = "0" }
    while fraction.utf8.last == 0x30 { fraction = fraction.droppingLast() }
    guard fraction.utf8.allSatisfy({ $0.isDigit }) else { throw fault }
    guard fraction.utf8.count <= 9 else { throw OptionFault("value is too precise") }
    while fraction.utf8.count < 9 { fraction += "0" }
    guard let value = decimal((text.begins(with: "-") ? "-" : "") + whole + fraction) else { throw fault }
    return value
  }

  /// A Go duration such as `1m30s` or `1.5h`, in nanoseconds.
  static func duration(_ text: String) throws(OptionFault) -> Int64 {
    let fault = OptionFault("invalid duration '%', expected a number with a unit ms, s, m or h", text)
    let negative = text.begins(with: "-")
    var rest = negative || text.begins(with: "+") ? text.dropping(1) : text
    if rest == "0" { return 0 }
    guard !rest.utf8.isEmpty else { throw fault }
    var total: Int64 = 0
    while !rest.utf8.isEmpty {
      let (number, tail) = split(rest)
      let unit = String(decoding: tail.utf8.prefix { !$0.isDigit && $0 != 0x2e }, as: UTF8.self)
      guard let length = length(ofUnit: unit), let part = scaled(number, by: length) else { throw fault }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { throw fault }
      total = sum
      rest = String(decoding: tail.utf8.dropFirst(unit.utf8.count), as: UTF8.self)
    }
    return negative ? -total : total
  }

  private static func length(ofUnit unit: String) -> Int64? {
    switch unit {
    case "ns": return 1
    case "us", "µs", "μs": return 1_000
    case "ms": return 1_000_000
    case "s": return 1_000_000_000
    case "m": return 60_000_000_000
    case "h": return 3_600_000_000_000
    default: return nil
    }
  }

  /// `number`, digits with an optional fraction, times `length`, rounded down; nil when malformed or too large.
  private static func scaled(_ number: String, by length: Int64) -> Int64? {
    let (whole, fraction) = number.cut(at: ".") ?? (number, "")
    guard !whole.utf8.isEmpty || !fraction.utf8.isEmpty else { return nil }
    guard let units = whole.utf8.isEmpty ? 0 : decimal(whole) else { return nil }
    var (total, overflow) = units.multipliedReportingOverflow(by: length)
    var place = length
    for byte in fraction.utf8 {
      guard byte.isDigit else { return nil }
      place /= 10
      let (sum, carried) = total.addingReportingOverflow(Int64(byte &- 0x30) &* place)
      total = sum
      overflow = overflow || carried
    }
    return overflow ? nil : total
  }

  private static func signed(_ text: String, magnitude: (String) -> UInt64?) -> Int64? {
    let negative = text.begins(with: "-")
    guard let value = magnitude(negative || text.begins(with: "+") ? text.dropping(1) : text) else {
      return nil
    }
    if negative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
    return Int64(exactly: value)
  }

  /// The leading digits and points, and what follows them.
  private static func split(_ text: String) -> (number: String, unit: String) {
    let number = text.utf8.prefix { $0.isDigit || $0 == 0x2e }
    return (
      String(decoding: number, as: UTF8.self),
      String(decoding: text.utf8.dropFirst(number.count), as: UTF8.self)
    )
  }
}
