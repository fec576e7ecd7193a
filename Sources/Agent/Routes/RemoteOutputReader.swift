import Basics
import Containers
import Orchestration
import Platform

/// Sends the output of a run that another node hosts, as that node tells it, and goes on with the next host when that
/// one dies.
final class RemoteOutputReader {
  private let driver: RunDriver
  private let run: RunID
  private let follow: Bool
  private let sink: OutputSink
  private var stream: PeerStream?

  /// Before a run whose host is gone is looked at again.
  private static let pause = Interval.milliseconds(300)

  init(driver: RunDriver, run: RunID, follow: Bool, sink: OutputSink) {
    self.driver = driver
    self.run = run
    self.follow = follow
    self.sink = sink
  }

  func begin() {
    sink.begin(
      onGone: { self.stream?.cancel() },
      onDrained: { self.stream?.pause(false) })
    read()
  }

  private func read() {
    guard !sink.isGone else { return }
    guard let run = driver.orchestrator.run(run) else { return sink.finish() }
    if run.state.isFinal {
      let kept = driver.outputs.kept(of: run.id)
      if !kept.isEmpty {
        sink.send(frames: kept)
        return sink.finish()
      }
    }
    guard run.hasStarted, run.hostNode != driver.identity, let link = driver.peers?.link(run.hostNode) else {
      return again()
    }
    stream = link.output(
      of: run.id, follow: follow, onBody: { self.stream?.pause(!self.sink.send(frames: $0)) },
      onEnd: { self.ended($0) })
  }

  private func ended(_ error: PeerError?) {
    stream = nil
    guard let error, follow else { return sink.finish() }
    guard let run = driver.orchestrator.run(run), !run.state.isFinal else {
      sink.send(stream: .stderr, Array("hearth: \(error.description)\n".utf8))
      return sink.finish()
    }
    again()
  }

  private func again() {
    guard follow, let run = driver.orchestrator.run(run) else { return sink.finish() }
    if run.state.isFinal && !run.hasStarted { return sink.finish() }
    driver.loop.after(Self.pause) { self.read() }
  }
}
