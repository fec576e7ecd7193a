import Foundation

/// Rows of texts, as columns of equal width or as Markdown.
struct Table {
  var head: [String]
  var rows: [[String]] = []

  /// For terminals: the first column to the left, the others to the right, unless they are words.
  var text: String {
    let all = [head] + rows
    let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return isText(column) ? cell.0 + space : space + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  var markdown: String {
    let line = head.indices.map { isText($0) ? "---" : "---:" }
    return ([head, line] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  private func isText(_ column: Int) -> Bool {
    rows.first?[column].first.map { !$0.isNumber && $0 != "-" } ?? true
  }
}
