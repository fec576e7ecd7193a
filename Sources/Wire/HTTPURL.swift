/// An http or https URL taken apart (RFC 3986), as requesters give it for callbacks and the Engine for itself.
package struct HTTPURL: Equatable, Sendable {
  /// Why a text is no such URL.
  package struct Malformed: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with the text, as a phrase that does not repeat the text.
    package let reason: String

    /// The reason, for errors that are shown.
    package var description: String { reason }
  }

  /// `http` or `https`.
  package var scheme: String
  /// A name or an address, in lower case; IPv6 addresses without their brackets.
  package var host: String
  /// 1 to 65535; 80 or 443 where the text names none.
  package var port: Int
  /// Path and query as they stand in a request line, `/` at least.
  package var target: String

  /// Longer texts are refused: the target has to fit a request line.
  private static let lengthLimit = 8000

  /// Fails for other schemes, user information, characters that would need escaping, and ports out of range.
  package init(parsing text: String) throws(Malformed) {
    let bytes = Array(text.utf8)
    guard bytes.count <= HTTPURL.lengthLimit else { throw Malformed(reason: "URL longer than 8000 bytes") }
    let (scheme, start) = try HTTPURL.scheme(of: bytes)
    // The fragment is for the reader of the answer and is never sent.
    let rest = bytes[start...].prefix { $0 != UInt8(ascii: "#") }
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    guard end > start, HTTPTarget.isAuthority(rest[..<end], needsPort: false) else {
      throw Malformed(reason: "URL without a clean host")
    }
    guard rest[end...].allSatisfy({ isTargetByte($0) }) else {
      throw Malformed(reason: "character in the HTTPURL that has to be escaped")
    }
    self.scheme = scheme
    (host, port) = try HTTPURL.hostAndPort(rest[..<end], defaultPort: scheme == "http" ? 80 : 443)
    let target = String(decoding: rest[end...], as: UTF8.self)
    self.target = target.utf8.first == UInt8(ascii: "/") ? target : "/" + target
  }

  /// Host and port as a `Host` field names them: IPv6 addresses in brackets, the scheme's own port left out.
  package var authority: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port == (scheme == "http" ? 80 : 443) ? name : "\(name):\(port)"
  }

  private static func scheme(of bytes: [UInt8]) throws(Malformed) -> (scheme: String, end: Int) {
    for scheme in ["http", "https"] {
      let start = scheme + "://"
      let count = start.utf8.count
      if bytes.count >= count, bytes.prefix(count).elementsEqual(start.utf8, by: { lowercased($0) == $1 }) {
        return (scheme, count)
      }
    }
    throw Malformed(reason: "URL of another scheme than http and https")
  }

  /// Takes apart what `isAuthority` has accepted.
  private static func hostAndPort(
    _ authority: ArraySlice<UInt8>, defaultPort: Int
  ) throws(Malformed) -> (host: String, port: Int) {
    var name = authority
    var port = authority[authority.endIndex...]
    let close = authority.lastIndex(of: UInt8(ascii: "]"))
    if let colon = authority.lastIndex(of: UInt8(ascii: ":")), colon > close ?? -1 {
      name = authority[..<colon]
      port = authority[(colon + 1)...]
    }
    if close != nil { name = name.dropFirst().dropLast() }
    guard !name.isEmpty else { throw Malformed(reason: "URL without a host") }
    guard !name.contains(UInt8(ascii: "%")) else { throw Malformed(reason: "escaped host") }
    var number = 0
    for digit in port { number = number * 10 + Int(digit & 0x0F) }
    if port.isEmpty { number = defaultPort }
    guard (1...65_535).contains(number) else { throw Malformed(reason: "port out of range") }
    return (String(decoding: name.map { lowercased($0) }, as: UTF8.self), number)
  }
}
