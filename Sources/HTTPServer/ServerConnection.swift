package import Basics
internal import CLinux
package import Platform
package import Wire

/// One client's connection: requests in, answers out in the same order.
///
/// While an answer is outstanding no further request is read, so that a client cannot queue work without bound.
package final class ServerConnection: Watcher {
  /// The client's address, as accept(2) gave it.
  package let peer: SocketAddress
  /// Its address alone, by which connections are counted.
  let source: DNSAddress
  private let descriptor: Int32
  private let server: Server
  private var parser = HTTPRequestParser(limits: Server.limits)
  private var output = WriteBuffer()
  private var secure: SecureSocket?
  private(set) var state: State
  private var keepsAlive = true
  private var isHead = false
  /// Whether a streamed answer may be chunked; an HTTP/1.0 client is told its end by the connection's.
  private var acceptsChunks = true
  /// Requests that came together are answered one after the other, not one inside the other.
  private var isReadingBuffered = false
  private var lingeredBytes = 0
  private var watchedEvents = clinux_in | clinux_peer_closed
  /// Called when the client has gone before its streamed answer was finished.
  private var onGone: () -> Void = {}
  /// Called when the client has taken most of what was sent, after `send` told it to wait.
  private var onDrained: () -> Void = {}
  private var isCongested = false
  /// When the request being read began, or the state was entered: what the deadlines count from.
  private(set) var since: Instant
  /// When an answer that has an end is to be taken.
  private(set) var endsBy: Instant?
  private var hasAnswered = false
  /// Bytes of memory that it takes: of a request that is not whole, and of answers that are not taken.
  private(set) var held = 0
  /// When the client last took a byte of what waits for it; nil while nothing waits.
  private var waitsSince: Instant?
  private var requestIsBegun = false
  /// Whether its hello waits in the socket, because handshakes have cost too much lately.
  private var isHeld = false
  /// What its handshake has cost so far.
  private var cost = Interval.zero

  /// A connection that was just accepted. The caller watches its descriptor; the connection closes it.
  package init(descriptor: Int32, peer: SocketAddress, server: Server) {
    self.descriptor = descriptor
    self.peer = peer
    source = DNSAddress(bytes: peer.ip.bytes) ?? DNSAddress(0, 0, 0, 0)
    self.server = server
    state = server.security == nil ? .reading : .sniffing
    since = server.loop.now
  }

  /// Whether the client has shown a key of the home.
  var isSecure: Bool {
    keyID != nil
  }

  /// Which key that was (`PresharedKey.id`).
  package private(set) var keyID: UInt16?

  /// The address at our end, which the client connected to.
  package var localAddress: SocketAddress {
    Socket.localAddress(descriptor)
  }

  // MARK: - Answers

  /// Answers the request that was handed over; without one it does nothing.
  ///
  /// - Parameter closing: whether this is the connection's last answer, whatever the client wants.
  package func respond(_ response: HTTPResponse, closing: Bool = false) {
    guard state == .answering else { return }
    if closing { keepsAlive = false }
    endsBy = server.loop.now + Server.answerTime
    output.append { response.encode(into: &$0, keepAlive: keepsAlive, isHead: isHead) }
    answered()
  }

  /// Begins an answer whose length is unknown. Where there is no room for one more that follows, the client is told so,
  /// and `onGone` is called.
  ///
  /// - Parameter time: in which it ends, and the client has to take it; nil for one that follows something.
  package func beginStream(
    _ response: HTTPResponse, within time: Interval? = nil, onGone: @escaping () -> Void,
    onDrained: @escaping () -> Void = {}
  ) {
    guard state == .answering else { return }
    if time == nil, !isHead, !server.hasRoom(for: .following) {
      server.loop.after(.zero, onGone)
      return respond(Server.Slot.following.refusal.response)
    }
    endsBy = time.map { server.loop.now + $0 }
    if !acceptsChunks { keepsAlive = false }
    output.append { response.encodeHead(into: &$0, chunked: acceptsChunks, keepAlive: keepsAlive) }
    if isHead {
      // Later, so that the source is complete before it is told that nobody reads it.
      server.loop.after(.zero, onGone)
      return answered()
    }
    state = .streaming
    self.onGone = onGone
    self.onDrained = onDrained
    flush()
  }

  /// Sends a piece of a streamed answer.
  ///
  /// - Returns: false when the client is slow and the sender should wait for `onDrained`.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    guard state == .streaming, !bytes.isEmpty else { return true }
    output.append { output in
      if acceptsChunks { HTTPChunk.encode(bytes, into: &output) } else { output += bytes }
    }
    flush()
    if output.count > Server.sendBacklogLimit { isCongested = true }
    return !isCongested
  }

  /// How many bytes the client has not taken yet.
  package var sendBacklog: Int {
    output.count
  }

  /// Ends a streamed answer; the connection then takes the next request or closes.
  ///
  /// Neither `onGone` nor `onDrained` is called afterwards. Without a stream it does nothing.
  package func finishStream() {
    guard state == .streaming else { return }
    if acceptsChunks { output.append { HTTPChunk.end(into: &$0) } }
    onGone = {}
    onDrained = {}
    answered()
  }

  /// Ends a streamed answer as one that is not whole: its last chunk is missing, and the connection closes.
  package func breakStream() {
    guard state == .streaming else { return }
    keepsAlive = false
    acceptsChunks = false
    finishStream()
  }

  private func answered() {
    state = keepsAlive ? .reading : .closing
    hasAnswered = true
    requestIsBegun = false
    since = server.loop.now
    flush()
    if state == .reading { readBuffered() }
  }

  // MARK: - Events

  /// Reads and writes what can be done now; called by the loop.
  package override func ready(_ events: UInt32) {
    if events & clinux_out != 0 { if state == .handshaking { shakeHands() } else { flush() } }
    if state == .closed { return }
    let isLeft = events & clinux_peer_closed != 0 && (state == .streaming || isHeld)
    if events & clinux_gone != 0 || isLeft { return close() }
    if events & (clinux_in | clinux_peer_closed) != 0 { receive() }
  }

  private func receive() {
    switch state {
    case .lingering: return discard()
    case .sniffing: return sniff()
    case .handshaking: return shakeHands()
    default: break
    }
    // While an answer is outstanding, what arrives stays in the kernel's buffer, which bounds it.
    guard state == .reading else { return watch(watchedEvents & ~clinux_in & ~clinux_peer_closed) }
    if parser.held >= server.loop.buffer.count, !server.takesLongTurn() { return }
    switch Socket.read(descriptor, through: secure, into: server.loop.buffer) {
    case .nothingYet:
      return
    case .closed, .failed:
      close()
    case .bytes(let count):
      parser.feed(UnsafeRawBufferPointer(rebasing: server.loop.buffer[..<count]))
      readBuffered()
      weigh()
    }
  }

  private func sniff() {
    guard let security = server.security else { return }
    var first: UInt8 = 0
    switch Socket.peek(descriptor, into: &first) {
    case .nothingYet:
      return
    case .closed, .failed:
      close()
    case .bytes where first == Server.firstTLSByte:
      isHeld = !server.admitsHello(self)
      guard !isHeld else { return watch(clinux_peer_closed) }
      let begun = Clock.now()
      secure = SecureSocket(descriptor, keys: security.keys(), isServer: true)
      guard secure != nil else { return close() }
      state = .handshaking
      shakeHands(since: begun)
    case .bytes:
      guard security.plainHandler() != nil else { return close() }
      proven()
    }
  }

  /// Looks whether its hello may be read now.
  func endHold() {
    if isHeld, state == .sniffing { sniff() }
  }

  private func shakeHands(since begun: Instant = Clock.now()) {
    guard let secure else { return }
    let step = secure.handshake()
    let spent = Clock.now() - begun
    cost = cost + spent
    server.spend(spent, on: self)
    switch step {
    case .unfinished:
      watch(clinux_peer_closed | (secure.wantsWrite ? clinux_out : clinux_in))
    case .failed(let failure):
      server.refused(peer, failure)
      close()
    case .done:
      server.giveBack(cost, to: self)
      keyID = secure.keyID
      proven()
    }
  }

  /// Requests may come; what has arrived of them is still in the socket.
  private func proven() {
    state = .reading
    since = server.loop.now
    if isSecure { server.settled(self) }
    watch(clinux_peer_closed | clinux_in)
  }

  private func handle(_ request: HTTPRequest) {
    // What makes something is answered once that is on disk or has its place; to end something is never refused.
    let mayWait = request.method == "POST" || request.method == "PUT"
    let hasRoom = !mayWait || server.hasRoom(for: .waiting)
    state = .answering
    guard hasRoom else { return respond(Server.Slot.waiting.refusal.response) }
    guard let security = server.security, !isSecure else { return server.handler(request, self) }
    guard let handler = security.plainHandler() else { return close() }
    handler(request, self)
  }

  /// Hands over the next request, if it is complete, and after its answer the one behind it.
  private func readBuffered() {
    guard !isReadingBuffered else { return }
    isReadingBuffered = true
    defer { isReadingBuffered = false }
    while state == .reading {
      do throws(HTTPError) {
        guard let request = try parser.next() else { break }
        keepsAlive = request.keepAlive
        isHead = request.method == "HEAD"
        acceptsChunks = request.acceptsChunked
        since = server.loop.now
        endsBy = nil
        handle(request)
      } catch {
        refuse(error.status, error.reason)
        return
      }
    }
    guard state == .reading else { return }
    if parser.takeContinue() {
      output.append { HTTPResponse.encodeContinue(into: &$0) }
      flush()
    }
    if parser.isIdle {
      requestIsBegun = false
    } else if !requestIsBegun {
      requestIsBegun = true
      since = server.loop.now
    }
  }

  /// Answers a request that could not be read, and closes: what follows cannot be told apart from it.
  private func refuse(_ status: Int, _ reason: String) {
    state = .answering
    keepsAlive = false
    respond(Problem(status: status, detail: reason).response)
  }

  private func flush() {
    guard state != .closed else { return }
    let waiting = output.count
    guard output.flush(to: descriptor, through: secure) else { return close() }
    if output.count == 0 {
      if state == .closing { linger() }
    } else if output.count < waiting || waitsSince == nil {
      waitsSince = server.loop.now
    }
    if output.count == 0 { waitsSince = nil }
    if isCongested && output.count < Server.sendBacklogLimit / 2 {
      isCongested = false
      onDrained()
    }
    defer { weigh() }
    let reads = state == .reading || state == .lingering
    watch(clinux_peer_closed | (reads ? clinux_in : 0) | (output.count > 0 ? clinux_out : 0))
  }

  private func watch(_ events: UInt32) {
    guard events != watchedEvents, state != .closed else { return }
    watchedEvents = events
    server.loop.change(descriptor, to: events)
  }

  // MARK: - Ends

  /// Looks at the deadlines; called once a second.
  package func checkDeadlines(_ now: Instant) {
    let age = now - since
    if let waitsSince, now - waitsSince > Server.writeTime { return close() }
    if let endsBy, now > endsBy, output.count > 0 || state == .streaming { return close() }
    switch state {
    case .sniffing where age > Server.handshakeTime, .handshaking where age > Server.handshakeTime:
      close()
    case .reading where requestIsBegun && age > Server.requestTime:
      refuse(408, "the request took longer than \(Int(Server.requestTime.seconds)) s to arrive")
    case .answering where age > Server.waitTime:
      refuse(503, "no answer within \(Int(Server.waitTime.seconds)) s; 'hearth ps' shows what became of it")
    case .reading where !requestIsBegun && age > Server.idleTime:
      close()
    case .lingering where age > Server.lingerTime:
      close()
    default:
      break
    }
  }

  private func linger() {
    state = .lingering
    since = server.loop.now
    secure?.close()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  private func discard() {
    guard case .bytes(let count) = Socket.read(descriptor, into: server.loop.buffer) else { return close() }
    lingeredBytes += count
    if lingeredBytes > Server.lingerBytes { close() }
  }

  /// Closes at once, whatever still waits to be sent. A second call does nothing.
  ///
  /// The `onGone` of an answer that was being streamed is called.
  package func close() {
    guard state != .closed else { return }
    if state != .lingering { secure?.close() }
    state = .closed
    secure = nil
    output = WriteBuffer()
    parser = HTTPRequestParser(limits: Server.limits)
    weigh()
    server.loop.unwatch(descriptor)
    CLinux.close(descriptor)
    server.forget(self, descriptor)
    let gone = onGone
    onGone = {}
    onDrained = {}
    gone()
  }

  // MARK: - Room

  /// Tells the server how much memory the connection takes now.
  private func weigh() {
    let now = parser.held + output.held + (secure == nil ? 0 : Server.secureBytes)
    let change = now - held
    held = now
    server.weigh(change)
  }

  /// Closes for somebody who waits for a place; a client that has had no answer yet is told why.
  func giveWay() {
    if state == .reading, requestIsBegun || !hasAnswered { server.tellFull(descriptor) }
    close()
  }

  /// Gives back what it holds: of all connections it holds most, and together they hold too much.
  func dropForMemory() {
    guard state == .reading, requestIsBegun, output.count == 0 else { return close() }
    parser = HTTPRequestParser(limits: Server.limits)
    refuse(503, "unfinished requests take all of the memory that is for them; try again")
  }
}
