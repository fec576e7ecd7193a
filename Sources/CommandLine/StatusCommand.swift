import Basics
import Platform
import Settings
import Wire

/// `hearth status`: the node, its Engine and what it runs, on one screen.
enum StatusCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let client = try ApiClient(values[.api])
    let node = try client.call("GET", "/api/v2/node")
    let runs = try client.call("GET", "/api/v2/runs?active=true")["runs"] ?? []
    if values.has(.json) {
      let both: JSON = ["node": node, "runs": runs]
      Terminal.write(Terminal.pretty(both))
    } else {
      Terminal.write(text(node, runs.array ?? []))
    }
    return 0
  }

  static func text(_ node: JSON, _ runs: [JSON]) -> String {
    let uptime = spanText(seconds: node["uptimeSeconds"]?.integer ?? 0)
    let value = node["score"]?["score"]?.double ?? 0
    var rows: [[String]] = [
      ["node", node["id"]?.string ?? "?"],
      ["version", "\(node["version"]?.string ?? "?"), up \(uptime)"],
      ["address", node["address"]?.string ?? "?"],
      ["board", node["board"]?.string ?? "?"],
      [
        "score",
        "\(Terminal.whole(value)) (an idle Raspberry Pi 3B is 100; 'hearth score' explains)",
      ],
      ["engine", engine(node["engine"] ?? .null)],
      ["home", home(node["home"] ?? .null)],
    ]
    for list in [node["state"]?["faults"], node["home"]?["complaints"]] {
      for warning in list?.array ?? [] { rows.append(["warning", warning.string ?? ""]) }
    }
    if let strangers = StrangerNodes.text(node["home"] ?? .null) {
      rows.append(["warning", strangers])
      rows.append(["", StrangerNodes.remedy])
    }
    if node["drained"]?.bool == true {
      rows.append(["drained", "no new runs here until 'hearth drain --off'"])
    }
    let services = (node["services"]?.array ?? []).compactMap { $0["name"]?.string }
    if !services.isEmpty { rows.append(["services", joined(services)]) }
    rows.append(["runs", runs.isEmpty ? "none under way" : "\(runs.count) under way"])
    return Columns.table(rows) + (runs.isEmpty ? "" : "\n" + PsCommand.table(runs))
  }

  private static func home(_ home: JSON) -> String {
    guard home["joined"]?.bool == true else { return "this node stays alone ([home] join = no)" }
    let count = home["nodes"]?.integer ?? 1
    let key = home["key"]?.string ?? "?"
    return count == 1
      ? "no other node with key \(key) is heard" : "\(count) nodes with key \(key); 'hearth nodes' lists them"
  }

  private static func engine(_ engine: JSON) -> String {
    let socket = engine["socket"]?.string ?? ""
    switch engine["state"]?.string {
    case "available":
      return "Docker \(engine["version"]?.string ?? "?") (API \(engine["api"]?.string ?? "?")) at \(socket)"
    case "hanging":
      return "hangs: \(engine["reason"]?.string ?? "")"
    case "away":
      let span = spanText(seconds: engine["awaySeconds"]?.integer ?? 0)
      return "away for \(span): \(engine["reason"]?.string ?? "")"
    default:
      return "not asked yet, at \(socket)"
    }
  }
}
