/// Takes requests out of a connection's bytes (RFC 9112), one at a time, strictly.
///
/// After `feed`, call `next` until it returns `nil`; several requests may wait in one packet. After an error the
/// connection has lost its framing: answer with the error's status and close. Every further `next` throws it again.
package struct HTTPRequestParser: Sendable {
  /// What a request may demand of the parser.
  package typealias Limits = HTTPLimits

  private enum State {
    case start
    case head(Start)
    case body(Start, HTTPHeaders, HTTPBodyReader)
    case failed(HTTPError)
  }

  /// The request line, understood.
  private struct Start {
    var method: String
    var target: String
    var parts: HTTPTarget
    var isVersion11: Bool
  }

  private let limits: Limits
  private var input = HTTPInput()
  private var state = State.start
  private var fields = HTTPFieldReader(keeps: true)
  private var body: [UInt8] = []
  private var awaitsContinue = false
  /// RFC 9112 section 2.2 lets one empty line before a request pass: old clients send one after a body.
  private var passedEmptyLine = false

  /// A parser for a new connection, by default with the limits for requests.
  package init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Whether nothing of a request is waiting: the client owes nothing and may be silent for long.
  package var isIdle: Bool {
    if case .start = state { return input.count == 0 }
    return false
  }

  /// Bytes of memory that the request being read takes.
  package var held: Int { input.held + body.capacity }

  /// Whether the client waits for `100 Continue` before it sends the body; true once per request.
  package mutating func takeContinue() -> Bool {
    defer { awaitsContinue = false }
    return awaitsContinue
  }

  /// Takes bytes from the connection. More than 4 MiB that nobody reads fail the next `next` with 413.
  package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
    if case .failed = state { return }
    if !input.append(bytes) {
      state = .failed(HTTPError(status: 413, reason: "more requests at once than anybody needs"))
      input = HTTPInput()
    }
  }

  /// The next whole request, `nil` until more bytes come.
  package mutating func next() throws(HTTPError) -> HTTPRequest? {
    do {
      let request = try advance()
      input.release()
      return request
    } catch {
      state = .failed(error)
      input = HTTPInput()
      body = []
      fields = HTTPFieldReader(keeps: true)
      awaitsContinue = false
      throw error
    }
  }

  private mutating func advance() throws(HTTPError) -> HTTPRequest? {
    while true {
      switch state {
      case .start:
        guard let start = try requestLine() else { return nil }
        state = .head(start)
      case .head(let start):
        guard try fields.read(&input, limits: limits) else { return nil }
        let headers = fields.headers
        fields = HTTPFieldReader(keeps: true)
        state = try head(start, headers)
      case .body(let start, let headers, var reader):
        guard try readBody(&reader) else {
          state = .body(start, headers, reader)
          return nil
        }
        state = .start
        passedEmptyLine = false
        return finish(start, headers)
      case .failed(let error): throw error
      }
    }
  }

  /// Reads `method SP target SP version` (RFC 9112 section 3).
  private mutating func requestLine() throws(HTTPError) -> Start? {
    while true {
      switch input.line(limit: limits.lineBytes) {
      case .incomplete: return nil
      case .tooLong:
        throw HTTPError(status: 414, reason: "request line longer than \(limits.lineBytes) bytes")
      case .bareLineFeed: throw .malformed("line feed without carriage return")
      case .line(let line):
        if !line.isEmpty { return try start(line) }
        guard !passedEmptyLine else { throw .malformed("empty lines instead of a request") }
        passedEmptyLine = true
      }
    }
  }

  private func start(_ line: Range<Int>) throws(HTTPError) -> Start {
    let bytes = input.bytes[line]
    guard let firstSpace = bytes.firstIndex(of: 0x20), let lastSpace = bytes.lastIndex(of: 0x20),
      firstSpace > line.lowerBound, lastSpace > firstSpace + 1
    else { throw .malformed("request line without its three parts") }
    let method = bytes[..<firstSpace]
    guard method.allSatisfy({ isTokenByte($0) }) else { throw .malformed("method is not a token") }
    let isVersion11 = try isVersion11(bytes[(lastSpace + 1)...])
    let name = input.text(line.lowerBound..<firstSpace)
    let target = bytes[(firstSpace + 1)..<lastSpace]
    let parts = try HTTPTarget(target, method: name)
    return Start(
      method: name, target: String(decoding: target, as: UTF8.self), parts: parts, isVersion11: isVersion11)
  }

  private mutating func head(_ start: Start, _ headers: HTTPHeaders) throws(HTTPError) -> State {
    let hosts = headers.values(of: "Host")
    guard hosts.count == 1 || hosts.isEmpty && !start.isVersion11 else {
      throw .malformed("not exactly one host")
    }
    if let host = hosts.first, !host.isEmpty {
      guard HTTPTarget.isAuthority(Array(host.utf8)[...], needsPort: false) else {
        throw .malformed("unclean host")
      }
    }
    let framing =
      try HTTPFraming.declared(by: headers, allowsChunked: start.isVersion11, limits: limits)
      ?? HTTPFraming.none
    if start.isVersion11, let expectation = headers["Expect"] {
      guard equalIgnoringCase(expectation, "100-continue") else {
        throw HTTPError(status: 417, reason: "expectation unknown")
      }
      awaitsContinue = framing != .none && input.count == 0
    }
    return .body(start, headers, HTTPBodyReader(framing))
  }

  private mutating func readBody(_ reader: inout HTTPBodyReader) throws(HTTPError) -> Bool {
    while true {
      switch try reader.step(&input, limits: limits) {
      case .incomplete: return false
      case .end: return true
      case .piece(let range):
        awaitsContinue = false
        body.append(contentsOf: input.bytes[range])
      }
    }
  }

  private mutating func finish(_ start: Start, _ headers: HTTPHeaders) -> HTTPRequest {
    defer { body = [] }
    awaitsContinue = false
    let keepAlive =
      start.isVersion11
      ? !headers.list("Connection", holds: "close") : headers.list("Connection", holds: "keep-alive")
    return HTTPRequest(
      method: start.method, target: start.target, parts: start.parts, headers: headers, body: body,
      keepAlive: keepAlive, acceptsChunked: start.isVersion11)
  }
}

/// Whether the bytes say HTTP/1.1 or a later 1.x (which speaks 1.1 to us), or HTTP/1.0.
func isVersion11(_ version: ArraySlice<UInt8>) throws(HTTPError) -> Bool {
  func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
  let start = version.startIndex
  guard version.count == 8, version.starts(with: "HTTP/".utf8), isDigit(version[start + 5]),
    version[start + 6] == UInt8(ascii: "."), isDigit(version[start + 7])
  else { throw .malformed("no HTTP version") }
  guard version[start + 5] == UInt8(ascii: "1") else {
    throw HTTPError(status: 505, reason: "HTTP version other than 1")
  }
  return version[start + 7] != UInt8(ascii: "0")
}
