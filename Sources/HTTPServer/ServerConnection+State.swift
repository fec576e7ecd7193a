extension ServerConnection {
  /// Where a connection is between its acceptance and its end.
  enum State {
    /// The first byte will tell whether TLS comes.
    case sniffing
    /// The client has to show its key.
    case handshaking
    /// Waiting for a request or for the rest of it.
    case reading
    /// A request was handed over; its answer is outstanding.
    case answering
    /// The answer is sent piece by piece.
    case streaming
    /// Everything is queued; no further request is read.
    case closing
    /// Everything is sent; what the client still sends is thrown away, because closing with unread bytes would reset
    /// the connection and could take the answer with it (RFC 9112, 9.6).
    case lingering
    case closed
  }

  /// What the connection is about.
  var slot: Server.Slot {
    switch state {
    case .answering: .waiting
    case .streaming where endsBy == nil: .following
    default: .brief
    }
  }
}
