internal import CLinux
import Wire

/// Messages for the journal, one line each, with the priority systemd reads off the line (sd-daemon(3)).
enum Log {
  static func info(_ message: String) {
    write("<6>", message)
  }

  static func warning(_ message: String) {
    write("<4>", message)
  }

  static func error(_ message: String) {
    write("<3>", message)
  }

  /// The journal sets JOURNAL_STREAM; a person at a terminal needs no priorities.
  private static let showsPriority = getenv("JOURNAL_STREAM") != nil

  /// Longest line, in bytes: a peer's words may be in it.
  private static let limit = 1000

  private static func write(_ priority: StaticString, _ message: String) {
    var line: [UInt8] = []
    if showsPriority {
      priority.withUTF8Buffer { line += Array($0) }
    } else {
      line += Array("hearth: ".utf8)
    }
    // A line end or an escape from outside must not look like a line of ours.
    line += Array(message.plain(limit: limit).utf8)
    line.append(10)
    _ = line.withUnsafeBytes { CLinux.write(2, $0.baseAddress, $0.count) }
  }
}
