import Basics
internal import CLinux
import Platform

/// One connection to a peer, by TLS unless it is a Home Edge node: tries its addresses in turn, then carries bytes both ways.
///
/// Nothing is called back before `open` has returned, and nothing after `close` or `onEnd`.
final class PeerConnection: Watcher {
  private let loop: EventLoop
  private let location: PeerLocation
  private var remaining: ArraySlice<SocketAddress>
  private var descriptor: Int32 = -1
  private var secure: SecureSocket?
  private var output = WriteBuffer()
  private var state = State.connecting
  private var isPaused = false
  /// The other end has gone while the receiver was paused.
  private var isUnwatched = false
  private var watchedEvents: UInt32 = 0
  private var timer: EventLoop.TimerID?
  /// The address in use, as the `Host` field names it.
  private(set) var address = ""
  private var onOpen: () -> Void
  private var onBytes: (UnsafeRawBufferPointer) -> Void
  private var onEnd: (PeerError.Reason) -> Void

  private enum State {
    case connecting
    case handshaking
    case open
    case closed
  }

  /// For the three packets of TCP, by Wi-Fi and with one lost.
  static let connectTime = Interval.seconds(1)
  /// A loaded Pi 1 needs half a second for its half.
  static let handshakeTime = Interval.seconds(2)
  /// A node has an address for each of its networks, with both versions of IP.
  private static let addressLimit = 4

  init(
    to location: PeerLocation, loop: EventLoop, onOpen: @escaping () -> Void,
    onBytes: @escaping (UnsafeRawBufferPointer) -> Void, onEnd: @escaping (PeerError.Reason) -> Void
  ) {
    self.location = location
    self.loop = loop
    self.onOpen = onOpen
    self.onBytes = onBytes
    self.onEnd = onEnd
    remaining = location.addresses().prefix(Self.addressLimit)
  }

  var isOpen: Bool {
    state == .open
  }

  /// Begins to connect.
  func open() {
    loop.after(.zero) { self.connectNext(because: .noAddress) }
  }

  // MARK: - Before it is open

  private func connectNext(because last: PeerError.Reason) {
    guard state == .connecting || state == .handshaking else { return }
    release()
    guard let next = remaining.popFirst() else { return end(last) }
    state = .connecting
    address = next.text
    do throws(SystemError) {
      descriptor = try Socket.connect(to: next)
      watchedEvents = clinux_out
      try loop.watch(descriptor, for: clinux_out, self)
      limit(Self.connectTime)
    } catch {
      connectNext(because: .unreachable(address: address, errno: error.errno))
    }
  }

  /// The next address is tried unless the present step is done in time.
  private func limit(_ time: Interval) {
    if let timer { loop.cancel(timer) }
    timer = loop.after(time) {
      self.timer = nil
      self.connectNext(because: .timedOut(seconds: time.seconds))
    }
  }

  private func connected() {
    let error = Socket.pendingError(descriptor)
    guard error == 0 else { return connectNext(because: .unreachable(address: address, errno: error)) }
    if location.isPlain { return opened() }
    guard let key = location.key() else { return end(.noKey) }
    secure = SecureSocket(descriptor, keys: [key], isServer: false)
    guard secure != nil else { return end(.insecure(.noMemory)) }
    state = .handshaking
    limit(Self.handshakeTime)
    shakeHands()
  }

  private func shakeHands() {
    guard let secure else { return }
    switch secure.handshake() {
    case .unfinished: watch()
    case .failed(let failure): connectNext(because: .insecure(failure))
    case .done: opened()
    }
  }

  private func opened() {
    if let timer { loop.cancel(timer) }
    timer = nil
    state = .open
    watch()
    onOpen()
  }

  // MARK: - Open

  func send(_ body: (inout [UInt8]) -> Void) {
    guard state == .open else { return }
    output.append(body)
    flush()
  }

  /// Stops or goes on reading, for a receiver that is slower than the peer.
  func pause(_ pause: Bool) {
    guard state != .closed, isPaused != pause else { return }
    isPaused = pause
    if isUnwatched && !pause {
      isUnwatched = false
      watchedEvents = clinux_in
      guard (try? loop.watch(descriptor, for: clinux_in, self)) != nil else { return end(.closed) }
    }
    watch()
  }

  override func ready(_ events: UInt32) {
    switch state {
    case .connecting: connected()
    case .handshaking: shakeHands()
    case .open:
      if events & clinux_out != 0 { flush() }
      if isPaused && state == .open && events & clinux_gone != 0 {
        // What came before the end waits until the receiver can take it.
        isUnwatched = true
        return loop.unwatch(descriptor)
      }
      if state == .open && !isPaused && events & (clinux_in | clinux_gone) != 0 { receive() }
    case .closed: break
    }
  }

  private func receive() {
    switch Socket.read(descriptor, through: secure, into: loop.buffer) {
    case .nothingYet: watch()
    case .closed: end(.closed)
    case .failed(let code): end(secure.map { .insecure($0.failure(code)) } ?? .closed)
    case .bytes(let count): onBytes(UnsafeRawBufferPointer(rebasing: loop.buffer[..<count]))
    }
  }

  private func flush() {
    // A peer that has closed may have answered before it did: reading tells.
    if !output.flush(to: descriptor, through: secure) { output = WriteBuffer() }
    watch()
  }

  private func watch() {
    let wantsOut = output.count > 0 || secure?.wantsWrite == true
    let wanted = (isPaused && state == .open ? 0 : clinux_in) | (wantsOut ? clinux_out : 0)
    guard wanted != watchedEvents, !isUnwatched else { return }
    watchedEvents = wanted
    loop.change(descriptor, to: wanted)
  }

  // MARK: - Ends

  private func end(_ reason: PeerError.Reason) {
    guard state != .closed else { return }
    let onEnd = self.onEnd
    close()
    onEnd(reason)
  }

  func close() {
    guard state != .closed else { return }
    if state == .open { secure?.close() }
    state = .closed
    release()
    onOpen = {}
    onBytes = { _ in }
    onEnd = { _ in }
  }

  private func release() {
    if let timer { loop.cancel(timer) }
    timer = nil
    secure = nil
    guard descriptor >= 0 else { return }
    loop.unwatch(descriptor)
    CLinux.close(descriptor)
    descriptor = -1
  }
}
