internal import CLinux
import Containers
import Orchestration
import Platform
import Wire

/// Copies a run's output to our own streams.
struct OutputPrinter {
  let client: ApiClient
  /// The run's identifier.
  let id: String

  /// Copies it until its end, which comes soon after the run's whatever becomes of the stream.
  ///
  /// - Parameter attached: the run is ours, and was asked for with `attach`.
  /// - Returns: whether there was any.
  /// - Throws: why it is not whole.
  func print(
    follow: Bool = true, attached: Bool = false, onInterrupt: () -> Void
  ) throws(CommandFailure) -> Bool {
    let query = attached ? "?follow=1&attach=1" : follow ? "?follow=1" : ""
    let target = try ApiClient.path(ofRun: id, "/logs" + query)
    let stream = try client.open("GET", target, accept: EngineFrames.mediaType)
    var frames = EngineFrames()
    var isAny = false
    var hadEnded = false
    while true {
      if clinux_take_interrupt() != 0 { onInterrupt() }
      guard let bytes = try stream.next() else { return isAny }
      for part in frames.feed(bytes) {
        guard case .output(let stream, let piece) = part else { continue }
        isAny = isAny || !piece.isEmpty
        Terminal.write(piece, to: stream == .stderr ? 2 : 1)
      }
      if let failure = Terminal.failure { throw CommandFailure(failure.description) }
      guard stream.isQuiet else { continue }
      // A silent run, or a stream whose other end is gone: the agent knows, if there is one.
      if hadEnded { throw CommandFailure("the output of run \(id) does not end, though the run has") }
      hadEnded = RunState.isFinal(
        name: try client.call("GET", try ApiClient.path(ofRun: id))["state"]?.string ?? "")
    }
  }
}
