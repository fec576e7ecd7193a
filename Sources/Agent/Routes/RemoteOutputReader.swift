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
  private let attaches: Bool
  private let sink: OutputSink
  private let onComeHere: (Run) -> Void
  private var stream: PeerStream?
  private var frames = EngineFrames()
  /// The attempt whose output is sent; 0 before the first.
  private var attempt = 0
  /// Bytes of that attempt's output that the client has.
  private var sent = 0
  /// Bytes of the reading under way that the client has already.
  private var surplus = 0
  /// The host has sent all that there is of the attempt.
  private var isWhole = false
  private var backoff = Backoff(
    first: RemoteOutputReader.pause, longest: RemoteOutputReader.longestPause)

  /// Before a run whose host is gone is looked at again.
  private static let pause = Interval.milliseconds(300)
  /// Before a host that could not be read is asked once more, and one whose container starts anew.
  private static let longestPause = Interval.seconds(3)

  /// - Parameter onComeHere: sends the output from then on: the run has come to this node.
  init(
    driver: RunDriver, run: RunID, follow: Bool, attaches: Bool, sink: OutputSink,
    onComeHere: @escaping (Run) -> Void
  ) {
    self.driver = driver
    self.run = run
    self.follow = follow
    self.attaches = attaches
    self.sink = sink
    self.onComeHere = onComeHere
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
    if run.attempt != attempt {
      attempt = run.attempt
      sent = 0
      isWhole = false
    }
    if run.state.isFinal {
      // It never ran, or all of it was sent.
      if run.times.started == 0 || isWhole { return sink.finish() }
      return driver.outputs.whenRead(run.id) { kept in
        guard !self.sink.isGone else { return }
        guard !kept.isEmpty else { return self.ask(run) }
        self.reread()
        _ = self.send(kept)
        self.sink.finish()
      }
    }
    ask(run)
  }

  /// Reads from the run's host.
  private func ask(_ run: Run) {
    guard run.hasStarted else { return again(after: Self.pause) }
    if isWhole {
      isWhole = false
      return again(after: Self.longestPause)
    }
    guard run.hostNode != driver.identity else { return onComeHere(run) }
    guard let link = driver.peers?.link(run.hostNode) else { return again(after: Self.pause) }
    reread()
    stream = link.output(
      of: run.id, follow: follow, attaches: attaches,
      onBody: { self.stream?.pause(!self.send($0)) }, onEnd: { self.ended($0) })
  }

  /// The output comes from its beginning again.
  private func reread() {
    surplus = sent
    frames = EngineFrames()
  }

  /// Sends what is new of the next bytes; false when the client is slow.
  private func send(_ bytes: [UInt8]) -> Bool {
    var goesOn = true
    for case .output(let stream, let piece) in frames.feed(bytes) {
      let skipped = min(surplus, piece.count)
      surplus -= skipped
      guard skipped < piece.count else { continue }
      sent += piece.count - skipped
      backoff.reset()
      goesOn = sink.send(stream: stream, skipped == 0 ? piece : Array(piece[skipped...]))
    }
    return goesOn
  }

  private func ended(_ error: PeerError?) {
    stream = nil
    isWhole = error == nil
    let run = driver.orchestrator.run(run)
    if follow, let run, !run.state.isFinal {
      // A container that a host ends where it is cut off is not the run's end.
      again(after: isWhole ? Self.pause : backoff.next())
    } else if let error {
      sink.fail(error.description)
    } else {
      sink.finish()
    }
  }

  private func again(after pause: Interval) {
    guard follow else { return sink.finish() }
    driver.loop.after(pause) { self.read() }
  }
}
