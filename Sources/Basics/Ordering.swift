extension Array {
  /// The elements in the order of `isBefore`.
  ///
  /// The order of their places is sorted, not they: the library's sort is written out anew for each kind of element,
  /// some 3 kB each, and so it is there for `Int` alone.
  @inline(__always)
  package func ordered(by isBefore: (Element, Element) -> Bool) -> [Element] {
    let places = [Int](indices).sorted { isBefore(self[$0], self[$1]) }
    return places.map { self[$0] }
  }
}

extension [String] {
  /// The names in the order of their bytes.
  package func ordered() -> [String] {
    ordered { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// The first of the places 0 to `count` - 1 that is `behind`, in a list where all after one that is are so, too.
///
/// - Returns: `count` where none is.
package func firstPlace(of count: Int, where behind: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = low + (high - low) / 2
    if behind(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
