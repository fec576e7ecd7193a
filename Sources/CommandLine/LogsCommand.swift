import Orchestration
import Settings
import Wire

/// `hearth logs`: what a run has written.
enum LogsCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let client = try ApiClient(values[.api])
    let name = values.operands.first ?? ""
    // A service's name may be another run's by the time that this one has ended.
    let id = try client.call("GET", try ApiClient.path(ofRun: name))["id"]?.string ?? name
    let printer = OutputPrinter(client: client, id: id)
    if try printer.print(follow: values.has(.follow), onInterrupt: {}) { return 0 }
    if let reason = silence(of: try client.call("GET", try ApiClient.path(ofRun: id))) {
      throw CommandFailure(reason)
    }
    return 0
  }

  /// Why there is no output where that is not just what the program wanted; nil where it may be.
  static func silence(of run: JSON) -> String? {
    let id = run["id"]?.string ?? "?", service = run["service"]?.string ?? "?"
    let begin = "run \(id) of \(service) wrote nothing; it "
    if let reason = run["failure"]?["reason"]?.string { return begin + "failed: \(reason)" }
    guard run["state"]?.string == "stopped", run["times"]?["started"] == nil else { return nil }
    return begin + "was stopped before it started"
  }
}
