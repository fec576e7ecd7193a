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

  // MARK: - Numbers

  /// A number that is not below 0, rounded to a whole one; a billion at most.
  static func whole(_ value: Double) -> String {
    "\(Int(min(max(value, 0), 1e9) + 0.5))"
  }
}
