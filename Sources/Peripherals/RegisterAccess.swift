import Basics

/// How a number of up to 16 bits is read from a chip.
package struct RegisterAccess: Equatable, Sendable {
  /// Which transfers, and which byte comes first.
  package enum Kind: String, Sendable {
    case byte
    /// An SMBus word whose first byte on the wire is the high one, as most chips have it, or the low one.
    case wordBig = "word-be"
    case wordLittle = "word-le"
    /// Two bytes in one I2C block, the high one first.
    case blockBig = "block-be"
    /// Two registers of one byte in the order in which they must be read: the first read holds the other still.
    case highFirst = "high-first"
    case lowFirst = "low-first"
  }

  /// Which transfers.
  package let kind: Kind
  /// The register, or the first of two.
  package let register: UInt8
  /// That of the second byte; only for the last two kinds.
  package let second: UInt8

  /// Reads `REGISTER ACCESS`, as `0x02`, `word-be` or `0x46/0x47`, `low-first`.
  init?(register text: String, kind: String) {
    guard let kind = Kind(rawValue: kind) else { return nil }
    let registers = text.words(at: "/").map { wholeNumber($0) }
    let isPair = kind == .highFirst || kind == .lowFirst
    guard registers.count == (isPair ? 2 : 1), let first = registers[0].flatMap({ UInt8(exactly: $0) }),
      let last = registers[registers.count - 1].flatMap({ UInt8(exactly: $0) })
    else { return nil }
    self.kind = kind
    register = first
    second = last
  }

  var width: Int {
    kind == .byte ? 8 : 16
  }
}

/// `0x3f` or `63`; at most 31 bits.
package func wholeNumber(_ text: String) -> Int? {
  let isHexadecimal = text.utf8.starts(with: "0x".utf8)
  let digits = isHexadecimal ? String(text.utf8.dropFirst(2)) ?? "" : text
  guard (1...9).contains(digits.utf8.count), digits.utf8.first != UInt8(ascii: "-"),
    digits.utf8.first != UInt8(ascii: "+"), let value = Int32(digits, radix: isHexadecimal ? 16 : 10)
  else { return nil }
  return Int(value)
}
