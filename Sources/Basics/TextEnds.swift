/// The ends of texts, byte by byte. The standard library's `hasPrefix`, `dropFirst` and their like go by what a reader
/// takes for one character, and bring Unicode's tables for that.
extension String {
  /// Whether the first bytes are those of `start`; true for an empty `start`.
  @inline(never) package func begins(with start: String) -> Bool { utf8.starts(with: start.utf8) }

  /// Whether the last bytes are those of `end`; true for an empty `end`.
  @inline(never) package func ends(with end: String) -> Bool {
    utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
  }

  /// The text without its first `count` bytes, which must be ASCII.
  @inline(never) package func dropping(_ count: Int) -> String {
    String(decoding: utf8.dropFirst(count), as: UTF8.self)
  }

  /// The text without its last `count` bytes, which must be ASCII.
  @inline(never) package func droppingLast(_ count: Int = 1) -> String {
    String(decoding: utf8.dropLast(count), as: UTF8.self)
  }

  /// The parts between separators, which must be ASCII: `separator` alone, or either of two. No part is empty.
  @inline(never) package func words(at separator: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> [String]
  {
    let first = UInt8(ascii: separator)
    let second = UInt8(ascii: other ?? separator)
    return utf8.split { $0 == first || $0 == second }.map { String(decoding: $0, as: UTF8.self) }
  }
}
