internal import CMbedTLS

/// What is made of the home key: a key of its own for each purpose, so that none tells anything of another.
package struct SealKey: Sendable, Equatable {
  /// Tells packets of one key from those of others without trying them; not secret.
  package let id: UInt16
  /// For TLS with a pre-shared key between nodes, 32 bytes.
  package let tlsSecret: [UInt8]
  /// Seals heartbeats, 32 bytes.
  let heartbeat: [UInt8]

  /// The least a key file may hold: a UUID has 36 bytes, 16 random ones are enough.
  package static let minimumSize = 16
  /// The most that is read of a key file.
  package static let maximumSize = 4096
  /// The least number of different bytes: a UUID has some 14, a file of NULs one.
  private static let fewestValues = 6

  /// From the bytes of the key file; blanks and line ends around them do not count, so that an editor's line end makes no
  /// other key. nil where too little or too much is left, or what everybody would try first: few different bytes, or a
  /// piece that is too short and comes again and again.
  package init?(fileContents: [UInt8]) {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }
    guard let first = fileContents.firstIndex(where: { !isBlank($0) }),
      let last = fileContents.lastIndex(where: { !isBlank($0) }),
      last - first + 1 >= Self.minimumSize, last - first + 1 <= Self.maximumSize
    else { return nil }
    let secret = Array(fileContents[first...last])
    var seen = [Bool](repeating: false, count: 256)
    for byte in secret { seen[Int(byte)] = true }
    guard seen.count(where: { $0 }) >= Self.fewestValues, !Self.repeats(secret) else { return nil }
    guard let heartbeat = Self.derive(32, "hearth heartbeat", from: secret),
      let tls = Self.derive(32, "hearth tls-psk", from: secret),
      let id = Self.derive(2, "hearth key id", from: secret)
    else { return nil }
    self.heartbeat = heartbeat
    tlsSecret = tls
    self.id = UInt16(id[0]) << 8 | UInt16(id[1])
  }

  /// Whether it is nothing but a piece shorter than `minimumSize`, at least twice.
  private static func repeats(_ secret: [UInt8]) -> Bool {
    (1...min(minimumSize - 1, secret.count / 2)).contains { length in
      zip(secret, secret.dropFirst(length)).allSatisfy { $0 == $1 }
    }
  }

  /// HKDF-SHA256 (RFC 5869).
  private static func derive(_ size: Int, _ purpose: StaticString, from secret: [UInt8]) -> [UInt8]? {
    let salt = Array("hearth home key 1".utf8)
    var key = [UInt8](repeating: 0, count: size)
    let error = key.withUnsafeMutableBufferPointer { key in
      secret.withUnsafeBufferPointer { secret in
        salt.withUnsafeBufferPointer { salt in
          cmbedtls_hkdf(
            salt.baseAddress, salt.count, secret.baseAddress, secret.count, purpose.utf8Start,
            purpose.utf8CodeUnitCount, key.baseAddress, key.count)
        }
      }
    }
    return error == 0 ? key : nil
  }
}
