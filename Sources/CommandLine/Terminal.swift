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
    write(Array("hearth: \(text.sanitized(keepsLines: true))\n".utf8), to: 2)
  }

  static var errorIsTerminal: Bool {
    isatty(2) == 1
  }

  /// Whether the output goes to somebody who sees colours and has not asked for none (no-color.org).
  static var showsColours: Bool {
    isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  // MARK: - Control sequences (ECMA-48)

  /// How a word is shown: parameters of Select Graphic Rendition (ECMA-48, 8.3.117).
  enum Style: String {
    case green = "32"
    case faint = "2"
    case boldYellow = "33;1"
    case boldRed = "31;1"
  }

  private static let controlSequence = "\u{1b}["

  static func styled(_ text: String, _ style: Style) -> String {
    controlSequence + style.rawValue + "m" + text + controlSequence + "0m"
  }

  /// Goes to the line's begin and clears it (ECMA-48, 8.3.41, Erase in Line).
  static let clearLine = "\r" + controlSequence + "K"

  // MARK: - Columns

  /// Columns as wide as their widest cell, two blanks between them. Cells may hold what others chose, as host names:
  /// nothing in them moves the cursor.
  static func table(_ cells: [[String]]) -> String {
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
  static func widest(_ texts: [String]) -> Int {
    var width = 0
    for text in texts { width = max(width, text.columns) }
    return width
  }

  /// Breaks a text at blanks, so that its first line, which begins in column `indent`, and those below it, which are
  /// indented so, fit into `width` columns; a longer word stays whole.
  static func wrapped(_ text: String, indent: Int, width: Int) -> String {
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

  // MARK: - Numbers and times

  /// A number that is not below 0, rounded to a whole one; a billion at most.
  static func whole(_ value: Double) -> String {
    "\(Int(min(max(value, 0), 1e9) + 0.5))"
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
