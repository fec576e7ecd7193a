import Platform
import Settings
import Wire

/// `hearth drain`: the node takes no new runs, or takes them again.
enum DrainCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let isOff = values.has(.off)
    let answer = try ApiClient(values[.api]).call(
      "PUT", "/api/v2/node/drained", body: ["drained": .bool(!isOff)])
    guard !values.has(.json) else {
      Terminal.write(Terminal.pretty(answer))
      return 0
    }
    let count = answer["runs"]?.integer ?? 0
    let runs = count == 0 ? "none is under way" : "\(count) under way go\(count == 1 ? "es" : "") on"
    Terminal.write(isOff ? "this node takes runs again\n" : "no new runs on this node; \(runs)\n")
    return 0
  }
}
