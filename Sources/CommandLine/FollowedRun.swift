import Basics
internal import CLinux
import Orchestration
import Platform
import Wire

/// A run that the command line waits for.
struct FollowedRun {
  let client: ApiClient
  /// The run's identifier.
  let id: String
  let showsOutput: Bool

  /// An agent that is started anew is back by then.
  private static let returnTime = Interval.seconds(10)
  /// Who waits longer for an end that was asked for is told so. A container has 10 s to end by itself.
  private static let patience = Interval.seconds(15)
  /// The Engine starts a container in less; until it has, it cannot stop it.
  private static let startPatience = Interval.seconds(6)

  /// Shows the run's output until its end.
  ///
  /// - Parameter isStop: its end was asked for.
  /// - Returns: the run as it ended.
  func follow(isStop: Bool = false) throws(CommandFailure) -> JSON {
    var events = try open()
    if isStop { events.returnEachSecond() }
    // Without the rest of the output there is still the end to be told.
    if showsOutput {
      _ = try? OutputPrinter(client: client, id: id).print(attached: true, onInterrupt: { stop() })
    }
    var lines = EventLines()
    var last: JSON?
    let begun = Clock.now()
    var complainsAt = isStop ? begun + Self.patience : nil
    while true {
      do throws(CommandFailure) {
        while let bytes = try next(events) {
          for event in lines.feed(bytes) { if case .run(let run) = event { last = run } }
          let state = last?["state"]?.string ?? "there"
          if isStop, state == RunState.starting.name, Clock.now() - begun > Self.startPatience {
            throw CommandFailure(
              "run \(id) is being stopped, which is kept: its container is still being started, and is stopped "
                + "when the Docker Engine answers; 'hearth ps' shows it", kind: .isUnderWay)
          }
          if let time = complainsAt, Clock.now() > time, !RunState.isFinal(name: state) {
            complainsAt = nil
            Terminal.complain("run \(id) is still \(state); waiting for its end")
          }
        }
        break
      } catch {
        if error.kind == .isUnderWay { throw error }
        // The agent was restarted: the run goes on, and so do we when it is back.
        events = try reopen(error)
        lines = EventLines()
      }
    }
    guard let last, let state = last["state"]?.string, RunState.isFinal(name: state) else {
      throw CommandFailure("the agent ended its events before run \(id) had ended; see 'hearth ps'")
    }
    tell(last)
    return last
  }

  private func open() throws(CommandFailure) -> ApiStream {
    try client.open("GET", "/api/v2/events?run=" + HTTPURL.percentEncoded(id))
  }

  private func next(_ events: ApiStream) throws(CommandFailure) -> [UInt8]? {
    if clinux_take_interrupt() != 0 { stop() }
    let bytes = try events.next()
    // Not even a sign of life came.
    if events.isQuiet { throw CommandFailure("the agent at \(client.address.text) says nothing any more") }
    return bytes
  }

  private func reopen(_ failure: CommandFailure) throws(CommandFailure) -> ApiStream {
    let end = Clock.now() + Self.returnTime
    repeat {
      usleep(500_000)
      if let stream = try? open() { return stream }
    } while Clock.now() < end
    throw failure
  }

  private func stop() {
    Terminal.complain("stopping run \(id)")
    if let path = try? ApiClient.path(ofRun: id) { _ = try? client.call("DELETE", path) }
  }

  private func tell(_ run: JSON) {
    guard let failure = run["failure"] else { return }
    let kind = failure["kind"]?.string ?? "", reason = failure["reason"]?.string ?? ""
    Terminal.complain("run \(id) failed (\(kind)): \(reason)")
  }
}
