internal import CLinux
import Containers
import EngineClient
import HTTPServer
import Orchestration
import Wire

/// `GET /api/v2/runs/{id}/logs`: a run's output, from the Engine while the container exists, else from what was kept.
///
/// Sent as plain text with both streams mixed, or in Docker's frames to a client that accepts those. With `attach` it
/// is what the container of a run that asked for that writes, whatever its log is; for one client.
struct OutputRoute {
  let driver: RunDriver

  func answer(_ request: HTTPRequest, _ run: Run, _ connection: ServerConnection) throws(Problem) {
    let follow = try flag(request, "follow")
    let attaches = try flag(request, "attach")
    let wantsFrames = request.headers["Accept"] == EngineFrames.mediaType
    let sink = OutputSink(connection: connection, wantsFrames: wantsFrames)
    if case .away(_, let reason) = driver.engine.state, isInEngine(run) {
      throw Problem(
        status: 503, detail: "the output of run \(run.id.text) is with the Docker Engine: \(reason)")
    }
    if run.hasStarted {
      send(run, follow: follow, attaches: attaches, sink)
    } else if follow {
      let leave = driver.outputs.whenStarted(run.id) { run in
        guard let run else { return connection.close() }
        if !sink.isGone { self.send(run, follow: true, attaches: attaches, sink) }
      }
      guard let leave else {
        throw Problem(status: 503, detail: "too many clients wait for run \(run.id.text)")
      }
      sink.begin(onGone: leave)
    } else {
      throw Problem(status: 409, detail: "run \(run.id.text) is \(run.state.name): it has no output yet")
    }
  }

  /// Whether the Engine of this node has the run's output.
  private func isInEngine(_ run: Run) -> Bool {
    guard case .container = run.workload, !run.state.isFinal else { return false }
    return run.hasStarted && (run.isHosted || run.hostNode == driver.identity)
  }

  private func send(_ run: Run, follow: Bool, attaches: Bool, _ sink: OutputSink) {
    if !run.isHosted, !run.hostNode.isEmpty, run.hostNode != driver.identity {
      RemoteOutputReader(
        driver: driver, run: run.id, follow: follow, attaches: attaches, sink: sink,
        onComeHere: { self.send($0, follow: follow, attaches: attaches, sink) }
      ).begin()
    } else if case .native = run.workload {
      NativeOutputReader(driver: driver, run: run.id, follow: follow, sink: sink).begin()
    } else if attaches, let output = driver.outputs.claim(run.id) {
      ContainerOutputReader(
        driver: driver, run: run.id, container: output.container, follow: true, sink: sink
      ).begin(with: output)
    } else if !run.state.isFinal, let container = driver.orchestrator.containerID(of: run.id) {
      ContainerOutputReader(driver: driver, run: run.id, container: container, follow: follow, sink: sink)
        .begin()
    } else {
      sink.begin()
      driver.outputs.whenRead(run.id) { kept in
        guard !sink.isGone else { return }
        sink.send(frames: kept)
        sink.finish()
      }
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
