/// Text in the columns of a terminal, where each character takes one.
extension String {
  /// How many columns the text takes.
  @inline(never) package var columns: Int { unicodeScalars.count }

  /// The text with blanks behind it, so that it takes `width` columns; at least `least` blanks.
  @inline(never) package func padded(to width: Int, least: Int = 0) -> String {
    self + String(repeating: " ", count: max(width - columns, least))
  }
}
