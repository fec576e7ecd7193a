/// A key that both ends of a TLS connection have (RFC 4279).
package struct PresharedKey: Equatable {
  /// Its identity, which the client sends in the clear.
  package let id: UInt16
  /// 32 bytes.
  package let secret: [UInt8]

  /// A key as it is. Its length is looked at where a connection uses it.
  package init(id: UInt16, secret: [UInt8]) {
    self.id = id
    self.secret = secret
  }
}
