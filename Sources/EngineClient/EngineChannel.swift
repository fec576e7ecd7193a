import Basics
internal import CLinux
import Containers
import Platform

/// One call to the Docker Engine over its own connection to the Unix socket.
final class EngineChannel: Watcher {
  private let loop: EventLoop
  let request: EngineRequest
  private var call: EngineCall
  private var output = WriteBuffer()
  private var descriptor: Int32 = -1
  private let handler: (EngineEvent) -> Void
  /// Called once the call is over, whether it ended or was cancelled.
  private let onEnd: () -> Void
  /// When it was opened, or has read last.
  private(set) var lastByte: Instant
  private var isPaused = false
  private(set) var isOver = false
  private(set) var wasOpened = false
  /// Whether it ended with what the Engine said, be it a refusal.
  private(set) var isAnswered = false
  /// Whether it counts in its lane (`EngineQueue`).
  var isCounted = false

  init(
    _ request: EngineRequest, version: EngineVersion?, terminal: Bool, loop: EventLoop,
    onEnd: @escaping () -> Void, handler: @escaping (EngineEvent) -> Void
  ) {
    self.loop = loop
    self.request = request
    self.handler = handler
    self.onEnd = onEnd
    call = EngineCall(request, version: version, terminal: terminal)
    lastByte = loop.now
  }

  func open(_ path: String) {
    wasOpened = true
    lastByte = loop.now
    let bytes = call.requestBytes
    output.append { $0 = bytes }
    do throws(SystemError) {
      guard let address = SocketAddress(path: path) else {
        throw SystemError("connect", path, errno: ENAMETOOLONG)
      }
      descriptor = try Socket.connect(to: address)
      try loop.watch(descriptor, for: clinux_in | clinux_out, self)
    } catch {
      let detail = SystemError(error.call, path, errno: error.errno).description
      let failure = EngineError(request.verb, subject: request.subject, reason: .broken(detail: detail))
      // Told in a later round, so that whoever makes a call is never answered before the call returns.
      loop.after(.zero) { if !self.isOver { self.deliver([.failed(failure)]) } }
    }
  }

  override func ready(_ events: UInt32) {
    if events & clinux_out != 0 {
      guard output.flush(to: descriptor) else { return deliver(call.closed()) }
      if output.count == 0 { watch() }
    }
    // A paused call whose Engine has gone waits until its receiver can take what came before.
    if isPaused && events & clinux_gone != 0 { return loop.unwatch(descriptor) }
    if !isOver && !isPaused && events & (clinux_in | clinux_gone) != 0 { receive() }
  }

  private func receive() {
    switch Socket.read(descriptor, into: loop.buffer) {
    case .nothingYet:
      return
    case .closed, .failed:
      deliver(call.closed())
    case .bytes(let count):
      lastByte = loop.now
      deliver(call.received(UnsafeRawBufferPointer(rebasing: loop.buffer[..<count])))
    }
  }

  private func deliver(_ events: [EngineEvent]) {
    for event in events {
      if isOver { return }
      switch event {
      case .done:
        isAnswered = true
        end()
      case .failed(let error):
        isAnswered = error.kind != .unreachable
        end()
      default: break
      }
      handler(event)
    }
  }

  /// Once a second: gives up on an Engine that has fallen silent.
  func checkDeadlines() {
    guard !isOver, wasOpened, let timeout = request.timeout, loop.now - lastByte > .seconds(timeout) else {
      return
    }
    deliver(call.fellSilent(seconds: timeout))
  }

  /// Stops or goes on reading, for a receiver that is slower than the Engine.
  func pause(_ pause: Bool) {
    guard !isOver, wasOpened, isPaused != pause else { return }
    isPaused = pause
    if !pause && !loop.watches(descriptor) {
      // Its end was seen while it was paused.
      _ = try? loop.watch(descriptor, for: clinux_in, self)
    } else {
      watch()
    }
  }

  private func watch() {
    loop.change(descriptor, to: (isPaused ? 0 : clinux_in) | (output.count > 0 ? clinux_out : 0))
  }

  /// Ends the call; no further event is delivered.
  func cancel() {
    if !isOver { end() }
  }

  private func end() {
    isOver = true
    if descriptor >= 0 {
      loop.unwatch(descriptor)
      close(descriptor)
      descriptor = -1
    }
    onEnd()
  }
}
