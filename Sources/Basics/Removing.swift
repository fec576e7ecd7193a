extension Array {
  /// Removes the elements that are so; the others stay in order.
  ///
  /// In place of the library's, which for each type of element has twice the code for the same.
  package mutating func removeAll(where isOver: (Element) -> Bool) {
    var kept = 0
    for index in indices where !isOver(self[index]) {
      if kept < index { swapAt(kept, index) }
      kept += 1
    }
    removeLast(count - kept)
  }
}
