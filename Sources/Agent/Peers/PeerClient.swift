import Basics
import Platform
import Wire

/// The calls to one peer: one after the other over one connection, which stays open for the next.
///
/// Every call ends in its completion, once, within its timeout and never before `call` has returned.
final class PeerClient {
  /// Calls that wait behind the one under way: more than a node makes while its peer is merely slow.
  static let queueLimit = 32
  /// As long as the longest request of the API.
  static let answerLimit = 1 << 20
  /// Calls about a run follow each other within seconds; a node that was asked for its facts is asked for nothing more for
  /// hours, and a connection by TLS keeps some 40 kB at each end. Less than the server's 75 s, so that seldom a call
  /// meets a connection that is about to close.
  static let idleTime = Interval.seconds(10)
  /// For an answer of a node that is busy but alive.
  static let defaultTimeout = Interval.seconds(2)

  typealias Completion = (Result<HTTPResponse, PeerError>) -> Void

  private struct Call {
    let number: UInt64
    let method: String
    let target: String
    let headers: HTTPHeaders
    let body: [UInt8]
    let timer: EventLoop.TimerID
    let then: Completion
    /// Whether it was sent over a connection that had been kept open: that one may have been closed meanwhile.
    var usedKeptConnection = false
  }

  let location: PeerLocation
  private let loop: EventLoop
  /// The first is under way where `isSent`.
  private var calls: [Call] = []
  private var isSent = false
  private var nextNumber: UInt64 = 0
  private var connection: PeerConnection?
  /// Whether the connection has answered before.
  private var isKept = false
  private var idleTimer: EventLoop.TimerID?
  private var parser = HTTPResponseParser()
  private var answer: HTTPResponse?
  private var keepsAlive = false
  private var hasBytes = false

  init(to location: PeerLocation, loop: EventLoop) {
    self.location = location
    self.loop = loop
  }

  /// Sends a request once its turn comes. `timeout` counts from now and covers waiting, connecting and the answer.
  ///
  /// GET, PUT and DELETE are sent a second time where a kept connection proves closed; others never (RFC 9110 9.2.2).
  func call(
    _ method: String, _ target: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    timeout: Interval = PeerClient.defaultTimeout, then: @escaping Completion
  ) {
    guard calls.count <= Self.queueLimit else {
      loop.after(.zero) { then(.failure(self.error(.busy))) }
      return
    }
    nextNumber &+= 1
    let number = nextNumber
    let timer = loop.after(timeout) { self.timedOut(number, timeout) }
    calls.append(
      Call(
        number: number, method: method, target: target, headers: headers, body: body, timer: timer, then: then
      ))
    proceed()
  }

  /// Gives up all calls and closes the connection.
  func close() {
    drop()
    failAll(.cancelled)
  }

  // MARK: - Sending

  private func proceed() {
    guard !isSent, !calls.isEmpty else { return }
    if let idleTimer { loop.cancel(idleTimer) }
    idleTimer = nil
    guard let connection else { return connect() }
    guard connection.isOpen else { return }
    isSent = true
    hasBytes = false
    answer = nil
    calls[0].usedKeptConnection = isKept
    let call = calls[0]
    parser = HTTPResponseParser(
      isHead: call.method == "HEAD", limits: HTTPLimits(bodyBytes: Self.answerLimit))
    connection.send {
      HTTPRequest.encode(
        method: call.method, target: call.target, host: connection.address, headers: call.headers,
        body: call.body, into: &$0)
    }
  }

  private func connect() {
    isKept = false
    let connection = PeerConnection(
      to: location, loop: loop, onOpen: { self.proceed() }, onBytes: { self.received($0) },
      onEnd: { self.ended($0) })
    self.connection = connection
    connection.open()
  }

  // MARK: - Answers

  private func received(_ bytes: UnsafeRawBufferPointer) {
    guard isSent else { return drop() }
    hasBytes = true
    parser.feed(bytes)
    advance(isClosed: false)
  }

  private func advance(isClosed: Bool) {
    do throws(HTTPError) {
      while let event = try isClosed ? parser.closed() : parser.next() {
        switch event {
        case .head(let head):
          answer = HTTPResponse(status: head.status, headers: head.headers)
          keepsAlive = head.keepAlive
        case .body(let piece):
          guard let count = answer?.body.count, count + piece.count <= Self.answerLimit else {
            return fail(.tooLong)
          }
          answer?.body += piece
        case .end:
          return answered()
        }
      }
    } catch {
      fail(isClosed ? .closed : .malformed(error.reason))
    }
  }

  private func answered() {
    guard let answer, isSent else { return }
    if keepsAlive && !parser.hasExcess { isKept = true } else { drop() }
    self.answer = nil
    finish(.success(answer))
  }

  /// The call under way has failed, and its connection is of no further use.
  private func fail(_ reason: PeerError.Reason) {
    drop()
    finish(.failure(error(reason)))
  }

  private func finish(_ result: Result<HTTPResponse, PeerError>) {
    guard !calls.isEmpty else { return }
    isSent = false
    let call = calls.removeFirst()
    loop.cancel(call.timer)
    if calls.isEmpty { idle() } else { proceed() }
    call.then(result)
  }

  private func idle() {
    guard connection != nil else { return }
    idleTimer = loop.after(Self.idleTime) {
      self.idleTimer = nil
      if self.calls.isEmpty { self.drop() }
    }
  }

  // MARK: - Failures

  private func ended(_ reason: PeerError.Reason) {
    let wasOpen = isSent || isKept
    connection = nil
    guard isSent, let call = calls.first else {
      // An idle connection has ended, or none came about: then no call behind the first would fare better.
      drop()
      if !wasOpen { failAll(reason) } else { proceed() }
      return
    }
    if call.usedKeptConnection && !hasBytes && Self.isIdempotent(call.method) {
      drop()
      return proceed()
    }
    if reason == .closed && hasBytes { return advance(isClosed: true) }
    fail(reason)
  }

  private func timedOut(_ number: UInt64, _ timeout: Interval) {
    guard let index = calls.firstIndex(where: { $0.number == number }) else { return }
    // Its answer may still come, and would be taken for the next call's.
    if index == 0 { drop() }
    let call = calls.remove(at: index)
    proceed()
    call.then(.failure(error(.timedOut(seconds: timeout.seconds))))
  }

  private func failAll(_ reason: PeerError.Reason) {
    let failed = calls
    calls = []
    for call in failed {
      loop.cancel(call.timer)
      let failure = error(reason)
      loop.after(.zero) { call.then(.failure(failure)) }
    }
  }

  private func drop() {
    if let idleTimer { loop.cancel(idleTimer) }
    idleTimer = nil
    isSent = false
    isKept = false
    let connection = self.connection
    self.connection = nil
    connection?.close()
  }

  private func error(_ reason: PeerError.Reason) -> PeerError {
    PeerError(peer: location.name, reason: reason)
  }

  private static func isIdempotent(_ method: String) -> Bool {
    method == "GET" || method == "PUT" || method == "DELETE"
  }
}
