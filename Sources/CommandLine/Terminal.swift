import Basics
internal import CLinux
import Platform
import Wire

/// Output of the commands.
enum Terminal {
  static func write(_ text: String) {
    write(Array(text.utf8))
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) {
    // A reader that has gone, as in `hearth ps | head`, is no error worth a message.
    _ = try? File.writeAll(descriptor, bytes, "standard output")
  }

  /// JSON as a command prints it.
  static func pretty(_ json: JSON) -> String {
    String(decoding: json.encodedPretty(), as: UTF8.self) + "\n"
  }

  static func complain(_ text: String) {
    write(Array("hearth: \(text.plain(keepsLines: true))\n".utf8), to: 2)
  }

  static var errorIsTerminal: Bool {
    isatty(2) == 1
  }

  /// Whether the output goes to somebody who sees colours and has not asked for none (no-color.org).
  static var showsColours: Bool {
    isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// Columns as wide as their widest cell, two blanks between them. Cells may hold what others chose, as host names:
  /// nothing in them moves the cursor.
  static func table(_ cells: [[String]]) -> String {
    let rows = cells.map { $0.map { $0.plain() } }
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], width(cell))
      }
    }
    var text = ""
    for row in rows {
      for (column, cell) in row.enumerated() {
        text += cell
        if column < row.count - 1 { text += String(repeating: " ", count: widths[column] - width(cell) + 2) }
      }
      text += "\n"
    }
    return text
  }

  private static func width(_ text: String) -> Int {
    text.unicodeScalars.count
  }

  /// A span in its largest fitting unit, as Docker has it: `12 seconds`, `3 minutes`, `2 days`.
  static func span(seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
    for (size, name) in units where seconds >= size {
      let count = seconds / size
      return "\(count) \(name)\(count == 1 ? "" : "s")"
    }
    return "0 seconds"
  }
}
