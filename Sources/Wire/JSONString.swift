import Basics

extension JSONParser {
  /// Reads a string (RFC 8259 section 7); the current byte is its opening quotation mark.
  mutating func string() throws(JSONError) -> String {
    position += 1
    // Bytes from `start` on are taken as they stand; before them, escapes were resolved into `resolved`.
    var start = position
    var resolved: [UInt8] = []
    while true {
      position = bytes.withUnsafeBufferPointer { $0.place(from: position) { !isPlain($0) } }
      guard position < bytes.count else { break }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let end = position
        position += 1
        if resolved.isEmpty { return String(decoding: bytes[start..<end], as: UTF8.self) }
        resolved.append(contentsOf: bytes[start..<end])
        return String(decoding: resolved, as: UTF8.self)
      } else if byte == UInt8(ascii: "\\") {
        resolved.append(contentsOf: bytes[start..<position])
        position += 1
        try escape(into: &resolved)
        start = position
      } else if byte < 0x20 {
        throw failure("control character in a string")
      } else {
        let length = byte == 0x7F ? 1 : utf8SequenceLength(bytes, at: position)
        guard let length else { throw failure("UTF-8 expected") }
        position += length
      }
    }
    throw failure("'\"' expected")
  }

  private mutating func escape(into resolved: inout [UInt8]) throws(JSONError) {
    let byte = current
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): resolved.append(byte)
    case UInt8(ascii: "b"): resolved.append(0x08)
    case UInt8(ascii: "f"): resolved.append(0x0C)
    case UInt8(ascii: "n"): resolved.append(0x0A)
    case UInt8(ascii: "r"): resolved.append(0x0D)
    case UInt8(ascii: "t"): resolved.append(0x09)
    case UInt8(ascii: "u"):
      position += 1
      appendUTF8(try escapedScalar(), to: &resolved)
      return
    default: throw failure("escape expected")
    }
    position += 1
  }

  /// One scalar from `XXXX` or, for a surrogate pair, from `XXXX\uXXXX`.
  private mutating func escapedScalar() throws(JSONError) -> UInt32 {
    let start = position
    let high = try hexadecimalUnit()
    guard high & 0xF800 == 0xD800 else { return high }
    if high < 0xDC00, current == UInt8(ascii: "\\") {
      position += 1
      if current == UInt8(ascii: "u") {
        position += 1
        let low = try hexadecimalUnit()
        if low & 0xFC00 == 0xDC00 { return 0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF) }
      }
    }
    throw JSONError(reason: "surrogate without its other half", offset: start)
  }

  private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = current.hexadecimal else { throw failure("hexadecimal digit expected") }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}

/// Whether the byte stands for itself in a string, read and written: not a quotation mark, a reverse solidus, a control
/// character or a part of a sequence.
@inline(__always)
func isPlain(_ byte: UInt8) -> Bool {
  byte &- 0x20 < 0x5F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// The length of the well-formed sequence of two to four bytes at `index`, `nil` if there is none (Unicode, table
/// 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
private func utf8SequenceLength(_ bytes: [UInt8], at index: Int) -> Int? {
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch bytes[index] {
  case 0xC2...0xDF: length = 2
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: length = 3
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: length = 4
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  default: return nil
  }
  guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return nil }
  for place in 2..<4 where place < length {
    guard bytes[index + place] & 0xC0 == 0x80 else { return nil }
  }
  return length
}

private func appendUTF8(_ scalar: UInt32, to bytes: inout [UInt8]) {
  func continuation(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift) & 0x3F) }
  if scalar < 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: scalar))
  } else if scalar < 0x800 {
    bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
    bytes.append(continuation(0))
  } else if scalar < 0x10000 {
    bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
    bytes.append(continuation(6))
    bytes.append(continuation(0))
  } else {
    bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
    bytes.append(continuation(12))
    bytes.append(continuation(6))
    bytes.append(continuation(0))
  }
}
