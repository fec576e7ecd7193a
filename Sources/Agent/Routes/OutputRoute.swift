internal import CLinux
import Containers
import HTTPServer
import Orchestration
import Wire

/// `GET /api/v2/runs/{id}/logs`: a run's output, from the Engine while the container exists, else from what was kept.
///
/// Sent as plain text with both streams mixed, or in Docker's frames to a client that accepts those.
struct OutputRoute {
  let node: Node

  func answer(_ request: HTTPRequest, _ run: Run, _ connection: ServerConnection) throws(Problem) {
    let follow = try flag(request, "follow")
    let wantsFrames = request.headers["Accept"] == EngineFrames.mediaType
    let sink = OutputSink(connection: connection, wantsFrames: wantsFrames)
    if run.hasStarted {
      send(run, follow: follow, sink)
    } else if follow {
      let hasRoom = node.whenStarted(run.id) { run in
        if !sink.isGone { self.send(run, follow: true, sink) }
      }
      guard hasRoom else {
        throw Problem(status: 503, detail: "too many clients wait for run \(run.id.text)")
      }
      sink.begin()
    } else {
      throw Problem(status: 409, detail: "run \(run.id.text) is \(run.state.name): it has no output yet")
    }
  }

  private func send(_ run: Run, follow: Bool, _ sink: OutputSink) {
    if !run.isHosted, !run.hostNode.isEmpty, run.hostNode != node.identity {
      RemoteOutputReader(node: node, run: run.id, follow: follow, sink: sink).begin()
    } else if case .native = run.workload {
      NativeOutputReader(node: node, run: run.id, follow: follow, sink: sink).begin()
    } else if !run.state.isFinal, let container = node.orchestrator.containerID(of: run.id) {
      ContainerOutputReader(node: node, run: run.id, container: container, sink: sink).begin(follow: follow)
    } else {
      sink.begin()
      sink.send(frames: node.keptOutput(of: run.id))
      sink.finish()
    }
  }

  private func flag(_ request: HTTPRequest, _ name: String) throws(Problem) -> Bool {
    switch request.queryValue(name) {
    case nil, "0", "false": return false
    case "1", "true", "": return true
    case .some(let other): throw Problem(status: 400, detail: "\(name) is '\(other)', expected 1 or 0")
    }
  }
}

/// Sends output to a client in the form it wants.
final class OutputSink {
  private let connection: ServerConnection
  private let wantsFrames: Bool
  private var frames = EngineFrames()
  private var hasBegun = false
  private(set) var isGone = false
  private var onGone: () -> Void = {}
  private var onDrained: () -> Void = {}

  init(connection: ServerConnection, wantsFrames: Bool) {
    self.connection = connection
    self.wantsFrames = wantsFrames
  }

  /// Sends the head, once; a later call only says what is to happen from now on.
  func begin(onGone: @escaping () -> Void = {}, onDrained: @escaping () -> Void = {}) {
    self.onGone = onGone
    self.onDrained = onDrained
    guard !hasBegun else { return }
    hasBegun = true
    let type = wantsFrames ? EngineFrames.mediaType : "text/plain; charset=utf-8"
    let head = HTTPResponse(
      status: 200, headers: HTTPHeaders([("Content-Type", type), ("X-Content-Type-Options", "nosniff")]))
    connection.beginStream(
      head,
      onGone: {
        self.isGone = true
        self.onGone()
      },
      onDrained: { self.onDrained() })
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
    onGone = {}
    onDrained = {}
    connection.finishStream()
  }
}
