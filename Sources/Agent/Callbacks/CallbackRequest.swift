import Basics
internal import CLinux
import Platform
import Wire

/// One POST to a callback's address.
final class CallbackRequest: Watcher {
  private let loop: EventLoop
  private let resolver: Resolver
  private let url: HTTPURL
  private var output = WriteBuffer()
  private var parser = HTTPResponseParser(limits: HTTPLimits(bodyBytes: 64 << 10))
  private var descriptor: Int32 = -1
  private var timer: EventLoop.TimerID?
  private var status = 0
  private var isOver = false
  private let then: (Int) -> Void

  /// From the name's look-up to the end of the answer.
  private static let timeLimit = Interval.seconds(10)

  /// `then` is told the status, 0 where no answer came.
  init(loop: EventLoop, resolver: Resolver, url: HTTPURL, body: [UInt8], then: @escaping (Int) -> Void) {
    self.loop = loop
    self.resolver = resolver
    self.url = url
    self.then = then
    output.append {
      HTTPRequest.encode(
        method: "POST", target: url.target, host: url.authority,
        headers: HTTPHeaders([("Content-Type", "application/json"), ("Connection", "close")]), body: body,
        into: &$0)
    }
  }

  func begin() {
    timer = loop.after(Self.timeLimit) { self.end() }
    resolver.resolve(url.host) { address in
      guard !self.isOver else { return }
      guard let address, let port = UInt16(exactly: self.url.port),
        let target = SocketAddress(host: address, port: port)
      else { return self.end() }
      self.connect(to: target)
    }
  }

  private func connect(to target: SocketAddress) {
    do throws(SystemError) {
      descriptor = try Socket.connect(to: target)
      try loop.watch(descriptor, for: clinux_in | clinux_out, self)
    } catch {
      end()
    }
  }

  override func ready(_ events: UInt32) {
    if events & clinux_out != 0 {
      guard Socket.pendingError(descriptor) == 0, output.flush(to: descriptor) else { return end() }
      if output.count == 0 { loop.change(descriptor, to: clinux_in) }
    }
    if !isOver && events & (clinux_in | clinux_gone) != 0 { receive() }
  }

  private func receive() {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      switch Socket.read(descriptor, into: buffer) {
      case .nothingYet: return
      case .closed, .failed: return end()
      case .bytes(let count): parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
      do throws(HTTPError) {
        while let event = try parser.next() {
          if case .head(let head) = event {
            // The status is all that matters.
            status = head.status
            return end()
          }
        }
      } catch {
        end()
      }
    }
  }

  private func end() {
    guard !isOver else { return }
    isOver = true
    if let timer { loop.cancel(timer) }
    if descriptor >= 0 {
      loop.unwatch(descriptor)
      close(descriptor)
    }
    let then = self.then, status = self.status
    loop.after(.zero) { then(status) }
  }
}
