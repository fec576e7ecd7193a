import Basics
internal import CLinux
import Orchestration
import Platform

/// Sends a native program's output files to a client, and what is added to them while it follows.
final class NativeOutputReader {
  private let driver: RunDriver
  private let run: RunID
  private let follow: Bool
  private let sink: OutputSink
  private let folder: NativeFolder
  private var descriptor: Int32 = -1
  private var isGone = false
  private var isWaiting = false
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)

  /// How often a followed file is looked at: a person does not notice.
  private static let interval = Interval.milliseconds(200)

  init(driver: RunDriver, run: RunID, follow: Bool, sink: OutputSink) {
    self.driver = driver
    self.run = run
    self.follow = follow
    self.sink = sink
    folder = driver.natives.folder(of: run)
  }

  func begin() {
    sink.begin(
      onGone: { self.end() },
      onDrained: {
        self.isWaiting = false
        self.step()
      })
    descriptor = clinux_open(folder.olderOutput, O_RDONLY | O_CLOEXEC, 0)
    step()
  }

  private func step() {
    guard !isGone, !isWaiting else { return }
    // Asked before reading, so that what was written before the end is not missed.
    let hasEnded = driver.orchestrator.run(run)?.state.isFinal ?? true
    while readOn() {
      if isGone || isWaiting { return }
    }
    if follow && !hasEnded {
      driver.loop.after(Self.interval) { self.step() }
    } else {
      sink.finish()
      end()
    }
  }

  /// Sends the next piece.
  ///
  /// - Returns: whether there may be more at once.
  private func readOn() -> Bool {
    if descriptor >= 0 {
      let count = retrying { read(descriptor, &buffer, buffer.count) }
      if count > 0 {
        isWaiting = !sink.send(frames: Array(buffer[..<count]))
        return true
      }
      guard !isNewest else { return false }
      close(descriptor)
    }
    descriptor = clinux_open(folder.output, O_RDONLY | O_CLOEXEC, 0)
    return descriptor >= 0
  }

  /// Whether the open file is the one that is written to.
  private var isNewest: Bool {
    var mine = stat()
    var newest = stat()
    guard fstat(descriptor, &mine) == 0, stat(folder.output, &newest) == 0 else { return true }
    return mine.st_ino == newest.st_ino
  }

  private func end() {
    isGone = true
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
