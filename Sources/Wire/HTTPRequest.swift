/// A request that was received whole.
package struct HTTPRequest: Sendable {
  /// As the client wrote it; upper and lower case are not the same (RFC 9110 section 9.1).
  package var method: String
  /// As it stood in the request line.
  package var target: String
  /// The decoded path from `/` on, without `.` and `..` segments; inside a segment `/` stays `%2F` and `%` stays
  /// `%25`, so that each segment can be decoded by itself. `*` for OPTIONS.
  package var path: String
  /// The decoded pairs behind the `?`, in order; `+` is a space; a name without `=` has an empty value.
  package var query: [(name: String, value: String)]
  /// Without trailers. `Host` is the target's, where the target names one.
  package var headers: HTTPHeaders
  /// The content without its transfer coding; empty where there is none. At most `HTTPLimits.bodyBytes`.
  package var body: [UInt8]
  /// Whether the client wants to send more on the connection (RFC 9112 section 9.3).
  package var keepAlive: Bool
  /// Whether the answer may come in chunks, which HTTP/1.0 does not know.
  package var acceptsChunked: Bool

  /// A request as the parser would deliver it; fails as the parser would for its target.
  package init(
    method: String, target: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    keepAlive: Bool = true, acceptsChunked: Bool = true
  ) throws(HTTPError) {
    let parts = try HTTPTarget(Array(target.utf8)[...], method: method)
    self.init(
      method: method, target: target, parts: parts, headers: headers, body: body, keepAlive: keepAlive,
      acceptsChunked: acceptsChunked)
  }

  init(
    method: String, target: String, parts: HTTPTarget, headers: HTTPHeaders, body: [UInt8], keepAlive: Bool,
    acceptsChunked: Bool
  ) {
    self.method = method
    self.target = target
    self.path = parts.path
    self.query = parts.query
    self.headers = headers
    // The target's host counts, whatever the field says (RFC 9112 section 3.2.2).
    if let authority = parts.authority { self.headers.set("Host", authority) }
    self.body = body
    self.keepAlive = keepAlive
    self.acceptsChunked = acceptsChunked
  }

  /// The value of the first query pair of that name.
  package func queryValue(_ name: String) -> String? {
    for pair in query where pair.name == name { return pair.value }
    return nil
  }

  /// Appends a request as a client sends it: `Host` first, `Content-Length` if there is a body or the method wants one.
  ///
  /// What does not belong into a request line or field is escaped or blanked, so no argument can add a line. Fields
  /// named `Host`, `Content-Length` or `Transfer-Encoding` are left out of `headers`.
  package static func encode(
    method: String, target: String, host: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    into bytes: inout [UInt8]
  ) {
    for byte in method.utf8 where isTokenByte(byte) { bytes.append(byte) }
    bytes.append(0x20)
    if target.isEmpty { bytes.append(UInt8(ascii: "/")) }
    for byte in target.utf8 {
      if isTargetByte(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        appendHexadecimal(byte, to: &bytes)
      }
    }
    bytes.append(contentsOf: " HTTP/1.1\r\n".utf8)
    appendField("Host", host, to: &bytes)
    for entry in headers.entries where !isFramingField(entry.name) && !equalIgnoringCase(entry.name, "Host") {
      appendField(entry.name, entry.value, to: &bytes)
    }
    if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
      appendContentLength(body.count, to: &bytes)
    }
    bytes.append(contentsOf: "\r\n".utf8)
    bytes.append(contentsOf: body)
  }
}

func isFramingField(_ name: String) -> Bool {
  equalIgnoringCase(name, "Content-Length") || equalIgnoringCase(name, "Transfer-Encoding")
}

/// Appends one header line; characters that would end it are blanked, a name that is none drops the field.
func appendField(_ name: String, _ value: String, to bytes: inout [UInt8]) {
  guard !name.isEmpty, name.utf8.allSatisfy({ isTokenByte($0) }) else { return }
  bytes.append(contentsOf: name.utf8)
  bytes.append(contentsOf: ": ".utf8)
  for byte in value.utf8 {
    bytes.append(byte >= 0x20 && byte != 0x7F ? byte : 0x20)
  }
  bytes.append(contentsOf: "\r\n".utf8)
}

func appendContentLength(_ count: Int, to bytes: inout [UInt8]) {
  bytes.append(contentsOf: "Content-Length: ".utf8)
  appendDecimal(Int64(count), to: &bytes)
  bytes.append(contentsOf: "\r\n".utf8)
}
