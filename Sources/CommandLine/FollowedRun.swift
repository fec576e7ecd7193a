internal import CLinux
import Orchestration
import Wire

/// A run that the command line waits for.
struct FollowedRun {
  let client: ApiClient
  let id: String
  let showsOutput: Bool

  /// Shows the run's output until its end.
  ///
  /// - Returns: the run as it ended.
  func follow() throws(CommandFailure) -> JSON {
    var events = try client.open("GET", "/api/v2/events?run=\(id)")
    if showsOutput { try OutputPrinter(client: client, id: id).print(onInterrupt: { stop() }) }
    var lines = EventLines()
    var last: JSON?
    while true {
      do throws(CommandFailure) {
        while let bytes = try next(events) {
          for event in lines.feed(bytes) { if case .run(let run) = event { last = run } }
        }
        break
      } catch {
        // The agent was restarted: the run goes on, and so do we when it is back.
        events = try reopen(error)
      }
    }
    guard let last, let state = last["state"]?.string, RunState.isFinal(name: state) else {
      throw CommandFailure("the agent ended its events before run \(id) had ended; see 'hearth ps'")
    }
    tell(last)
    return last
  }

  private func next(_ events: ApiStream) throws(CommandFailure) -> [UInt8]? {
    if clinux_take_interrupt() != 0 { stop() }
    return try events.next()
  }

  private func reopen(_ failure: CommandFailure) throws(CommandFailure) -> ApiStream {
    for _ in 0..<20 {
      usleep(500_000)
      if let stream = try? client.open("GET", "/api/v2/events?run=\(id)") { return stream }
    }
    throw failure
  }

  private func stop() {
    Terminal.complain("stopping run \(id)")
    _ = try? client.call("DELETE", "/api/v2/runs/\(id)")
  }

  private func tell(_ run: JSON) {
    guard let failure = run["failure"] else { return }
    let kind = failure["kind"]?.string ?? "", reason = failure["reason"]?.string ?? ""
    Terminal.complain("run \(id) failed (\(kind)): \(reason)")
  }
}
