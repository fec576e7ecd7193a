import Basics

/// The name of an image, as the Docker client normalises it (distribution's reference grammar).
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
  /// The registry's host and port; `docker.io` where none is named.
  package var registry: String
  /// The path in the registry, with `library/` where the name has one part only on docker.io.
  package var repository: String
  /// The tag as given; nil where none is.
  package var tag: String?
  /// The digest as given, such as `sha256:…`; nil where none is.
  package var digest: String?
  /// The reference as it was written.
  package var text: String

  /// The longest name without tag and digest, in bytes (distribution's NameTotalLengthMax).
  package static let maximumNameLength = 255

  /// Reads `[REGISTRY/]PATH[:TAG][@DIGEST]`, or the full identifier of a local image.
  package init(_ text: String) throws(RunCommandError) {
    self.text = text
    registry = ""
    repository = ""
    if Self.isDigest(text) || Self.isHexadecimal(text, count: 64) {
      digest = text.has(":") ? text : "sha256:" + text
      return
    }
    let fault = RunCommandError(reason: "invalid reference format: \"%\" is no name of an image", text)
    var name = text
    if let (head, tail) = text.cut(at: "@") {
      guard Self.isDigest(tail) else { throw fault }
      (name, digest) = (head, tail)
    }
    if let colon = name.utf8.lastIndex(of: 0x3a), !name.utf8[colon...].contains(0x2f) {
      let tag = String(name[name.utf8.index(after: colon)...])
      guard Self.isTag(tag) else { throw fault }
      (name, self.tag) = (String(name[..<colon]), tag)
    }
    guard !name.utf8.isEmpty, name.utf8.count <= Self.maximumNameLength else { throw fault }
    (registry, repository) = Self.divided(name)
    if repository != repository.lowered {
      throw RunCommandError(
        reason: "invalid reference format: repository name must be lowercase in \"%\"", text)
    }
    guard Self.isRegistry(registry), repository.pieces(at: "/").allSatisfy({ Self.isComponent($0) }) else {
      throw fault
    }
  }

  /// True for the identifier of a local image, which no registry knows.
  package var isIdentifier: Bool { repository.utf8.isEmpty }

  /// The name without what goes without saying: docker.io and library/; nor the tag and digest.
  package var familiar: String {
    if isIdentifier { return text }
    guard registry == "docker.io" else { return "\(registry)/\(repository)" }
    let plain = repository.begins(with: "library/") ? repository.dropping(8) : repository
    return plain.has("/") ? repository : plain
  }

  /// The `fromImage` of `POST /images/create`.
  package var pullName: String { familiar }

  /// The `tag` of `POST /images/create`: the digest, else the tag, else `latest`.
  package var pullTag: String { digest ?? tag ?? "latest" }

  /// The whole reference in its familiar form, with the tag or digest that is pulled; of an identifier `sha256:…`. Two
  /// that mean the same image have the same.
  package var description: String {
    isIdentifier ? pullTag : "\(familiar)\(digest == nil ? ":" : "@")\(pullTag)"
  }

  private static func divided(_ name: String) -> (registry: String, repository: String) {
    if let (head, tail) = name.cut(at: "/"),
      head.has(".") || head.has(":") || head == "localhost" || head != head.lowered
    {
      let hub = head == "index.docker.io" || head == "docker.io"
      if hub { return ("docker.io", tail.has("/") ? tail : "library/" + tail) }
      return (head, tail)
    }
    return ("docker.io", name.has("/") ? name : "library/" + name)
  }

  /// Host labels of letters, digits and inner hyphens, or a bracketed IPv6 address, and an optional port.
  private static func isRegistry(_ text: String) -> Bool {
    var host = text
    if let colon = text.utf8.lastIndex(of: 0x3a), text.utf8.last != 0x5d {
      host = String(text[..<colon])
      guard OptionNumber.natural(String(text[text.utf8.index(after: colon)...])) != nil else { return false }
    }
    if let address = host.unbracketed { return OptionAddress.parse(address) != nil }
    return host.pieces(at: ".").allSatisfy { label in
      !label.utf8.isEmpty && label.utf8.first != 0x2d && label.utf8.last != 0x2d
        && label.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x2d }
    }
  }

  /// Lower-case letters and digits, with single `.`, one or two `_`, or any number of `-` between them.
  private static func isComponent(_ text: String) -> Bool {
    var separator: [UInt8] = []
    guard let last = text.utf8.last, last.isLower || last.isDigit else { return false }
    guard let first = text.utf8.first, first.isLower || first.isDigit else { return false }
    for byte in text.utf8 {
      if byte.isLower || byte.isDigit {
        guard separator.count <= 1 || separator == [0x5f, 0x5f] || separator.allSatisfy({ $0 == 0x2d }) else {
          return false
        }
        separator = []
      } else {
        guard byte == 0x2e || byte == 0x5f || byte == 0x2d else { return false }
        separator.append(byte)
      }
    }
    return true
  }

  private static func isTag(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != 0x2e, first != 0x2d, text.utf8.count <= 128 else {
      return false
    }
    return text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x5f || $0 == 0x2e || $0 == 0x2d }
  }

  /// `ALGORITHM:HEX` with at least 32 digits, of sha256 exactly 64 in lower case.
  private static func isDigest(_ text: String) -> Bool {
    guard let (algorithm, digits) = text.cut(at: ":") else { return false }
    if algorithm == "sha256" { return isHexadecimal(digits, count: 64) }
    if algorithm == "sha384" { return isHexadecimal(digits, count: 96) }
    return algorithm == "sha512" && isHexadecimal(digits, count: 128)
  }

  private static func isHexadecimal(_ text: String, count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { $0.isDigit || $0.isLower && $0 <= 0x66 }
  }
}
