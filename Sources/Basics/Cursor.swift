/// A checked walk over bytes that somebody else wrote; no method reads outside them, traps or allocates.
///
/// The bytes must outlive it; the sampler's are those of the last read.
package struct Cursor {
  private let bytes: UnsafeRawBufferPointer
  /// The index of the next byte, counted from the start of the whole buffer, also in a part of it.
  package private(set) var position: Int
  private let end: Int

  /// Begins at the first byte. The cursor keeps the address only and copies nothing.
  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    self.position = 0
    self.end = bytes.count
  }

  private init(_ bytes: UnsafeRawBufferPointer, from position: Int, to end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  /// The next byte, if there is one.
  package var peek: UInt8? {
    position < end ? bytes[position] : nil
  }

  /// Whether no byte is left.
  package var isAtEnd: Bool {
    position >= end
  }

  /// How many bytes are left.
  package var count: Int {
    end - position
  }

  /// The byte `offset` places ahead, if there is one.
  package subscript(offset: Int) -> UInt8? {
    offset >= 0 && offset < end - position ? bytes[position + offset] : nil
  }

  /// Takes the next byte; nil at the end.
  package mutating func next() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// Steps over spaces and tabs.
  package mutating func skipSpaces() {
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  /// Steps over `byte` if it is next.
  package mutating func skip(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  /// Steps over `text` if it is next.
  package mutating func skip(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= end - position else { return false }
    for index in 0..<length where bytes[position + index] != text.utf8Start[index] { return false }
    position += length
    return true
  }

  /// What is left up to `byte`, which is stepped over; everything if `byte` does not come.
  package mutating func part(upTo byte: UInt8) -> Cursor {
    let start = position
    while position < end, bytes[position] != byte { position += 1 }
    let part = Cursor(bytes, from: start, to: position)
    if position < end { position += 1 }
    return part
  }

  /// The next line without its newline; nil at the end.
  package mutating func line() -> Cursor? {
    isAtEnd ? nil : part(upTo: 0x0a)
  }

  /// The next line if a newline ends it: a line without one is the torn end of a truncated file.
  package mutating func wholeLine() -> Cursor? {
    guard let line = line(), line.end < end else { return nil }
    return line
  }

  /// The next run of bytes above space, after spaces and tabs.
  package mutating func word() -> Cursor {
    skipSpaces()
    let start = position
    while position < end, bytes[position] > 0x20 { position += 1 }
    return Cursor(bytes, from: start, to: position)
  }

  /// Whether nothing but spaces and newlines is left.
  package var isBlank: Bool {
    var index = position
    while index < end {
      if bytes[index] > 0x20 { return false }
      index += 1
    }
    return true
  }

  /// Decimal digits; nil without a digit or above 64 bits.
  package mutating func unsigned() -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < end, bytes[position] &- 0x30 < 10 {
      let product = value.multipliedReportingOverflow(by: 10)
      let sum = product.partialValue.addingReportingOverflow(UInt64(bytes[position] &- 0x30))
      if product.overflow || sum.overflow { return nil }
      value = sum.partialValue
      position += 1
    }
    return position > start ? value : nil
  }

  /// Decimal digits with an optional minus sign; nil without a digit or above 63 bits.
  package mutating func signed() -> Int64? {
    let isNegative = skip(UInt8(ascii: "-"))
    guard let magnitude = unsigned(), magnitude <= UInt64(Int64.max) else { return nil }
    return isNegative ? 0 - Int64(magnitude) : Int64(magnitude)
  }

  /// A number of at most 32 bits on every board, so that all read the same into an `Int`.
  package mutating func integer() -> Int? {
    guard let value = signed(), value.magnitude <= UInt64(Int32.max) else { return nil }
    return Int(value)
  }

  /// Hexadecimal digits with or without `0x`; nil without a digit or above 32 bits.
  package mutating func hexadecimal() -> UInt32? {
    if peek == 0x30, self[1] == UInt8(ascii: "x") { position += 2 }
    var value: UInt32 = 0
    let start = position
    while let byte = peek {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte &- 0x30
      case 0x61...0x66: digit = byte &- 0x61 &+ 10
      case 0x41...0x46: digit = byte &- 0x41 &+ 10
      default: return position > start ? value : nil
      }
      guard value >> 28 == 0 else { return nil }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return position > start ? value : nil
  }

  /// Decimal digits with an optional point and more digits; nil where digits are missing on either side.
  package mutating func decimal() -> Double? {
    guard let whole = unsigned() else { return nil }
    var value = Double(whole)
    guard skip(UInt8(ascii: ".")) else { return value }
    var scale = 1.0
    let start = position
    while position < end, bytes[position] &- 0x30 < 10 {
      scale /= 10
      value += Double(bytes[position] &- 0x30) * scale
      position += 1
    }
    return position > start ? value : nil
  }

  /// Whether the rest is `text`, byte for byte.
  package func equals(_ text: String) -> Bool {
    var index = position
    for byte in text.utf8 {
      guard index < end, bytes[index] == byte else { return false }
      index += 1
    }
    return index == end
  }

  /// Whether the rest is `text`, byte for byte; does not allocate.
  package func equals(_ text: StaticString) -> Bool {
    var copy = self
    return copy.count == text.utf8CodeUnitCount && copy.skip(text)
  }

  /// Whether the rest ends in `text`.
  package func ends(in text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    var tail = Cursor(bytes, from: end - text.utf8CodeUnitCount, to: end)
    return tail.skip(text)
  }

  /// The rest as text, without spaces and newlines around it, at most `limit` bytes.
  package func text(limit: Int = 256) -> String {
    var first = position
    var last = end
    while first < last, bytes[first] <= 0x20 { first += 1 }
    while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
    last = min(last, first + limit)
    return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[first..<last]), as: UTF8.self)
  }

  /// A number that tells the rest from other bytes.
  package var hash: UInt64 {
    var hash = FNV1a()
    for index in position..<max(position, end) { hash.add(bytes[index]) }
    return hash.value
  }
}
