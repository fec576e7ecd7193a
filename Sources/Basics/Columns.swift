/// Text in the columns of a terminal, where each character takes one.
extension String {
  /// How many columns the text takes.
  @inline(never) package var columns: Int { unicodeScalars.count }

  /// The text with blanks behind it, so that it takes `width` columns; at least `least` blanks.
  @inline(never) package func padded(to width: Int, least: Int = 0) -> String {
    self + String(repeating: " ", count: max(width - columns, least))
  }
}

/// Texts of several columns, and of several lines.
package enum Columns {
  /// Columns as wide as their widest cell, two blanks between them. Cells may hold what others chose, as host names:
  /// nothing in them moves the cursor.
  package static func table(_ cells: [[String]]) -> String {
    let rows = cells.map { $0.map { $0.sanitized() } }
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.columns)
      }
    }
    var text = ""
    for row in rows {
      for (column, cell) in row.enumerated() {
        text += column < row.count - 1 ? cell.padded(to: widths[column] + 2) : cell
      }
      text += "\n"
    }
    return text
  }

  /// The width of the widest text.
  package static func widest(_ texts: [String]) -> Int {
    var width = 0
    for text in texts { width = max(width, text.columns) }
    return width
  }

  /// Breaks a text at blanks, so that its first line, which begins in column `indent`, and those below it, which are
  /// indented so, fit into `width` columns; a longer word stays whole.
  package static func wrapped(_ text: String, indent: Int, width: Int) -> String {
    var result = ""
    var column = indent
    for word in text.words(at: " ") {
      if column > indent {
        let fits = column + 1 + word.columns <= width
        result += fits ? " " : "\n" + "".padded(to: indent)
        column = fits ? column + 1 : indent
      }
      result += word
      column += word.columns
    }
    return result
  }
}
