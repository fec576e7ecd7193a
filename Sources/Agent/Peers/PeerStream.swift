import Basics
import Platform
import Wire

/// One long GET from a peer over a connection of its own, whose body is handed on as it comes.
///
/// For server-sent events and output. Silence is what a quiet stream is: that a peer has died is told by `fail`, or found
/// out by the kernel.
final class PeerStream {
  private let location: PeerLocation
  private let loop: EventLoop
  private let target: String
  private let headers: HTTPHeaders
  private var connection: PeerConnection?
  private var parser = HTTPResponseParser()
  private var timer: EventLoop.TimerID?
  private(set) var isOver = false
  private var onBody: ([UInt8]) -> Void
  private var onEnd: (PeerError?) -> Void

  /// From the start until the head of the answer.
  static let answerTime = Interval.seconds(5)

  /// `onBody` is told the pieces of an answer of status 200; `onEnd`, once and last, nil where the peer has finished it,
  /// or why it ended. Neither is called before `init` has returned, nor after `cancel`.
  init(
    from location: PeerLocation, _ target: String, headers: HTTPHeaders = HTTPHeaders(), loop: EventLoop,
    onBody: @escaping ([UInt8]) -> Void, onEnd: @escaping (PeerError?) -> Void
  ) {
    self.location = location
    self.loop = loop
    self.target = target
    self.headers = headers
    self.onBody = onBody
    self.onEnd = onEnd
    let connection = PeerConnection(
      to: location, loop: loop, onOpen: { self.opened() }, onBytes: { self.received($0) },
      onEnd: { self.ended($0) })
    self.connection = connection
    timer = loop.after(Self.answerTime) {
      self.timer = nil
      self.end(.timedOut(seconds: Self.answerTime.seconds))
    }
    connection.open()
  }

  /// Stops or goes on reading; what the peer sends meanwhile waits in the kernel and then with the peer.
  func pause(_ pause: Bool) {
    connection?.pause(pause)
  }

  /// Ends the stream without a further word.
  func cancel() {
    isOver = true
    if let timer { loop.cancel(timer) }
    timer = nil
    connection?.close()
    connection = nil
    onBody = { _ in }
    onEnd = { _ in }
  }

  private func opened() {
    guard let connection else { return }
    connection.send {
      HTTPRequest.encode(
        method: "GET", target: target, host: connection.address, headers: headers, into: &$0)
    }
  }

  private func received(_ bytes: UnsafeRawBufferPointer) {
    parser.feed(bytes)
    advance(isClosed: false)
  }

  private func advance(isClosed: Bool) {
    do throws(HTTPError) {
      while !isOver, let event = try isClosed ? parser.closed() : parser.next() {
        switch event {
        case .head(let head):
          if let timer { loop.cancel(timer) }
          timer = nil
          guard head.status == 200 else { return end(.refused(status: head.status)) }
        case .body(let piece): onBody(piece)
        case .end: return end(nil)
        }
      }
    } catch {
      end(isClosed ? .closed : .malformed(error.reason))
    }
  }

  private func ended(_ reason: PeerError.Reason) {
    if reason == .closed { advance(isClosed: true) }
    end(reason)
  }

  /// Ends the stream, and tells why.
  func fail(_ reason: PeerError.Reason) {
    end(reason)
  }

  private func end(_ reason: PeerError.Reason?) {
    guard !isOver else { return }
    let onEnd = self.onEnd
    cancel()
    onEnd(reason.map { PeerError(peer: location.name, reason: $0) })
  }
}
