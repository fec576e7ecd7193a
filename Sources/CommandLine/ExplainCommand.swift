import Basics
import Platform
import Settings
import Wire

/// `hearth explain`: why a run is where it is.
enum ExplainCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let id = values.operands.first ?? ""
    let answer = try ApiClient(values[.api]).call("GET", try ApiClient.path(ofRun: id, "/placement"))
    Terminal.write(values.has(.json) ? Terminal.pretty(answer) : text(answer))
    return 0
  }

  static func text(_ answer: JSON) -> String {
    let nodes = answer["nodes"]?.array ?? []
    let state = answer["state"]?.string ?? "?"
    var text = "Run \(answer["run"]?.string ?? "?") of service \(answer["service"]?.string ?? "?"), \(state)"
    let host = answer["host"]?.string ?? ""
    if !host.isEmpty { text += " on \(host)" }
    let attempt = answer["attempt"]?.integer ?? 1
    if attempt > 1 { text += ", attempt \(attempt)" }
    text = text.sanitized() + "\n\n"
    if let earlier = answer["earlierHost"]?.string {
      text +=
        "It may have run before, on \(earlier.sanitized()), which was lost: this may be the second time.\n\n"
    }
    var rows = [["PLACE", "NODE", "SPEED", "RANK", "ANSWER", "WHY"]]
    for node in nodes {
      rows.append([
        node["place"]?.integer.map { "\($0)" } ?? "-", NodesCommand.name(of: node),
        node["filtered"] == nil ? number(node["speed"]) : "-",
        node["filtered"] == nil ? number(node["rank"]) : "-", answerWords(node), node["reason"]?.string ?? "",
      ])
    }
    text += Columns.table(rows)
    let omitted = answer["omitted"]?.integer ?? 0
    if omitted > 0 { text += "and \(omitted) more nodes\n" }
    if !nodes.isEmpty {
      text += "\nSpeed: what the run could expect there; 100 is a core of an idle Raspberry Pi 3.\n"
      text += "Rank: that, less what other runs would lose by it, and what waiting for the image costs.\n"
    }
    return text
  }

  private static func number(_ json: JSON?) -> String {
    json?.double.map { Terminal.whole($0) } ?? "-"
  }

  private static func answerWords(_ node: JSON) -> String {
    guard let outcome = node["outcome"]?.string else { return "not asked" }
    guard let words = node["answer"]?.string, !words.isEmpty else { return outcome }
    return outcome + ": " + words
  }
}
