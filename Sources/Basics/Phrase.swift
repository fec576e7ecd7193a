extension String {
  /// Whether the text contains the phrase (ASCII, lower case), whatever the case of its letters.
  package func mentions(_ phrase: StaticString) -> Bool {
    phrase.withUTF8Buffer { wanted in
      var bytes = Array(utf8)
      for index in bytes.indices where bytes[index] >= 0x41 && bytes[index] <= 0x5A { bytes[index] |= 0x20 }
      guard bytes.count >= wanted.count else { return false }
      return (0...(bytes.count - wanted.count)).contains { start in
        bytes[start..<(start + wanted.count)].elementsEqual(wanted)
      }
    }
  }
}
