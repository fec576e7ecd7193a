// Paths as texts; the files they name are not looked at.

/// What follows the last slash.
package func baseName(_ path: String) -> String {
  let bytes = path.utf8
  guard let last = bytes.lastIndex(of: UInt8(ascii: "/")) else { return path }
  return String(decoding: bytes[bytes.index(after: last)...], as: UTF8.self)
}

/// What comes before the last slash; `/` where nothing does.
package func parent(_ path: String) -> String {
  var bytes = Array(path.utf8)
  while let last = bytes.popLast(), last != UInt8(ascii: "/") {}
  return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
}

/// `/a/b` of `/a/b//`; nothing of `/`.
package func withoutTrailingSlashes(_ path: String) -> String {
  var bytes = Array(path.utf8)
  while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}
