import Basics

/// The byte that two hexadecimal digits at `index` stand for.
func escapedByte(_ bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
  guard index >= bytes.startIndex, bytes.endIndex - index >= 2, let high = bytes[index].hexadecimal,
    let low = bytes[index + 1].hexadecimal
  else { return nil }
  return high << 4 | low
}

/// Resolves percent escapes (RFC 3986 section 2.1); `nil` for a broken escape, a zero byte or what is not UTF-8.
func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index < bytes.endIndex {
    var byte = bytes[index]
    index += 1
    if byte == UInt8(ascii: "%") {
      guard let value = escapedByte(bytes, at: index) else { return nil }
      byte = value
      index += 2
    } else if byte == UInt8(ascii: "+"), plusIsSpace {
      byte = 0x20
    }
    if byte == 0 { return nil }
    decoded.append(byte)
  }
  return String(validating: decoded, as: UTF8.self)
}

extension HTTPURL {
  /// The text with all but letters, digits and `-._~` escaped (RFC 3986 section 2.3): safe in any part of a URL.
  package static func percentEncoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if isUnreservedByte(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        appendHexadecimal(byte, to: &bytes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text with its escapes resolved; `nil` for a broken escape, an escaped zero or what is not UTF-8.
  package static func percentDecoded(_ text: String) -> String? {
    Wire.percentDecoded(Array(text.utf8)[...], plusIsSpace: false)
  }

  /// `name=value&…` with both escaped, without a `?`.
  package static func query(_ pairs: [(String, String)]) -> String {
    var text = ""
    for (name, value) in pairs {
      if !text.isEmpty { text += "&" }
      text += percentEncoded(name) + "=" + percentEncoded(value)
    }
    return text
  }
}

private func isUnreservedByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
    UInt8(ascii: "~"):
    return true
  default: return false
  }
}
