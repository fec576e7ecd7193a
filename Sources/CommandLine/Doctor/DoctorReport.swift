import Basics
import Settings
import Wire

/// All that was looked at, in the order of the checks.
struct DoctorReport {
  private(set) var findings: [(id: String, result: CheckResult)] = []

  /// Looks at everything.
  init(_ context: CheckContext) {
    for check in Check.all { findings.append(("\(check.id)", check.look(context))) }
  }

  /// The exit code of `hearth doctor`: 1 where something does not work.
  var exitCode: Int32 {
    count("fail") > 0 ? 1 : 0
  }

  private func count(_ outcome: String) -> Int {
    findings.count { $0.result.outcome == outcome }
  }

  var json: JSON {
    var checks: [JSON] = []
    for (id, result) in findings {
      checks.append([
        "found": .string(result.found), "id": .string(id), "outcome": .string(result.outcome),
        "remedy": .string(result.remedy),
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
      for (id, result) in findings where result.outcome == outcome {
        text += Self.entry(id, result, colours: colours)
      }
    }
    return text + "\n" + summary + "\n"
  }

  private var summary: String {
    func plural(_ count: Int, _ one: String) -> String { "\(count) \(one)\(count == 1 ? "" : "s")" }
    return "\(count("ok")) ok, \(count("skipped")) skipped, \(plural(count("warn"), "warning")), "
      + plural(count("fail"), "failure")
  }

  static func entry(_ id: String, _ result: CheckResult, colours: Bool) -> String {
    let (word, style): (String, Terminal.Style) =
      switch result {
      case .ok: ("ok", .green)
      case .skipped: ("skip", .faint)
      case .warn: ("WARN", .boldYellow)
      case .fail: ("FAIL", .boldRed)
      }
    let indent = outcomeWidth + idWidth
    var text = colours ? Terminal.styled(word, style) : word
    text += "".padded(to: outcomeWidth - word.columns) + id.padded(to: idWidth, least: 1)
    text += Columns.wrapped(result.found.sanitized(), indent: indent, width: width) + "\n"
    if !result.remedy.isEmpty {
      text += "".padded(to: indent)
      text += Columns.wrapped(result.remedy.sanitized(), indent: indent, width: width) + "\n"
    }
    return text
  }
}
