import Basics

/// An answer to be sent.
package struct HTTPResponse: Sendable {
  /// 100...999; any other number is sent as 500.
  package var status: Int
  /// `encode` passes over length, transfer coding and connection here: it sets these itself.
  package var headers: HTTPHeaders
  /// The content; not sent with 1xx, 204 and 304 (RFC 9110 section 6.4.1).
  package var body: [UInt8]

  /// An answer, by default without fields of its own and without content.
  package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Appends the whole message. With `isHead` the body is announced and not sent, as HEAD wants it.
  ///
  /// `Content-Length`, `Transfer-Encoding` and `Connection` come from the arguments, not from `headers`.
  package func encode(into bytes: inout [UInt8], keepAlive: Bool, isHead: Bool = false) {
    appendHead(to: &bytes, keepAlive: keepAlive)
    if hasBody { appendContentLength(body.count, to: &bytes) }
    bytes.append(contentsOf: "\r\n".utf8)
    if hasBody, !isHead { bytes.append(contentsOf: body) }
  }

  /// Appends the head of a message whose body follows piece by piece: as `HTTPChunk`s, or (for a client that does not
  /// accept chunks) as plain bytes up to the connection's end.
  package func encodeHead(into bytes: inout [UInt8], chunked: Bool, keepAlive: Bool = true) {
    appendHead(to: &bytes, keepAlive: keepAlive && chunked)
    if chunked, hasBody { bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8) }
    bytes.append(contentsOf: "\r\n".utf8)
  }

  /// The answer that lets a client send its body.
  package static func encodeContinue(into bytes: inout [UInt8]) {
    bytes.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
  }

  /// RFC 9110 section 6.4.1: these statuses never come with a body.
  private var hasBody: Bool { status >= 200 && status != 204 && status != 304 }

  private func appendHead(to bytes: inout [UInt8], keepAlive: Bool) {
    bytes.append(contentsOf: "HTTP/1.1 ".utf8)
    // Three digits are the grammar; a status beyond them is our own mistake and reported as one.
    appendDecimal(Int64((100...999).contains(status) ? status : 500), to: &bytes)
    bytes.append(0x20)
    bytes.append(contentsOf: HTTPResponse.reason(of: status).utf8)
    bytes.append(contentsOf: "\r\n".utf8)
    for entry in headers.entries
    where !isFramingField(entry.name) && !equalIgnoringCase(entry.name, "Connection") {
      appendField(entry.name, entry.value, to: &bytes)
    }
    // Said in both cases: HTTP/1.0 clients close unless told otherwise.
    bytes.append(contentsOf: (keepAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n").utf8)
  }

  /// The customary words for a status (RFC 9110 section 15), empty if it has none here.
  package static func reason(of status: Int) -> String {
    switch status {
    case 200: return "OK"
    case 201: return "Created"
    case 202: return "Accepted"
    case 204: return "No Content"
    case 304: return "Not Modified"
    case 400: return "Bad Request"
    case 401: return "Unauthorized"
    case 403: return "Forbidden"
    case 404: return "Not Found"
    case 405: return "Method Not Allowed"
    case 406: return "Not Acceptable"
    case 408: return "Request Timeout"
    case 409: return "Conflict"
    case 411: return "Length Required"
    case 413: return "Content Too Large"
    case 414: return "URI Too Long"
    case 415: return "Unsupported Media Type"
    case 417: return "Expectation Failed"
    case 421: return "Misdirected Request"
    case 422: return "Unprocessable Content"
    case 429: return "Too Many Requests"
    case 431: return "Request Header Fields Too Large"
    case 500: return "Internal Server Error"
    case 501: return "Not Implemented"
    case 502: return "Bad Gateway"
    case 503: return "Service Unavailable"
    case 504: return "Gateway Timeout"
    case 505: return "HTTP Version Not Supported"
    default: return ""
    }
  }
}

/// The pieces of a body whose length is not known beforehand (RFC 9112 section 7.1).
package enum HTTPChunk {
  /// Appends one chunk; nothing for no bytes, because an empty chunk would end the body.
  package static func encode(_ bytes: [UInt8], into output: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    output.makeRoom(forLong: bytes.count)
    var shift = (Int.bitWidth - bytes.count.leadingZeroBitCount - 1) / 4 * 4
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: bytes.count >> shift & 0x0F)
      output.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
      shift -= 4
    }
    output.append(contentsOf: "\r\n".utf8)
    output.append(contentsOf: bytes)
    output.append(contentsOf: "\r\n".utf8)
  }

  /// Appends what ends the body.
  package static func end(into output: inout [UInt8]) {
    output.append(contentsOf: "0\r\n\r\n".utf8)
  }
}
