import Basics
import Platform
import Settings
import Wire

/// `hearth nodes`: the home as this node knows it.
enum NodesCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let answer = try ApiClient(values[.api]).call("GET", "/api/v2/nodes")
    let nodes = answer["nodes"]?.array ?? []
    if values.has(.json) {
      Terminal.write(Terminal.pretty(answer))
    } else {
      Terminal.write(values.has(.terms) ? terms(nodes) : table(nodes))
    }
    return 0
  }

  static func table(_ nodes: [JSON]) -> String {
    var rows = [["NODE", "ID", "STATE", "SCORE", "RUNS", "MEMORY", "BOARD", "ADDRESS", "HEARD"]]
    for node in nodes {
      let heard = node["ageMilliseconds"]?.integer ?? 0
      rows.append([
        name(of: node), shortID(of: node), state(of: node),
        node["score"]?.double.map { Terminal.whole($0) } ?? "-",
        "\(node["runs"]?.integer ?? 0)", memory(of: node),
        node["homeEdge"]?.bool == true ? "Home Edge" : node["board"]?.string ?? "-",
        node["address"]?.string ?? "-",
        node["self"]?.bool == true ? "this node" : ago(milliseconds: heard),
      ])
    }
    return Columns.table(rows)
  }

  /// What each term leaves of each node's score, in percent.
  private static func terms(_ nodes: [JSON]) -> String {
    var names: [String] = []
    for node in nodes {
      for term in node["terms"]?.array ?? [] {
        if let name = term["term"]?.string, !names.contains(name) { names.append(name) }
      }
    }
    var rows = [["TERM"] + nodes.map { name(of: $0) }]
    for name in names {
      var row = [name]
      for node in nodes {
        let term = node["terms"]?.array?.first { $0["term"]?.string == name }
        row.append(term?["effect"]?.double.map { Terminal.whole(min($0, 1) * 100) + " %" } ?? "-")
      }
      rows.append(row)
    }
    return Columns.table(rows)
  }

  private static func state(of node: JSON) -> String {
    let state = node["state"]?.string ?? "?"
    let isDrained = node["abilities"]?.array?.contains { $0.string == "drained" } ?? false
    return isDrained && state == "alive" ? "drained" : state
  }

  static func name(of node: JSON) -> String {
    let name = (node["hostname"] ?? node["name"])?.string ?? ""
    return name.isEmpty ? shortID(of: node) : name
  }

  /// The first 8 digits behind `edge-orchestration-`.
  private static func shortID(of node: JSON) -> String {
    let id = (node["id"] ?? node["node"])?.string ?? "?"
    return id.words(at: "-").dropFirst(2).first ?? id
  }

  private static func memory(of node: JSON) -> String {
    guard let bytes = node["memoryAvailableBytes"]?.integer else { return "-" }
    return bytes >= 1 << 33 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
  }

  private static func ago(milliseconds: Int64) -> String {
    milliseconds < 10_000
      ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s ago"
      : spanText(seconds: milliseconds / 1000) + " ago"
  }
}
