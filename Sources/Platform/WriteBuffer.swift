internal import CLinux

/// Bytes on their way to a socket that does not take them all at once.
package struct WriteBuffer {
  private var bytes: [UInt8] = []
  private var sent = 0

  /// Kept allocated between messages; a larger buffer is given back once it is empty.
  private static let retained = 4096

  /// Nothing is waiting.
  package init() {}

  /// How many bytes the socket has not taken yet.
  package var count: Int {
    bytes.count - sent
  }

  /// How many bytes of memory it takes.
  package var held: Int {
    bytes.capacity
  }

  /// Lets `body` append to the queue.
  package mutating func append(_ body: (inout [UInt8]) -> Void) {
    body(&bytes)
  }

  /// Writes what the socket takes, sealed where the connection is.
  ///
  /// - Returns: whether the connection still stands.
  package mutating func flush(to descriptor: Int32, through secure: SecureSocket? = nil) -> Bool {
    while sent < bytes.count {
      let written = bytes.withUnsafeBytes { all in
        let rest = UnsafeRawBufferPointer(rebasing: all[sent...])
        return if let secure { secure.write(rest) } else { Socket.write(descriptor, rest) }
      }
      guard let written else { return false }
      if written == 0 {
        release()
        return true
      }
      sent += written
    }
    sent = 0
    bytes.removeAll(keepingCapacity: bytes.capacity <= Self.retained)
    return true
  }

  /// Forgets what was sent, where that is most of it: a slow reader of a long stream may never have taken all.
  private mutating func release() {
    guard sent > Self.retained, sent > count else { return }
    bytes = Array(bytes[sent...])
    sent = 0
  }
}
