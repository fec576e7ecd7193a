import Basics
import Containers
import EngineClient
import Orchestration
import Platform

/// Sends a container's output from the Engine to a client.
///
/// To the client whose run it is goes what the container writes, as `docker run` attaches to it; to others what the
/// Engine's log has of it. A followed log ends with the container's program, even where a busy Engine has not sent all
/// of it (seen with 20.10), and though the Engine may start it again. So the log is read once more after that, what
/// the client has got already is skipped, and it is followed further until the run has ended.
final class ContainerOutputReader {
  /// A reading of the log.
  private enum Part {
    /// From `since` on, to the end of the program where the client follows.
    case live
    /// The same once more, up to its end.
    case again
    /// What came since the last one of a run that has ended.
    case rest
  }

  private let driver: RunDriver
  private let run: RunID
  private let container: String
  private let sink: OutputSink
  private let follow: Bool
  private var attached: AttachedOutput?
  private var call: UInt64?
  /// Where the part under way begins, in nanoseconds since 1970; nil for the begin of the log.
  private var since: Int64?
  /// Where it ended.
  private var end: Int64?
  /// Bytes of this part that were given to the client.
  private var sent = 0
  /// Bytes of the log under way that the client has already.
  private var surplus = 0

  /// Output beyond this is not read twice: it took so long to come that the Engine kept up with it.
  private static let secondReadLimit = 64 << 20
  /// How often it is looked whether a run has ended whose program has; and after how many looks whether the Engine has
  /// started that again.
  private static let pause = Interval.milliseconds(20)
  private static let looks = 50

  init(driver: RunDriver, run: RunID, container: String, follow: Bool, sink: OutputSink) {
    self.driver = driver
    self.run = run
    self.container = container
    self.follow = follow
    self.sink = sink
  }

  /// - Parameter attached: what the container writes since before its start.
  func begin(with attached: AttachedOutput? = nil) {
    sink.begin(
      onGone: {
        self.attached?.cancel()
        if let call = self.call { self.driver.engine.cancel(call) }
        self.driver.outputs.readerLeft(self.run)
      },
      onDrained: {
        self.attached?.pause(false)
        if let call = self.call { self.driver.engine.pause(call, false) }
      })
    driver.outputs.readerCame(run)
    guard let attached else { return read(.live) }
    self.attached = attached
    attached.give(to: { self.sink.send(stream: $0, $1) }) {
      self.attached = nil
      self.hasEnded()
      self.awaitEnd()
    }
  }

  private func read(_ part: Part) {
    guard !sink.isGone else { return }
    var isAgain = false
    if case .again = part { isAgain = true }
    surplus = isAgain ? sent : 0
    if !isAgain { sent = 0 }
    var follows = false
    if case .live = part { follows = follow }
    let request = EngineRequest.logs(
      id: container, follow: follows, since: since, until: isAgain ? end : nil)
    call(request) { event in
      if case .failed(let error) = event { self.failed(error, part) } else { self.done(part) }
    }
  }

  private func call(_ request: EngineRequest, onEnd: @escaping (EngineEvent) -> Void) {
    call = driver.engine.call(request, terminal: driver.orchestrator.usesTerminal(run)) { event in
      switch event {
      case .output(let stream, let bytes): self.pass(stream, bytes)
      case .done, .failed:
        self.call = nil
        onEnd(event)
      default: break
      }
    }
  }

  private func done(_ part: Part) {
    switch part {
    case .live where follow:
      hasEnded()
      if sent < Self.secondReadLimit { read(.again) } else { goOn() }
    case .live, .rest: finish()
    case .again: goOn()
    }
  }

  private func failed(_ error: EngineError, _ part: Part) {
    switch part {
    case .live:
      // Some drivers keep no log that could be read: what comes from now on is to be had all the same.
      if follow, case .refused(let status, _) = error.reason, status != 404 {
        if since == nil { sink.send(stream: .stderr, Array("hearth: \(error.description)\n".utf8)) }
        attach()
      } else if since == nil {
        sink.fail(error.description)
        driver.outputs.readerLeft(run)
      } else {
        goOn()
      }
    // Both are a favour: their failure is nothing to tell.
    case .again: goOn()
    case .rest: finish()
    }
  }

  private func attach() {
    call(.attach(id: container)) { _ in
      self.hasEnded()
      self.goOn()
    }
    if let call { leaveWithTheRun(call) }
  }

  /// An Engine that attaches to a container which has ended never says so.
  private func leaveWithTheRun(_ call: UInt64) {
    driver.loop.after(.seconds(1)) {
      guard self.call == call, !self.sink.isGone else { return }
      guard self.runHasEnded else { return self.leaveWithTheRun(call) }
      self.driver.engine.cancel(call)
      self.finish()
    }
  }

  private var runHasEnded: Bool { driver.orchestrator.run(run)?.state.isFinal ?? true }

  /// The log's times have more digits than ours.
  private func hasEnded() {
    end = (Clock.wallMilliseconds() + 1) * 1_000_000
  }

  /// After what it was attached to has ended there is nothing to read, and the log may come behind: so only of a container
  /// whose program goes on, since the Engine's connection has ended.
  private func awaitEnd(_ looks: Int = ContainerOutputReader.looks) {
    guard !sink.isGone else { return }
    guard !runHasEnded else { return finish() }
    guard looks == 0 else {
      driver.loop.after(Self.pause) { self.awaitEnd(looks - 1) }
      return
    }
    var isRunning = false
    driver.engine.call(.inspect(id: container)) { event in
      switch event {
      case .container(let state): isRunning = state.running
      case .done where isRunning: self.goOn(0)
      case .done, .failed: self.awaitEnd()
      default: break
      }
    }
  }

  /// Goes on behind what was read, once the run has ended or the Engine has started its program again.
  private func goOn(_ looks: Int = ContainerOutputReader.looks) {
    guard !sink.isGone else { return }
    guard !runHasEnded, looks > 0 else {
      since = end
      return read(runHasEnded ? .rest : .live)
    }
    driver.loop.after(Self.pause) { self.goOn(looks - 1) }
  }

  private func pass(_ stream: EngineStream, _ bytes: [UInt8]) {
    let skipped = min(surplus, bytes.count)
    surplus -= skipped
    let news = skipped == 0 ? bytes : Array(bytes[skipped...])
    guard !news.isEmpty else { return }
    sent += news.count
    if !sink.send(stream: stream, news), let call { driver.engine.pause(call, true) }
  }

  private func finish() {
    sink.finish()
    driver.outputs.readerLeft(run)
  }
}
