/// Splits a stream into its lines; only the line that has not ended yet is kept.
struct EngineLines {
  /// Longest line. A notice carries all labels of its container, which are a few kB in practice.
  static let limit = 1 << 20

  /// Whether a line beyond that is left out; else it is an error.
  private let skipsLong: Bool
  private var isSkipping = false
  private var rest: [UInt8] = []
  /// Bytes of `rest` already known to hold no newline.
  private var next: ArraySlice<UInt8> = []

  init(skipsLong: Bool = false) {
    self.skipsLong = skipsLong
  }

  /// Gives the bytes that come next; everything before must have been taken out with `line()`.
  mutating func feed(_ bytes: [UInt8]) {
    next = bytes[...]
  }

  /// The next line without its end, `nil` if none is complete; empty lines are left out.
  mutating func line() throws(EngineLineTooLong) -> [UInt8]? {
    while let end = next.firstIndex(of: UInt8(ascii: "\n")) {
      try add(next[..<end])
      next = next[(end + 1)...]
      let line = take()
      if !line.isEmpty { return line }
    }
    try add(next)
    next = []
    return nil
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) throws(EngineLineTooLong) {
    guard !isSkipping else { return }
    rest += bytes
    guard rest.count > Self.limit else { return }
    guard skipsLong else { throw EngineLineTooLong() }
    rest = []
    isSkipping = true
  }

  /// What came after the last newline; empty if nothing did.
  mutating func take() -> [UInt8] {
    var line = rest
    rest = []
    isSkipping = false
    while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { line.removeLast() }
    return line
  }
}

/// A line exceeds `EngineLines.limit`.
struct EngineLineTooLong: Error {}
