internal import CMbedTLS

/// TLS with a key of the home over a connected, non-blocking socket that its owner watches and closes.
///
/// libmbedtls never takes more from the socket than the record it reads, and `read` hands over all of a record: what
/// was not read is still in the socket, so the loop tells of it.
package final class SecureSocket {
  /// Why there is no secure connection, or no longer.
  package enum Failure: Equatable {
    /// The other end has no key of that identity.
    case unknownKey
    /// Both name the same key, and it is not the same.
    case wrongKey
    /// The connection ended without notice.
    case cutOff
    /// Memory is short.
    case noMemory
    /// Not TLS, not this suite, or tampered with: an error of mbedtls/ssl.h.
    case protocolError(Int32)

    /// What the log says of the other end.
    package var text: String {
      switch self {
      case .unknownKey: "it has no key of ours; are both nodes of the same home?"
      case .wrongKey: "its key differs from ours; are both nodes of the same home?"
      case .cutOff: "it closed the connection during the handshake or a message"
      case .noMemory: "no memory for a secure connection"
      case .protocolError(let code): "no TLS as expected (error \(code))"
      }
    }
  }

  /// How far a handshake has come.
  package enum Handshake {
    /// Both ends have shown the same key; data may follow.
    case done
    /// The socket has to become ready first; `wantsWrite` says for what.
    case unfinished
    /// There will be no secure connection; the owner closes the socket.
    case failed(Failure)
  }

  private let tls: OpaquePointer
  /// What goes on only when the socket can be written; else it has to become readable.
  package private(set) var wantsWrite = false

  /// RFC 5246 7.2 and RFC 4279 6.
  private static let alertBadRecord: Int32 = 20
  private static let alertDecryptError: Int32 = 51
  private static let alertUnknownIdentity: Int32 = 115

  /// A server takes any of the keys (the first four), a client names the first. nil where memory is short or no key
  /// is given.
  package init?(_ descriptor: Int32, keys: [PresharedKey], isServer: Bool) {
    guard !keys.isEmpty, let tls = cmbedtls_tls_new(descriptor, isServer ? 1 : 0) else { return nil }
    self.tls = tls
    for key in keys.prefix(isServer ? Int(cmbedtls_key_limit) : 1) {
      guard key.secret.count == Int(cmbedtls_secret_size),
        cmbedtls_tls_add_key(tls, key.id, key.secret) == 0
      else { return nil }
    }
  }

  deinit {
    cmbedtls_tls_free(tls)
  }

  /// Which key is in use (`PresharedKey.id`); nil before the client has named one.
  package var keyID: UInt16? {
    UInt16(exactly: cmbedtls_tls_key_id(tls))
  }

  /// Does what can be done of the handshake without waiting (RFC 5246 7.3).
  ///
  /// Called again while it is unfinished.
  package func handshake() -> Handshake {
    let result = cmbedtls_tls_handshake(tls)
    wantsWrite = result == cmbedtls_wants_write
    if result == 1 { return .done }
    return wantsWrite || result == cmbedtls_wants_read ? .unfinished : .failed(failure(result))
  }

  /// At most one record; `buffer` has room for it (16 KiB).
  package func read(into buffer: UnsafeMutableRawBufferPointer) -> Socket.Received {
    guard let start = buffer.baseAddress else { return .nothingYet }
    let count = cmbedtls_tls_read(tls, start.assumingMemoryBound(to: UInt8.self), buffer.count)
    if count > 0 { return .bytes(Int(count)) }
    if count == cmbedtls_closed { return .closed }
    wantsWrite = count == cmbedtls_wants_write
    return wantsWrite || count == cmbedtls_wants_read ? .nothingYet : .failed(count)
  }

  /// As `Socket.write`. After 0 the next call has to begin with the same bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return 0 }
    let count = cmbedtls_tls_write(tls, start.assumingMemoryBound(to: UInt8.self), bytes.count)
    if count > 0 { return Int(count) }
    return count == cmbedtls_wants_write || count == cmbedtls_wants_read ? 0 : nil
  }

  /// Tells the other end that nothing follows.
  package func close() {
    cmbedtls_tls_close(tls)
  }

  /// What a code of `read` means.
  package func failure(_ code: Int32) -> Failure {
    switch code {
    case cmbedtls_unknown_key: return .unknownKey
    case cmbedtls_wrong_key: return .wrongKey
    case cmbedtls_cut_off: return .cutOff
    case cmbedtls_refused:
      switch cmbedtls_tls_alert(tls) {
      case Self.alertUnknownIdentity: return .unknownKey
      case Self.alertBadRecord, Self.alertDecryptError: return .wrongKey
      default: return .protocolError(code)
      }
    default: return .protocolError(code)
    }
  }
}

extension Socket {
  /// Reads through TLS where the connection has it.
  package static func read(
    _ descriptor: Int32, through secure: SecureSocket?, into buffer: UnsafeMutableRawBufferPointer
  ) -> Received {
    if let secure { secure.read(into: buffer) } else { read(descriptor, into: buffer) }
  }
}
