// Strings by their bytes: the library's own comparisons bring Unicode's rules, and their tables, along.

/// Whether two texts are the same bytes.
package func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}

/// Sorts a few names by insertion: the library's sort is written out anew for each kind of element.
package func sortNames(_ names: inout [String]) {
  var sorted = 1
  while sorted < names.count {
    var index = sorted
    while index > 0, names[index].utf8.lexicographicallyPrecedes(names[index - 1].utf8) {
      names.swapAt(index, index - 1)
      index -= 1
    }
    sorted += 1
  }
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
