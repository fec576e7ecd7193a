// Strings by their bytes: the library's own comparisons bring Unicode's rules, and their tables, along.

/// Whether `text` begins with `prefix`.
package func startsWith(_ text: String, _ prefix: StaticString) -> Bool {
  var index = 0
  for byte in text.utf8 {
    guard index < prefix.utf8CodeUnitCount else { return true }
    guard byte == prefix.utf8Start[index] else { return false }
    index += 1
  }
  return index >= prefix.utf8CodeUnitCount
}

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

/// Whether `part` occurs in `text`.
package func contains(_ text: String, _ part: StaticString) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var cursor = Cursor(UnsafeRawBufferPointer(bytes))
    while !cursor.isAtEnd {
      var here = cursor
      if here.skip(part) { return true }
      _ = cursor.next()
    }
    return false
  }
}

/// What follows the last slash.
package func lastPart(_ path: String) -> String {
  var last: [UInt8] = []
  for byte in path.utf8 {
    if byte == UInt8(ascii: "/") { last = [] } else { last.append(byte) }
  }
  return String(decoding: last, as: UTF8.self)
}

/// What comes before the last slash; `/` where nothing does.
package func parent(_ path: String) -> String {
  var bytes = Array(path.utf8)
  while let last = bytes.popLast(), last != UInt8(ascii: "/") {}
  return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
}

package func withoutTrailingSlashes(_ path: String) -> String {
  var bytes = Array(path.utf8)
  while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}
