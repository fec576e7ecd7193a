import Basics
internal import CLinux

/// Messages for the journal, one line each, with the priority systemd reads off the line (sd-daemon(3)).
///
/// A message is cut at 1000 bytes, and its control characters become `?`. In a minute 2000 lines are written;
/// the others are counted and left out.
package enum Log {
  /// Says what happens as it should (LOG_INFO, 6).
  package static func info(_ message: String) {
    write("<6>", message)
  }

  /// Says what is not as it should be and passes or can be lived with (LOG_WARNING, 4).
  package static func warning(_ message: String) {
    write("<4>", message)
  }

  /// Says what has failed and needs a person (LOG_ERR, 3).
  package static func error(_ message: String) {
    write("<3>", message)
  }

  /// The journal sets JOURNAL_STREAM; a person at a terminal needs no priorities.
  private static let showsPriority = getenv("JOURNAL_STREAM") != nil

  /// Longest line, in bytes: a peer's words may be in it.
  private static let limit = 1000

  /// Lines in a minute: a home of a thousand nodes that all start. What others do on the network is worth no more of
  /// a card's life.
  static let minuteLimit = 2000
  nonisolated(unsafe) private static var budget = LineBudget(limit: minuteLimit)

  @inline(never)
  private static func write(_ priority: StaticString, _ message: String) {
    switch budget.take(at: Clock.now()) {
    case .none: return
    case .line: break
    case .lineAfter(let count):
      put("<4>", "\(count) lines were left out: there were more than \(minuteLimit) in a minute")
    }
    put(priority, message)
  }

  private static func put(_ priority: StaticString, _ message: String) {
    var line: [UInt8] = []
    if showsPriority {
      priority.withUTF8Buffer { line += Array($0) }
    } else {
      line += Array("hearth: ".utf8)
    }
    // A line end or an escape from outside must not look like a line of ours.
    line += Array(message.sanitized(limit: limit).utf8)
    line.append(10)
    _ = line.withUnsafeBytes { CLinux.write(2, $0.baseAddress, $0.count) }
  }
}
