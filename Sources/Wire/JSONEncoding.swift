import Basics

extension JSON {
  /// Appends the value as JSON text without white space.
  package func encode(into bytes: inout [UInt8]) {
    write(to: &bytes, indentation: nil)
  }

  /// The value as JSON text without white space.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    encode(into: &bytes)
    return bytes
  }

  /// The value as JSON text for readers: one member or element per line, two spaces per level, no newline at the end.
  package func encodedPretty() -> [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indentation: 0)
    return bytes
  }

  private func write(to bytes: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): appendDecimal(value, to: &bytes)
    case .double(let value):
      // The library's description is the shortest that reads back as the same double.
      bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    case .string(let text): JSON.write(text, to: &bytes)
    case .array(let elements): JSON.write(elements, to: &bytes, indentation: indentation)
    case .object(let object): JSON.write(object, to: &bytes, indentation: indentation)
    }
  }

  private static func write(_ elements: [JSON], to bytes: inout [UInt8], indentation: Int?) {
    bytes.append(UInt8(ascii: "["))
    let inner = indentation.map { $0 + 2 }
    for index in elements.indices {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      breakLine(&bytes, indentation: inner)
      elements[index].write(to: &bytes, indentation: inner)
    }
    if !elements.isEmpty { breakLine(&bytes, indentation: indentation) }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func write(_ object: JSONObject, to bytes: inout [UInt8], indentation: Int?) {
    bytes.append(UInt8(ascii: "{"))
    let inner = indentation.map { $0 + 2 }
    let members = object.members
    for index in members.indices {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      breakLine(&bytes, indentation: inner)
      write(members[index].name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      if inner != nil { bytes.append(UInt8(ascii: " ")) }
      members[index].value.write(to: &bytes, indentation: inner)
    }
    if !members.isEmpty { breakLine(&bytes, indentation: indentation) }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func breakLine(_ bytes: inout [UInt8], indentation: Int?) {
    guard let indentation else { return }
    bytes.append(0x0A)
    for _ in 0..<indentation { bytes.append(UInt8(ascii: " ")) }
  }

  /// What a terminal would obey is escaped too (RFC 8259 section 7 lets any character be): people look at answers, and
  /// a service's name or an Engine's error is a stranger's text.
  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.makeRoom(forLong: text.utf8.count)
    bytes.append(UInt8(ascii: "\""))
    var text = text
    // Bytes from here on are taken as they stand.
    var start = 0
    text.withUTF8 { all in
      var index = 0
      while true {
        index = all.place(from: index) { !isPlain($0) }
        guard index < all.count else { break }
        guard let (value, length) = escaped(all, at: index) else {
          index += 1
          continue
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: all[start..<index]))
        writeEscape(value, to: &bytes)
        index += length
        start = index
      }
      if start > 0 { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: all[start...])) }
    }
    // Nothing had to be escaped: as a whole it is copied at once.
    if start == 0 { bytes.append(contentsOf: text.utf8) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The character at `index` and its length in bytes, where it has to be escaped; nil inside of a character.
  private static func escaped(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (UInt32, length: Int)? {
    let value: UInt32
    let length: Int
    switch text[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return (UInt32(text[index]), 1)
    case 0..<0x20, 0x7F: (value, length) = (UInt32(text[index]), 1)
    // The first bytes of all others that are obeyed: U+0080..., U+061C and U+2000...
    case 0xC2, 0xD8:
      (value, length) = (UInt32(text[index] & 0x1F) << 6 | UInt32(text[index + 1] & 0x3F), 2)
    case 0xE2:
      (value, length) = (0x2000 | UInt32(text[index + 1] & 0x3F) << 6 | UInt32(text[index + 2] & 0x3F), 3)
    default: return nil
    }
    return String.isObeyedByTerminals(value) ? (value, length) : nil
  }

  private static func writeEscape(_ value: UInt32, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch value {
    case 0x22, 0x5C: bytes.append(UInt8(truncatingIfNeeded: value))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default:
      bytes.append(UInt8(ascii: "u"))
      appendHexadecimal(UInt8(truncatingIfNeeded: value >> 8), to: &bytes)
      appendHexadecimal(UInt8(truncatingIfNeeded: value), to: &bytes)
    }
  }
}

/// Appends two upper-case hexadecimal digits.
func appendHexadecimal(_ byte: UInt8, to bytes: inout [UInt8]) {
  func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10) }
  bytes.append(digit(byte >> 4))
  bytes.append(digit(byte & 0x0F))
}

/// Appends a number in decimal, without making a string of it: it is on the path of every response.
func appendDecimal(_ value: Int64, to bytes: inout [UInt8]) {
  if value < 0 { bytes.append(UInt8(ascii: "-")) }
  let start = bytes.count
  var rest = value.magnitude
  repeat {
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
    rest /= 10
  } while rest > 0
  bytes[start...].reverse()
}
