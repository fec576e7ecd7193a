// Texts taken apart byte by byte: no grapheme breaking, which would cost size and time.

extension String {
  /// The parts before and after the first `mark`, an ASCII character; nil where it does not occur.
  @inline(never) package func cut(at mark: Unicode.Scalar) -> (head: String, tail: String)? {
    guard let index = utf8.firstIndex(of: UInt8(truncatingIfNeeded: mark.value)) else { return nil }
    return (String(self[..<index]), String(self[utf8.index(after: index)...]))
  }

  /// All parts between `mark`s, an ASCII character; one more than there are marks.
  @inline(never) package func pieces(at mark: Unicode.Scalar) -> [String] {
    var pieces: [String] = []
    var rest = self
    while let (head, tail) = rest.cut(at: mark) {
      pieces.append(head)
      rest = tail
    }
    pieces.append(rest)
    return pieces
  }

  /// Whether `mark`, an ASCII character, occurs.
  @inline(never) package func has(_ mark: Unicode.Scalar) -> Bool {
    utf8.contains(UInt8(truncatingIfNeeded: mark.value))
  }

  /// The text without the square brackets around it; nil where there are none.
  @inline(never) package var unbracketed: String? {
    begins(with: "[") && utf8.last == 0x5d ? droppingLast().dropping(1) : nil
  }

  /// True for the texts between the `|`s of `choices`; a list of its own for each place would be larger.
  @inline(never) package func isOne(of choices: String) -> Bool { choices.pieces(at: "|").contains(self) }

  /// The text without spaces and tabs at both ends.
  @inline(never) package var trimmed: String {
    var bytes = utf8[...]
    while let first = bytes.first, first.isBlank { bytes = bytes.dropFirst() }
    while let last = bytes.last, last.isBlank { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a space or a tab occurs anywhere.
  @inline(never) package var hasBlank: Bool { utf8.contains { $0.isBlank } }

  /// The text with A–Z in lower case and all else untouched.
  @inline(never) package var lowered: String {
    String(decoding: utf8.map { $0.isUpper ? $0 &+ 32 : $0 }, as: UTF8.self)
  }
}

extension UInt8 {
  /// Whether the byte is a space or a tab.
  package var isBlank: Bool { self == 0x20 || self == 0x09 }
  /// Whether the byte is `0` to `9` in ASCII.
  package var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isUpper: Bool { self >= 0x41 && self <= 0x5a }
  /// Whether the byte is `a` to `z` in ASCII.
  package var isLower: Bool { self >= 0x61 && self <= 0x7a }
  /// Whether the byte is `A` to `Z` or `a` to `z` in ASCII.
  package var isLetter: Bool { isUpper || isLower }

  /// The value of a hexadecimal digit in either case, 0...15; nil for other bytes.
  package var hexadecimal: UInt8? {
    if isDigit { return self &- 0x30 }
    let lower = self | 0x20
    return lower >= 0x61 && lower <= 0x66 ? lower &- 0x57 : nil
  }
}
