import Basics

/// A request target taken apart (RFC 9112 section 3.2).
struct HTTPTarget {
  /// Decoded, from `/` on; `*` for a request about the whole server.
  var path = "/"
  var query: [(name: String, value: String)] = []
  /// Of an absolute target: it counts instead of the `Host` field.
  var authority: String?

  /// Origin form for all methods, absolute form as proxies send it, `*` for OPTIONS. CONNECT is for proxies: 501.
  init(_ bytes: ArraySlice<UInt8>, method: String) throws(HTTPError) {
    for byte in bytes {
      guard isTargetByte(byte) else { throw .malformed("character in the target that does not belong there") }
    }
    if method == "CONNECT" {
      guard HTTPTarget.isAuthority(bytes, needsPort: true) else {
        throw .malformed("target is not host and port")
      }
      throw HTTPError(status: 501, reason: "no proxy here")
    }
    guard let first = bytes.first else { throw .malformed("no target") }
    if first == UInt8(ascii: "/") {
      try readPathAndQuery(bytes)
    } else if bytes.count == 1, first == UInt8(ascii: "*"), method == "OPTIONS" {
      path = "*"
    } else {
      try readAbsolute(bytes)
    }
  }

  private mutating func readAbsolute(_ bytes: ArraySlice<UInt8>) throws(HTTPError) {
    guard let start = HTTPTarget.afterScheme(bytes) else {
      throw .malformed("target is neither path nor URL")
    }
    let rest = bytes[start...]
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
    guard end > start, HTTPTarget.isAuthority(rest[start..<end], needsPort: false) else {
      throw .malformed("target without a clean host")
    }
    authority = String(decoding: rest[start..<end], as: UTF8.self)
    try readPathAndQuery(rest[end...])
  }

  /// The index after `http://` or `https://` in any case.
  private static func afterScheme(_ bytes: ArraySlice<UInt8>) -> Int? {
    for scheme in ["http://", "https://"] where bytes.count >= scheme.utf8.count {
      if bytes.prefix(scheme.utf8.count).elementsEqual(scheme.utf8, by: { lowercased($0) == $1 }) {
        return bytes.startIndex + scheme.utf8.count
      }
    }
    return nil
  }

  private mutating func readPathAndQuery(_ bytes: ArraySlice<UInt8>) throws(HTTPError) {
    let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    if mark > bytes.startIndex { path = try HTTPTarget.path(bytes[..<mark]) }
    guard mark < bytes.endIndex else { return }
    for item in bytes[(mark + 1)...].split(separator: UInt8(ascii: "&")) {
      let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      guard let name = percentDecoded(item[..<equals], plusIsSpace: true),
        let value = percentDecoded(item[equals...].dropFirst(), plusIsSpace: true)
      else { throw .malformed("query that does not decode") }
      query.append((name: name, value: value))
    }
  }

  /// Decodes a path so that its segments stay what they were: an encoded `/` or `%` is left encoded, and `.`, `..`
  /// and control characters, which would lead elsewhere in a file system or log, are refused.
  private static func path(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var segmentStart = 0
    var index = bytes.startIndex
    while index < bytes.endIndex {
      var byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "/") {
        try checkSegment(decoded[segmentStart...])
        decoded.append(byte)
        segmentStart = decoded.count
        continue
      }
      if byte == UInt8(ascii: "%") {
        guard let value = escapedByte(bytes, at: index) else { throw .malformed("path that does not decode") }
        index += 2
        byte = value
      }
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%") {
        decoded.append(UInt8(ascii: "%"))
        appendHexadecimal(byte, to: &decoded)
      } else {
        guard byte >= 0x20, byte != 0x7F else { throw .malformed("control character in the path") }
        decoded.append(byte)
      }
    }
    try checkSegment(decoded[segmentStart...])
    guard let path = String(validating: decoded, as: UTF8.self) else { throw .malformed("path is not UTF-8") }
    return path
  }

  private static func checkSegment(_ segment: ArraySlice<UInt8>) throws(HTTPError) {
    guard segment.count == 1 || segment.count == 2 else { return }
    guard !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
      throw .malformed("dot segment in the path")
    }
  }

  /// Whether the bytes are `host [":" port]` (RFC 3986 section 3.2, without user information).
  static func isAuthority(_ bytes: ArraySlice<UInt8>, needsPort: Bool) -> Bool {
    var rest = bytes
    if rest.first == UInt8(ascii: "[") {
      guard let close = rest.firstIndex(of: UInt8(ascii: "]")), close > rest.startIndex + 1 else {
        return false
      }
      let isAddress = rest[(rest.startIndex + 1)..<close].allSatisfy {
        $0.hexadecimal != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
      }
      guard isAddress else { return false }
      rest = rest[(close + 1)...]
    } else {
      rest = rest.drop { isHostByte($0) }
    }
    guard let colon = rest.first else { return !needsPort }
    let port = rest.dropFirst()
    return colon == UInt8(ascii: ":") && port.count <= 5 && !(needsPort && port.isEmpty)
      && port.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}

/// The characters of a host name (RFC 3986 section 3.2.2): unreserved, sub-delimiters and `%`.
private func isHostByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "["),
    UInt8(ascii: "]"):
    return false
  default: return isTargetByte(byte)
  }
}

/// The characters that may stand in a URI without its fragment (RFC 3986 appendix A).
func isTargetByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
    UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
    return false
  default: return byte > 0x20 && byte < 0x7F
  }
}
