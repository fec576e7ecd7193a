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

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        appendHexadecimal(byte, to: &bytes)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
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
