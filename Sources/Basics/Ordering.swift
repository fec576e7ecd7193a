extension Array {
  /// The elements in the order of `isBefore`; those that it does not tell apart stay as they are.
  ///
  /// The order of their places is sorted, not they, so that there is one sort for all kinds of elements.
  @inline(__always)
  package func ordered(by isBefore: (Element, Element) -> Bool) -> [Element] {
    var places = [Int](indices)
    places.arrange { isBefore(self[$0], self[$1]) || $0 < $1 && !isBefore(self[$1], self[$0]) }
    return places.map { self[$0] }
  }
}

extension [Int] {
  /// Sorts the numbers in place by heapsort (Williams, Floyd 1964): n log n steps whatever comes from outside. The
  /// library's sort, which may be quicker, has 2.6 kB.
  @inline(never)
  package mutating func arrange(by isBefore: (Int, Int) -> Bool = { $0 < $1 }) {
    var start = count / 2
    var end = count
    while end > 1 {
      if start > 0 {
        start -= 1
      } else {
        end -= 1
        swapAt(0, end)
      }
      sink(start, within: end, isBefore)
    }
  }

  /// Moves a number down the heap of the first `end` until no child of it is behind it.
  private mutating func sink(_ start: Int, within end: Int, _ isBefore: (Int, Int) -> Bool) {
    var parent = start
    while true {
      var child = 2 * parent + 1
      guard child < end else { return }
      if child + 1 < end, isBefore(self[child], self[child + 1]) { child += 1 }
      guard isBefore(self[parent], self[child]) else { return }
      swapAt(parent, child)
      parent = child
    }
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
