// Strings by their bytes: the library's own comparisons bring Unicode's rules, and their tables, along.

/// Whether two texts are the same bytes.
package func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

/// `a, b, c`.
package func joined(_ words: [String]) -> String {
  var text = ""
  for word in words {
    if !text.isEmpty { text += ", " }
    text += word
  }
  return text
}
