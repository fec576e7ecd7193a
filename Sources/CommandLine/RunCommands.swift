internal import CLinux
import Platform
import Wire

/// The commands about runs that the agent knows: `ps`, `logs`, `stop`.
struct RunsCommand {
  private var api: String?
  private var all = false
  private var json = false
  private var follow = false
  private var ids: [String] = []

  /// - Parameter takesRuns: whether the command names runs.
  init(_ arguments: inout Arguments, takesRuns: Bool, flags: [String]) throws(UsageError) {
    while let word = arguments.rest.first {
      if let value = try arguments.option("--api") {
        api = value
      } else if flags.contains(word) {
        _ = arguments.next()
        switch word {
        case "-a", "--all": all = true
        case "-f", "--follow": follow = true
        default: json = true
        }
      } else if let id = try arguments.operand() {
        guard takesRuns else { throw UsageError("unexpected '\(id)'") }
        ids.append(id)
      }
    }
    if takesRuns && ids.isEmpty { throw UsageError("name a run; 'hearth ps -a' lists them") }
  }

  // MARK: - ps

  func list() throws(CommandFailure) -> Int32 {
    let answer = try ApiClient(api).call("GET", "/api/v2/runs" + (all ? "" : "?active=true"))
    if json {
      Terminal.write(Terminal.pretty(answer))
    } else {
      Terminal.write(Self.table(answer["runs"]?.array ?? []))
    }
    return 0
  }

  static func table(_ runs: [JSON]) -> String {
    var rows = [["RUN", "SERVICE", "TYPE", "COMMAND", "STATE", "HOST"]]
    for run in runs.reversed() {
      rows.append([
        run["id"]?.string ?? "", run["service"]?.string ?? "", run["type"]?.string ?? "", command(of: run),
        state(of: run), run["host"]?.string ?? "",
      ])
    }
    return Terminal.table(rows)
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
      return Terminal.span(seconds: max(0, now.subtractingReportingOverflow(time).partialValue) / 1000)
    }
    switch name {
    case "running": return name + (span("started").map { " " + $0 } ?? "")
    case "pulling": return name + (run["percent"]?.integer.map { " \($0) %" } ?? "")
    case "finished", "failed", "stopped":
      let reason = run["failure"]?["kind"]?.string ?? run["exitCode"]?.integer.map { "\($0)" }
      return name + (reason.map { " (\($0))" } ?? "") + (span("ended").map { " \($0) ago" } ?? "")
    default: return name
    }
  }

  // MARK: - logs

  func logs() throws(CommandFailure) -> Int32 {
    guard ids.count == 1, let id = ids.first else { throw CommandFailure("logs takes one run", exitCode: 2) }
    try OutputPrinter(client: try ApiClient(api), id: id).print(follow: follow, onInterrupt: {})
    return 0
  }

  // MARK: - stop

  /// Stops the runs and waits until they have ended.
  func stop() throws(CommandFailure) -> Int32 {
    let client = try ApiClient(api)
    var exitCode: Int32 = 0
    for id in ids {
      do throws(CommandFailure) {
        let run = try client.call("DELETE", "/api/v2/runs/" + id)
        let name = run["id"]?.string ?? id
        _ = try FollowedRun(client: client, id: name, showsOutput: false).follow()
        Terminal.write(name + "\n")
      } catch {
        Terminal.complain(error.text)
        exitCode = 1
      }
    }
    return exitCode
  }
}
