extension String {
  /// The text as a log or a terminal may show it when others have chosen it: control characters of both ranges (C0, C1
  /// and DEL) and marks that turn the direction of writing are `?`, and it ends before the character that would
  /// exceed `limit` bytes.
  package func sanitized(limit: Int = .max, keepsLines: Bool = false) -> String {
    var bytes: [UInt8] = []
    for scalar in unicodeScalars {
      let width = UTF8.width(scalar)
      guard bytes.count <= limit - width else { break }
      if Self.isObeyedByTerminals(scalar.value), !(keepsLines && (scalar.value == 10 || scalar.value == 9)) {
        bytes.append(UInt8(ascii: "?"))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a terminal acts upon the character of that number instead of showing it.
  package static func isObeyedByTerminals(_ value: UInt32) -> Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0: true
    // Line and paragraph separators, and the directions of Unicode's UAX #9.
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
