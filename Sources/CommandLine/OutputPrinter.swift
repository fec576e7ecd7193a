internal import CLinux
import Containers

/// Copies a run's output to our own streams.
struct OutputPrinter {
  let client: ApiClient
  let id: String

  func print(follow: Bool = true, onInterrupt: () -> Void) throws(CommandFailure) {
    let target = "/api/v2/runs/\(id)/logs" + (follow ? "?follow=1" : "")
    let stream = try client.open("GET", target, accept: EngineFrames.mediaType)
    var frames = EngineFrames()
    while true {
      if clinux_take_interrupt() != 0 { onInterrupt() }
      let bytes: [UInt8]?
      do throws(CommandFailure) {
        bytes = try stream.next()
      } catch {
        // The agent went away; what the run says further is with the agent when it is back.
        return
      }
      guard let bytes else { return }
      for part in frames.feed(bytes) {
        if case .output(let stream, let piece) = part { Terminal.write(piece, to: stream == .stderr ? 2 : 1) }
      }
    }
  }
}
