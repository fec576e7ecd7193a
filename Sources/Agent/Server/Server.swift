internal import CLinux
import Hardware
import Wire

/// Listens on one or more addresses and owns their connections.
final class Server: Watcher {
  /// A request is at most 1 MiB, as much as a `docker run` line of 10,000 options.
  static let limits = HTTPRequestParser.Limits()
  /// A local client needs milliseconds; a person typing into netcat, seconds.
  static let requestTime = Interval.seconds(10)
  /// As nginx has it.
  static let idleTime = Interval.seconds(75)
  /// For a client that does not take its answer.
  static let writeTime = Interval.seconds(30)
  /// How long, and for how many bytes, a client that was refused may go on sending before it is cut off.
  static let lingerTime = Interval.seconds(2)
  static let lingerBytes = 16 << 20
  /// Connections at one time; one more is answered with 503.
  static let connectionLimit = 256
  /// Bytes of a streamed answer that wait for a slow client before its source is paused.
  static let streamBacklog = 64 << 10

  let loop: EventLoop
  let handler: (HTTPRequest, ServerConnection) -> Void
  /// Every connection of the loop reads through this one buffer.
  let buffer: UnsafeMutableRawBufferPointer
  private var listeners: [Int32] = []
  private var connections: [Int32: ServerConnection] = [:]

  init(loop: EventLoop, handler: @escaping (HTTPRequest, ServerConnection) -> Void) {
    self.loop = loop
    self.handler = handler
    buffer = .allocate(byteCount: 16 << 10, alignment: 16)
  }

  func listen(on address: SocketAddress) throws(SystemError) {
    let descriptor = try Socket.listen(on: address)
    try loop.watch(descriptor, for: clinux_in, Listener(descriptor: descriptor, server: self))
    listeners.append(descriptor)
  }

  /// Once a second: closes what is too slow.
  func sweep() {
    for connection in Array(connections.values) { connection.sweep(loop.now) }
  }

  func forget(_ descriptor: Int32) {
    connections[descriptor] = nil
  }

  fileprivate func accept(from listener: Int32) {
    // A burst is taken in one round, but not more of it than leaves the other descriptors their turn.
    for _ in 0..<32 {
      guard let (descriptor, peer) = Socket.accept(listener) else { return pauseIfFull(listener) }
      guard connections.count < Self.connectionLimit else {
        refuse(descriptor)
        continue
      }
      let connection = ServerConnection(descriptor: descriptor, peer: peer, server: self)
      do throws(SystemError) {
        try loop.watch(descriptor, for: clinux_in | clinux_peer_closed, connection)
        connections[descriptor] = connection
      } catch {
        CLinux.close(descriptor)
      }
    }
  }

  /// Without a descriptor for it, a connection that waits would wake the loop at once, again and again.
  private func pauseIfFull(_ listener: Int32) {
    guard clinux_errno() == EMFILE || clinux_errno() == ENFILE else { return }
    loop.change(listener, to: 0)
    loop.after(.seconds(1)) { self.loop.change(listener, to: clinux_in) }
  }

  private func refuse(_ descriptor: Int32) {
    var bytes: [UInt8] = []
    Problem(status: 503, detail: "\(Self.connectionLimit) connections are open; close one and try again")
      .response.encode(into: &bytes, keepAlive: false)
    _ = bytes.withUnsafeBytes { Socket.write(descriptor, $0) }
    CLinux.close(descriptor)
  }
}

/// A listening socket of a server.
private final class Listener: Watcher {
  let descriptor: Int32
  let server: Server

  init(descriptor: Int32, server: Server) {
    self.descriptor = descriptor
    self.server = server
  }

  override func ready(_ events: UInt32) {
    server.accept(from: descriptor)
  }
}
