import Basics
import Containers
import EngineClient
import Platform

/// What a container writes, for the client that has asked for its run: attached to before the start, as `docker run`
/// does, so that neither the log's driver, nor its rotation, nor what it makes of bytes comes in between.
final class AttachedOutput {
  let container: String
  /// Nobody has come for it yet.
  private var isUnclaimed = true
  /// The Engine has attached: nothing is missing.
  private(set) var isWhole = false
  private let engine: Engine
  private var call: UInt64?
  private var isOver = false
  /// Written before the client came.
  private var early: [(stream: EngineStream, bytes: [UInt8])] = []
  private var earlyBytes = 0
  private var take: (EngineStream, [UInt8]) -> Bool = { _, _ in true }
  private var onEnd: () -> Void = {}
  private var onReady: (() -> Void)?

  /// Bytes that are held for a client that is on its way; more stay with the Engine, as with a client that is slow.
  private static let earlyLimit = 64 << 10
  /// A start waits so long for the Engine to attach, and then goes on without.
  private static let patience = Interval.seconds(10)

  /// - Parameter onReady: called once, when nothing of what the container writes can be missed, or that cannot be had.
  init(_ container: String, terminal: Bool, engine: Engine, loop: EventLoop, onReady: @escaping () -> Void) {
    self.container = container
    self.engine = engine
    self.onReady = onReady
    call = engine.call(.attach(id: container), terminal: terminal) { self.heard($0) }
    loop.after(Self.patience) { if !self.isWhole { self.cancel() } }
  }

  private func isReady() {
    let ready = onReady
    onReady = nil
    ready?()
  }

  private func heard(_ event: EngineEvent) {
    switch event {
    case .attached:
      isWhole = true
      isReady()
    case .output(let stream, let bytes):
      guard isUnclaimed else {
        if !take(stream, bytes) { pause(true) }
        return
      }
      early.append((stream, bytes))
      // A piece of one byte takes as much beside it.
      earlyBytes += bytes.count + 64
      if earlyBytes >= Self.earlyLimit { pause(true) }
    case .done, .failed: ended()
    default: break
    }
  }

  private func ended() {
    isOver = true
    call = nil
    isReady()
    onEnd()
    (take, onEnd) = ({ _, _ in true }, {})
  }

  /// Gives all of it to a client; once.
  ///
  /// - Parameters:
  ///   - take: returns whether there is room for more; else `pause(false)` says when there is.
  ///   - onEnd: the container's program has ended, or the Engine's connection.
  func give(to take: @escaping (EngineStream, [UInt8]) -> Bool, onEnd: @escaping () -> Void) {
    isUnclaimed = false
    var goesOn = true
    for (stream, bytes) in early { goesOn = take(stream, bytes) }
    early = []
    guard !isOver else { return onEnd() }
    (self.take, self.onEnd) = (take, onEnd)
    pause(!goesOn)
  }

  func pause(_ pause: Bool) {
    if let call { engine.pause(call, pause) }
  }

  /// Lets go of the container, which goes on without being listened to; `onEnd` is not called any more.
  func cancel() {
    if let call { engine.cancel(call) }
    onEnd = {}
    early = []
    if !isOver { ended() }
  }
}
