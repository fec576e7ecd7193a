/// The status line and header fields of a response that is being received.
package struct HTTPResponseHead: Sendable {
  /// 101, or 200...999: other interim answers are passed over.
  package var status: Int
  /// The words behind the status, which mean nothing to a program; may be empty (RFC 9112 section 4).
  package var reason: String
  /// Without trailers.
  package var headers: HTTPHeaders
  /// Whether another request may follow on the connection once the response has ended.
  package var keepAlive: Bool

  /// The head of a response. Nothing is checked.
  package init(status: Int, reason: String, headers: HTTPHeaders, keepAlive: Bool) {
    self.status = status
    self.reason = reason
    self.headers = headers
    self.keepAlive = keepAlive
  }
}

/// Takes one response out of a connection's bytes (RFC 9112). Its body is handed on as it comes, without a bound.
///
/// After `feed`, call `next` until it returns `nil`; when the peer closes, call `closed` until it returns `.end` or
/// throws. Answers of status 1xx are skipped, but 101 is delivered, and all that follows it is body until the close.
package struct HTTPResponseParser: Sendable {
  /// What a response may demand of the parser; by default its body has no bound.
  package typealias Limits = HTTPLimits

  /// What a response consists of: one head, any number of pieces, one end.
  package enum Event: Sendable {
    /// The status line and all header fields have come.
    case head(HTTPResponseHead)
    /// The next bytes of the content, without transfer coding; not empty.
    case body([UInt8])
    /// The response is whole.
    case end
  }

  private enum State {
    case start
    case head(status: Int, reason: String, isVersion11: Bool)
    case body(HTTPBodyReader)
    case ended
    case failed(HTTPError)
  }

  private let isHead: Bool
  private let limits: Limits
  private var input = HTTPInput()
  private var state = State.start
  private var fields = HTTPFieldReader(keeps: true)
  private var informational = 0

  /// More interim answers than this before the real one are an attempt to keep us waiting.
  private static let informationalLimit = 8

  /// `isHead` says that the request was HEAD: its response announces a body that does not come.
  package init(isHead: Bool = false, limits: Limits = Limits(bodyBytes: .max)) {
    self.isHead = isHead
    self.limits = limits
  }

  /// Whether the response has ended with bytes left over, which belong to no request: close the connection.
  package var hasExcess: Bool {
    if case .ended = state { return input.count > 0 }
    return false
  }

  /// Takes bytes from the connection. More than 4 MiB that nobody reads fail the next `next` with 413.
  package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    if case .failed = state { return }
    if !input.append(bytes) {
      state = .failed(HTTPError(status: 413, reason: "more at once than anybody reads"))
      input = HTTPInput()
    }
  }

  /// What comes next of the response, `nil` until more bytes come and after its end.
  package mutating func next() throws(HTTPError) -> Event? {
    do {
      let event = try advance()
      input.release()
      return event
    } catch {
      state = .failed(error)
      input = HTTPInput()
      throw error
    }
  }

  /// The peer sends no more: what is left of the response, then `.end`, or an error if it is not whole.
  ///
  /// `nil` if the end was delivered before.
  package mutating func closed() throws(HTTPError) -> Event? {
    if let event = try next() { return event }
    switch state {
    case .ended: return nil
    case .body(let reader) where reader.endsAtClose:
      state = .ended
      return .end
    default:
      let error = HTTPError.malformed("connection closed inside the response")
      state = .failed(error)
      throw error
    }
  }

  private mutating func advance() throws(HTTPError) -> Event? {
    while true {
      switch state {
      case .start:
        guard try statusLine() else { return nil }
      case .head(let status, let reason, let isVersion11):
        guard try fields.read(&input, limits: limits) else { return nil }
        let headers = fields.headers
        fields = HTTPFieldReader(keeps: true)
        if status < 200, status != 101 {
          informational += 1
          guard informational <= HTTPResponseParser.informationalLimit else {
            throw .malformed("interim answers without end")
          }
          state = .start
        } else {
          return try head(status: status, reason: reason, headers: headers, isVersion11: isVersion11)
        }
      case .body(var reader):
        let step = try reader.step(&input, limits: limits)
        state = .body(reader)
        switch step {
        case .incomplete: return nil
        case .piece(let range): return .body(Array(input.bytes[range]))
        case .end:
          state = .ended
          return .end
        }
      case .ended: return nil
      case .failed(let error): throw error
      }
    }
  }

  /// Reads `version SP status [SP reason]` (RFC 9112 section 4).
  private mutating func statusLine() throws(HTTPError) -> Bool {
    let line: Range<Int>
    switch input.line(limit: limits.lineBytes) {
    case .incomplete: return false
    case .tooLong: throw .malformed("status line too long")
    case .bareLineFeed: throw .malformed("line feed without carriage return")
    case .line(let range): line = range
    }
    let bytes = input.bytes[line]
    guard bytes.count >= 12, bytes[line.lowerBound + 8] == 0x20,
      bytes.count == 12 || bytes[line.lowerBound + 12] == 0x20
    else { throw .malformed("no status line") }
    let isVersion11 = try isVersion11(bytes.prefix(8))
    var status = 0
    for byte in bytes.dropFirst(9).prefix(3) {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        throw .malformed("status not a number")
      }
      status = status * 10 + Int(byte & 0x0F)
    }
    guard status >= 100 else { throw .malformed("status below 100") }
    let reason = bytes.dropFirst(13)
    guard reason.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw .malformed("control character in the status line")
    }
    state = .head(
      status: status, reason: String(decoding: reason, as: UTF8.self), isVersion11: isVersion11)
    return true
  }

  private mutating func head(
    status: Int, reason: String, headers: HTTPHeaders, isVersion11: Bool
  ) throws(HTTPError) -> Event {
    let framing: HTTPFraming
    if status == 101 {
      framing = .untilClose
    } else if isHead || status == 204 || status == 304 {
      framing = .none
    } else {
      framing =
        try HTTPFraming.declared(by: headers, allowsChunked: isVersion11, limits: limits) ?? .untilClose
    }
    state = .body(HTTPBodyReader(framing))
    let staysOpen =
      isVersion11
      ? !headers.list("Connection", holds: "close") : headers.list("Connection", holds: "keep-alive")
    return .head(
      HTTPResponseHead(
        status: status, reason: reason, headers: headers, keepAlive: staysOpen && framing != .untilClose))
  }
}
