package import Basics
internal import CLinux
package import Platform
package import Wire

/// Listens on one or more addresses and owns their connections.
package final class Server: Watcher {
  /// A request is at most 1 MiB, as much as a `docker run` line of 10,000 options.
  package static let limits = HTTPRequestParser.Limits()
  /// A local client needs milliseconds; a person typing into netcat, seconds.
  static let requestTime = Interval.seconds(10)
  /// As nginx has it.
  package static let idleTime = Interval.seconds(75)
  /// For a client that takes nothing of its answer.
  static let writeTime = Interval.seconds(30)
  /// From an answer's first byte to its last, where it has an end: a client that takes it byte by byte is let go.
  package static let answerTime = Interval.seconds(60)
  /// What is to be started or kept is answered by then; longer than a run looks for a node.
  static let waitTime = Interval.seconds(180)
  /// How long, and for how many bytes, a client that was refused may go on sending before it is cut off.
  static let lingerTime = Interval.seconds(2)
  static let lingerBytes = 16 << 20
  /// Connections at one time; for one more the one that is silent for longest has to go.
  package static let connectionLimit = 256
  /// From its acceptance until a connection to a keyed server has proved its key. A Pi 1 needs a tenth of a second.
  package static let handshakeTime = Interval.seconds(5)
  /// Connections of which nothing is known yet; for one more the oldest of them has to go, so that whoever opens
  /// many and says nothing holds neither memory nor places.
  static let handshakeLimit = 32
  /// Between two lines in the log about clients without a key.
  private static let refusalPause = Interval.seconds(60)
  /// The first byte of a TLS connection: a record of type handshake (RFC 5246 6.2.1).
  static let firstTLSByte: UInt8 = 22
  /// Bytes of a streamed answer that wait for a slow client before its source is paused.
  package static let sendBacklogLimit = 64 << 10

  /// How a server lets only the home's nodes in.
  package struct Security {
    /// Asked at each connection, so that a changed home key counts at once; the first four are taken.
    package var keys: () -> [PresharedKey]
    /// What gets the requests of connections without TLS, nil where these are closed unheard. Asked at each one, so
    /// that a changed setting counts at once.
    package var plainHandler: () -> ((HTTPRequest, ServerConnection) -> Void)? = { nil }

    /// Lets in who shows one of the keys; connections without TLS are closed unheard.
    package init(keys: @escaping () -> [PresharedKey]) {
      self.keys = keys
    }
  }

  /// The loop that all its connections live in.
  package let loop: EventLoop
  /// Gets each request with the connection that awaits its answer, at once or later.
  ///
  /// Requests for `Security.plainHandler` do not come here.
  package let handler: (HTTPRequest, ServerConnection) -> Void
  /// nil for a server without TLS.
  package let security: Security?
  private var listeners: [Int32] = []
  private(set) var connections: [Int32: ServerConnection] = [:]
  /// Bytes that all connections hold together.
  var held = 0
  /// Those that have not shown a key yet, oldest first.
  private var unproven: [ServerConnection] = []
  private var lastRefusal: Instant?
  private var hellos = HelloBudget()
  /// The round in which a long request was read last.
  private var longTurn = Instant(nanoseconds: 0)
  /// Whether connections are held whose handshake may not begin yet.
  private var holds = false

  /// Between two looks at those.
  private static let holdPause = Interval.milliseconds(50)

  /// A server that does not listen yet; by default without TLS.
  ///
  /// - Parameter handler: with `security`, gets the requests of connections that have shown a key.
  package init(
    loop: EventLoop, security: Security? = nil, handler: @escaping (HTTPRequest, ServerConnection) -> Void
  ) {
    self.loop = loop
    self.handler = handler
    self.security = security
  }

  /// Returns the address with the port that the kernel chose where the given one is 0.
  @discardableResult
  package func listen(on address: SocketAddress) throws(SystemError) -> SocketAddress {
    let descriptor = try Socket.listen(on: address)
    try loop.watch(descriptor, for: clinux_in, Listener(descriptor: descriptor, server: self))
    listeners.append(descriptor)
    return Socket.localAddress(descriptor)
  }

  /// Once a second: closes what is too slow.
  package func checkDeadlines() {
    for connection in Array(connections.values) { connection.checkDeadlines(loop.now) }
  }

  /// Drops a connection that has closed itself; its descriptor may have another owner from here on.
  package func forget(_ connection: ServerConnection, _ descriptor: Int32) {
    connections[descriptor] = nil
    settled(connection)
  }

  /// The connection has shown its key or has ended; a plain one proves nothing as long as it lives.
  package func settled(_ connection: ServerConnection) {
    unproven.removeAll { $0 === connection }
  }

  // MARK: - Handshakes

  /// Whether the connection may begin its handshake; where not, it is told to look again soon.
  func admitsHello(_ connection: ServerConnection) -> Bool {
    if hellos.admits(connection.source, at: Clock.now()) { return true }
    if !holds {
      holds = true
      loop.after(Self.holdPause) {
        self.holds = false
        for held in self.unproven { held.endHold() }
      }
    }
    return false
  }

  /// A step of the connection's handshake took so long.
  func spend(_ cost: Interval, on connection: ServerConnection) {
    hellos.spend(cost, by: connection.source, at: Clock.now())
  }

  /// The connection has shown its key, after steps that took so long.
  func giveBack(_ cost: Interval, to connection: ServerConnection) {
    hellos.giveBack(cost, to: connection.source, at: Clock.now())
  }

  /// Whether a request that is longer than most may be read on: one of them is in a round of the loop, so that short ones do not wait
  /// for all of them.
  func takesLongTurn() -> Bool {
    if longTurn == loop.now { return false }
    longTurn = loop.now
    return true
  }

  /// Says who could not show a key, once a minute: a node with another key tries again and again.
  package func refused(_ peer: SocketAddress, _ failure: SecureSocket.Failure) {
    guard failure != .cutOff else { return }
    if let lastRefusal, loop.now - lastRefusal < Self.refusalPause { return }
    lastRefusal = loop.now
    Log.warning("refused \(peer.text): \(failure.text)")
  }

  /// How many connections are open, and how many of them have not shown a key yet.
  package var counts: (open: Int, unproven: Int) {
    (connections.count, unproven.count)
  }

  /// Stops listening and closes every connection.
  package func close() {
    for listener in listeners {
      loop.unwatch(listener)
      CLinux.close(listener)
    }
    listeners = []
    closeConnections()
  }

  /// Closes every connection: after a key was taken back, whoever came by it has to come anew.
  package func closeConnections() {
    for connection in Array(connections.values) { connection.close() }
  }

  fileprivate func accept(from listener: Int32) {
    // A burst is taken in one round, but not more of it than leaves the other descriptors their turn.
    for _ in 0..<32 {
      guard let (descriptor, peer) = Socket.accept(listener) else { return pauseIfFull(listener) }
      if connections.count >= Self.connectionLimit { makeRoom() }
      guard connections.count < Self.connectionLimit else {
        refuse(descriptor)
        continue
      }
      let connection = ServerConnection(descriptor: descriptor, peer: peer, server: self)
      do throws(SystemError) {
        try loop.watch(descriptor, for: clinux_in | clinux_peer_closed, connection)
        connections[descriptor] = connection
        if security != nil {
          unproven.append(connection)
          if unproven.count > Self.handshakeLimit { leastWelcome.close() }
        }
        // Most clients have sent their request by now; it does not wait for another round.
        connection.ready(clinux_in)
      } catch {
        CLinux.close(descriptor)
      }
    }
  }

  /// The oldest unproven connection of the address that holds most of them: one that opens many cannot crowd out a node
  /// that opens its own.
  private var leastWelcome: ServerConnection {
    var chosen = unproven[0]
    var most = 0
    for connection in unproven {
      let count = unproven.count { $0.source == connection.source }
      if count > most { (chosen, most) = (connection, count) }
    }
    return chosen
  }

  /// Without a descriptor for it, a connection that waits would wake the loop at once, again and again.
  private func pauseIfFull(_ listener: Int32) {
    guard clinux_errno() == EMFILE || clinux_errno() == ENFILE else { return }
    loop.change(listener, to: 0)
    loop.after(.seconds(1)) { self.loop.change(listener, to: clinux_in) }
  }

  private func refuse(_ descriptor: Int32) {
    tellFull(descriptor)
    CLinux.close(descriptor)
  }

  /// Says why the connection is about to be closed; not to a node that comes with TLS, which could not read it.
  func tellFull(_ descriptor: Int32) {
    guard security == nil else { return }
    var bytes: [UInt8] = []
    Problem(status: 503, detail: "\(Self.connectionLimit) connections are open; close one and try again")
      .response.encode(into: &bytes, keepAlive: false)
    _ = bytes.withUnsafeBytes { Socket.write(descriptor, $0) }
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
