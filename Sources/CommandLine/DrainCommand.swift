import Platform
import Wire

/// `hearth drain`: the node takes no new runs, or takes them again.
struct DrainCommand {
  private var api: String?
  private var json = false
  private var isOff = false

  init(_ arguments: inout Arguments) throws(UsageError) {
    while !arguments.rest.isEmpty {
      if let value = try arguments.option("--api") {
        api = value
      } else if arguments.flag("--json") {
        json = true
      } else if arguments.flag("--off") {
        isOff = true
      } else {
        _ = try arguments.operand()
        throw UsageError("drain takes options only")
      }
    }
  }

  func run() throws(CommandFailure) -> Int32 {
    let answer = try ApiClient(api).call("PUT", "/api/v2/node/drained", body: ["drained": .bool(!isOff)])
    guard !json else {
      Terminal.write(Terminal.pretty(answer))
      return 0
    }
    let count = answer["runs"]?.integer ?? 0
    let runs = count == 0 ? "none is under way" : "\(count) under way go\(count == 1 ? "es" : "") on"
    Terminal.write(isOff ? "this node takes runs again\n" : "no new runs on this node; \(runs)\n")
    return 0
  }
}
