extension UnsafeBufferPointer where Element == UInt8 {
  /// The place of the first byte from `start` on that is sought; `count` where none is.
  ///
  /// For what goes through a stranger's text byte by byte, which may have a mebibyte: each place has a loop of its own,
  /// since the smallest program otherwise calls several functions for a byte.
  @inlinable @inline(__always)
  package func place(from start: Int, where isSought: (UInt8) -> Bool) -> Int {
    var index = start
    while index < count, !isSought(self[index]) { index &+= 1 }
    return index
  }
}
