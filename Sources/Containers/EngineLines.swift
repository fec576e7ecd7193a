/// Splits a stream into its lines; only the line that has not ended yet is kept.
struct EngineLines {
  /// Longest line. A notice carries all labels of its container, which are a few kB in practice.
  static let limit = 1 << 20

  private var rest: [UInt8] = []
  /// Bytes of `rest` already known to hold no newline.
  private var next: ArraySlice<UInt8> = []

  /// Gives the bytes that come next; everything before must have been taken out with `line()`.
  mutating func feed(_ bytes: [UInt8]) {
    next = bytes[...]
  }

  /// The next line without its end, `nil` if none is complete; empty lines are left out.
  mutating func line() throws(EngineLineTooLong) -> [UInt8]? {
    while let end = next.firstIndex(of: UInt8(ascii: "\n")) {
      rest += next[..<end]
      next = next[(end + 1)...]
      let line = take()
      if line.count > Self.limit { throw EngineLineTooLong() }
      if !line.isEmpty { return line }
    }
    rest += next
    next = []
    if rest.count > Self.limit { throw EngineLineTooLong() }
    return nil
  }

  /// What came after the last newline; empty if nothing did.
  mutating func take() -> [UInt8] {
    var line = rest
    rest = []
    while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { line.removeLast() }
    return line
  }
}

/// A line exceeds `EngineLines.limit`.
struct EngineLineTooLong: Error {}
