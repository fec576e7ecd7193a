import Basics
internal import CLinux
import Platform
import Wire

/// Output of the commands.
enum Terminal {
  static func write(_ text: String) {
    write(Array(text.utf8))
  }

  /// Why output is lost; nil where all was written.
  nonisolated(unsafe) private(set) static var failure: SystemError?

  static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) {
    do throws(SystemError) {
      try File.writeAll(descriptor, bytes, descriptor == 2 ? "standard error" : "standard output")
    } catch {
      failure = error
    }
  }

  /// The exit code of a command that would have ended with `code`, had its output been written; says why it was not.
  static func exitCode(_ code: Int32) -> Int32 {
    // A reader that has gone, as in `hearth ps | head`, is no error worth a message.
    guard let failure, failure.errno != EPIPE else { return code }
    complain(failure.description)
    return code == 0 ? 1 : code
  }

  /// JSON as a command prints it.
  static func pretty(_ json: JSON) -> String {
    String(decoding: json.encodedPretty(), as: UTF8.self) + "\n"
  }

  static func complain(_ text: String) {
    mention("hearth: \(text.sanitized(keepsLines: true))\n")
  }

  /// Writes what is not the command's output; where that fails there is nobody to tell.
  static func mention(_ text: String) {
    _ = try? File.writeAll(2, Array(text.utf8), "standard error")
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
