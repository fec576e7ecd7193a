import Basics
import Platform
import Settings
import Wire

/// `hearth ps`: the runs that the agent knows.
enum PsCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let which = values.has(.all) ? "" : "?active=true"
    let answer = try ApiClient(values[.api]).call("GET", "/api/v2/runs" + which)
    Terminal.write(values.has(.json) ? Terminal.pretty(answer) : table(answer["runs"]?.array ?? []))
    return 0
  }

  static func table(_ runs: [JSON]) -> String {
    var rows = [["RUN", "SERVICE", "TYPE", "COMMAND", "STATE", "HOST"]]
    for run in runs.reversed() {
      rows.append([
        run["id"]?.string ?? "", run["service"]?.string ?? "", run["type"]?.string ?? "", command(of: run),
        state(of: run), run["host"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "-",
      ])
    }
    return Columns.table(rows)
  }

  private static func command(of run: JSON) -> String {
    var text = ""
    for word in run["arguments"]?.array ?? [] { text += (text.isEmpty ? "" : " ") + (word.string ?? "") }
    let limit = 40
    let scalars = text.unicodeScalars
    guard scalars.count > limit else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
  }

  /// For example "running 5 minutes" or "finished (0) 2 hours ago".
  private static func state(of run: JSON) -> String {
    let name = run["state"]?.string ?? "?"
    let now = Clock.wallMilliseconds()
    func span(_ key: String) -> String? {
      guard let time = run["times"]?[key]?.integer else { return nil }
      return spanText(seconds: max(0, now.subtractingReportingOverflow(time).partialValue) / 1000)
    }
    if run["stopRequested"] != nil { return "stopping" }
    switch name {
    case "running": return name + (span("started").map { " " + $0 } ?? "")
    case "pulling": return name + (run["percent"]?.integer.map { " \($0) %" } ?? "")
    case "finished", "failed", "stopped":
      let reason = run["failure"]?["kind"]?.string ?? run["exitCode"]?.integer.map { "\($0)" }
      return name + (reason.map { " (\($0))" } ?? "") + (span("ended").map { " \($0) ago" } ?? "")
    default: return name
    }
  }
}
