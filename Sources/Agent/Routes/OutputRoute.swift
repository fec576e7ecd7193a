internal import CLinux
import Containers
import Hardware
import Orchestration
import Wire

/// `GET /api/v2/runs/{id}/logs`: a run's output, from the Engine while the container exists, else from what was kept.
///
/// Sent as plain text with both streams mixed, or in Docker's frames to a client that accepts those.
struct OutputRoute {
  let node: Node

  /// Docker's own media type for its frames (Engine API 1.42).
  static let framesType = "application/vnd.docker.multiplexed-stream"

  func answer(_ request: HTTPRequest, _ run: Run, _ connection: ServerConnection) throws(Problem) {
    let follow = try flag(request, "follow")
    let wantsFrames = request.headers["Accept"] == Self.framesType
    let sink = OutputSink(connection: connection, wantsFrames: wantsFrames)
    if case .native = run.workload {
      NativeOutputReader(node: node, run: run.id, follow: follow, sink: sink).begin()
    } else if let container = node.orchestrator.containerID(of: run.id) {
      stream(container, run, follow: follow, sink)
    } else if run.state.isFinal {
      sink.begin(onGone: {})
      sink.send(frames: node.keptOutput(of: run.id))
      sink.finish()
    } else {
      throw Problem(status: 409, detail: "run \(run.id.text) is \(run.state.name): it has no output yet")
    }
  }

  private func flag(_ request: HTTPRequest, _ name: String) throws(Problem) -> Bool {
    switch request.queryValue(name) {
    case nil, "0", "false": return false
    case "1", "true", "": return true
    case .some(let other): throw Problem(status: 400, detail: "\(name) is '\(other)', expected 1 or 0")
    }
  }

  private func stream(_ container: String, _ run: Run, follow: Bool, _ sink: OutputSink) {
    let engine = node.engine
    var call: UInt64?
    sink.begin(
      onGone: { if let call { engine.cancel(call) } },
      onDrained: { if let call { engine.pause(call, false) } })
    let request = EngineRequest.logs(id: container, follow: follow, tail: nil, timestamps: false)
    call = engine.call(request, terminal: node.orchestrator.usesTerminal(run.id)) { event in
      switch event {
      case .output(let stream, let bytes):
        if !sink.send(stream: stream.rawValue, bytes), let call { engine.pause(call, true) }
      case .failed(let error):
        sink.send(stream: EngineStream.stderr.rawValue, Array("hearth: \(error.description)\n".utf8))
        sink.finish()
      case .done:
        sink.finish()
      default:
        break
      }
    }
  }
}

/// Sends output to a client in the form it wants.
final class OutputSink {
  private let connection: ServerConnection
  private let wantsFrames: Bool
  private var frames = EngineFrames()

  init(connection: ServerConnection, wantsFrames: Bool) {
    self.connection = connection
    self.wantsFrames = wantsFrames
  }

  func begin(onGone: @escaping () -> Void, onDrained: @escaping () -> Void = {}) {
    let type = wantsFrames ? OutputRoute.framesType : "text/plain; charset=utf-8"
    let head = HTTPResponse(
      status: 200, headers: HTTPHeaders([("Content-Type", type), ("X-Content-Type-Options", "nosniff")]))
    connection.beginStream(head, onGone: onGone, onDrained: onDrained)
  }

  /// - Returns: false when the client is slow and the source should pause.
  @discardableResult
  func send(stream: UInt8, _ bytes: [UInt8]) -> Bool {
    connection.send(wantsFrames ? OutputFrame.encode(stream: stream, bytes[...]) : bytes)
  }

  /// Sends output that is in frames already, which may begin and end anywhere between two calls.
  @discardableResult
  func send(frames bytes: [UInt8]) -> Bool {
    if wantsFrames { return connection.send(bytes) }
    var goesOn = true
    for part in frames.feed(bytes) {
      if case .output(_, let piece) = part { goesOn = connection.send(piece) }
    }
    return goesOn
  }

  func finish() {
    connection.finishStream()
  }
}
