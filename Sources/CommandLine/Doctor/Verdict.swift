import Basics
import Settings
import Wire

/// What a check found, and what its reader may do about it.
enum Verdict: Equatable {
  case ok(String)
  /// Works, but not as well as it could, or not for long.
  case warn(String, remedy: String)
  /// Does not work.
  case fail(String, remedy: String)
  /// Was not checked; why not.
  case skipped(String)

  /// As in the JSON.
  var outcome: String {
    switch self {
    case .ok: "ok"
    case .warn: "warn"
    case .fail: "fail"
    case .skipped: "skipped"
    }
  }

  /// What was found, or why nothing was looked for.
  var found: String {
    switch self {
    case .ok(let text), .skipped(let text), .warn(let text, _), .fail(let text, _): text
    }
  }

  /// One sentence; empty where nothing is to be done.
  var remedy: String {
    switch self {
    case .ok, .skipped: ""
    case .warn(_, let text), .fail(_, let text): text
    }
  }
}

/// One thing that is looked at.
struct Check: Sendable {
  /// Words with dashes between them, which never change: scripts know it.
  let id: StaticString
  let look: @Sendable (Examination) -> Verdict

  init(_ id: StaticString, _ look: @escaping @Sendable (Examination) -> Verdict) {
    self.id = id
    self.look = look
  }
}

/// All that was looked at, in the order of the checks.
struct Checkup {
  private(set) var findings: [(id: String, verdict: Verdict)] = []

  /// Looks at everything.
  init(_ examination: Examination) {
    for check in Self.checks { findings.append(("\(check.id)", check.look(examination))) }
  }

  /// The exit code of `hearth doctor`: 1 where something does not work.
  var exitCode: Int32 {
    count("fail") > 0 ? 1 : 0
  }

  private func count(_ outcome: String) -> Int {
    findings.count { $0.verdict.outcome == outcome }
  }

  var json: JSON {
    var checks: [JSON] = []
    for (id, verdict) in findings {
      checks.append([
        "found": .string(verdict.found), "id": .string(id), "outcome": .string(verdict.outcome),
        "remedy": .string(verdict.remedy),
      ])
    }
    return [
      "checks": .array(checks), "fail": .integer(Int64(count("fail"))), "ok": .integer(Int64(count("ok"))),
      "skipped": .integer(Int64(count("skipped"))), "version": .string(Version.text),
      "warn": .integer(Int64(count("warn"))),
    ]
  }

  // MARK: - Text

  private static let width = 80
  private static let outcomeWidth = 6
  /// Room for the longest identifier and two blanks.
  private static let idWidth = 19

  /// For people: what is well first, what needs them last, where a terminal still shows it; 80 columns.
  func text(colours: Bool) -> String {
    var text = ""
    for outcome in ["ok", "skipped", "warn", "fail"] {
      for (id, verdict) in findings where verdict.outcome == outcome {
        text += Self.entry(id, verdict, colours: colours)
      }
    }
    return text + "\n" + summary + "\n"
  }

  private var summary: String {
    func plural(_ count: Int, _ one: String) -> String { "\(count) \(one)\(count == 1 ? "" : "s")" }
    return "\(count("ok")) ok, \(count("skipped")) skipped, \(plural(count("warn"), "warning")), "
      + plural(count("fail"), "failure")
  }

  private static func entry(_ id: String, _ verdict: Verdict, colours: Bool) -> String {
    let (word, colour) =
      switch verdict {
      case .ok: ("ok", "32")
      case .skipped: ("skip", "2")
      case .warn: ("WARN", "33;1")
      case .fail: ("FAIL", "31;1")
      }
    let indent = outcomeWidth + idWidth
    var text = colours ? "\u{1b}[\(colour)m\(word)\u{1b}[0m" : word
    text += blanks(outcomeWidth - word.utf8.count) + id + blanks(max(idWidth - id.utf8.count, 1))
    text += wrapped(verdict.found.plain(), indent) + "\n"
    if !verdict.remedy.isEmpty { text += blanks(indent) + wrapped(verdict.remedy.plain(), indent) + "\n" }
    return text
  }

  private static func blanks(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }

  /// Breaks at blanks, so that a line that begins in column `indent` and those below it fit; a longer word stays whole.
  private static func wrapped(_ text: String, _ indent: Int) -> String {
    var result: [UInt8] = []
    var column = indent
    for word in pieces(of: text, between: 32, 32) {
      let length = word.unicodeScalars.count
      if column > indent {
        if column + 1 + length > width {
          result += [10] + [UInt8](repeating: 32, count: indent)
          column = indent
        } else {
          result.append(32)
          column += 1
        }
      }
      result += Array(word.utf8)
      column += length
    }
    return String(decoding: result, as: UTF8.self)
  }
}
