extension String {
  /// Whether `part` occurs, byte for byte; the empty text occurs nowhere.
  @inline(never) package func contains(bytes part: String) -> Bool {
    var rest = utf8[...]
    while !part.isEmpty, rest.count >= part.utf8.count {
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// Whether the phrase (ASCII, lower case) occurs, whatever the case of the text's letters.
  package func contains(ignoringCase phrase: String) -> Bool {
    lowered.contains(bytes: phrase)
  }
}
