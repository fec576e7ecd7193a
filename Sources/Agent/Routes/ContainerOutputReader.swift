import Containers
import EngineClient
import Orchestration

/// Sends a container's output from the Engine to a client.
///
/// A busy Engine ends a followed log when the container ends, even where it has not sent all of it yet (seen with
/// 20.10). So the log is read once more after that, and what the client has got already is skipped.
final class ContainerOutputReader {
  private let driver: RunDriver
  private let run: RunID
  private let container: String
  private let sink: OutputSink
  private var call: UInt64?
  /// Bytes given to the client.
  private var sent = 0
  /// Bytes of the log under way that the client has already.
  private var surplus = 0

  /// Output beyond this is not read twice: it took so long to come that the Engine kept up with it.
  private static let secondReadLimit = 64 << 20

  init(driver: RunDriver, run: RunID, container: String, sink: OutputSink) {
    self.driver = driver
    self.run = run
    self.container = container
    self.sink = sink
  }

  func begin(follow: Bool) {
    sink.begin(
      onGone: {
        if let call = self.call { self.driver.engine.cancel(call) }
        self.driver.outputs.readerLeft(self.run)
      },
      onDrained: { if let call = self.call { self.driver.engine.pause(call, false) } })
    driver.outputs.readerCame(run)
    read(follow: follow)
  }

  private func read(follow: Bool) {
    surplus = sent
    let request = EngineRequest.logs(id: container, follow: follow)
    call = driver.engine.call(request, terminal: driver.orchestrator.usesTerminal(run)) { event in
      switch event {
      case .output(let stream, let bytes):
        self.pass(stream, bytes)
      case .done where follow && self.sent < Self.secondReadLimit:
        self.read(follow: false)
      case .failed(let error):
        // The second reading is a favour: its failure is nothing to tell.
        if self.surplus == 0 { self.sink.fail(error.description) }
        self.end()
      case .done:
        self.end()
      default:
        break
      }
    }
  }

  private func pass(_ stream: EngineStream, _ bytes: [UInt8]) {
    let skipped = min(surplus, bytes.count)
    surplus -= skipped
    let news = skipped == 0 ? bytes : Array(bytes[skipped...])
    guard !news.isEmpty else { return }
    sent += news.count
    if !sink.send(stream: stream, news), let call { driver.engine.pause(call, true) }
  }

  private func end() {
    sink.finish()
    driver.outputs.readerLeft(run)
  }
}
