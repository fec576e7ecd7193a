import Platform

/// Why a peer gave no answer.
struct PeerError: Error, Equatable {
  enum Reason: Equatable {
    /// None of its addresses is known.
    case noAddress
    /// This node has no home key.
    case noKey
    /// More calls wait for this peer than are worth keeping.
    case busy
    /// The kernel's errno for the connection to an address.
    case unreachable(address: String, errno: Int32)
    /// It took no connection, or gave no answer, within so many seconds.
    case timedOut(seconds: Double)
    /// It is there, and TLS with it fails.
    case insecure(SecureSocket.Failure)
    /// The connection ended before the whole answer had come.
    case closed
    /// What it sent is no HTTP answer; why not.
    case malformed(String)
    /// Its answer is longer than any of the node-to-node API.
    case tooLong
    /// It answered a request for a stream with this status.
    case refused(status: Int)
    /// The home counts it as dead; its connections would find out much later.
    case died
    /// This node closed the connection.
    case cancelled
  }

  /// The peer's name or node id.
  var peer: String
  var reason: Reason

  /// For example "node kitchen: expected an answer within 2.0 s".
  var description: String {
    "node \(peer): \(text)"
  }

  private var text: String {
    switch reason {
    case .noAddress: "none of its addresses is known"
    case .noKey: "this node has no home key to reach it with"
    case .busy: "expected it to answer \(PeerClient.queueLimit) earlier calls first"
    case .unreachable(let address, let errno): SystemError("connect", address, errno: errno).description
    case .timedOut(let seconds): "expected an answer within \(seconds) s"
    case .insecure(let failure): failure.text
    case .closed: "expected a whole answer; it closed the connection"
    case .malformed(let reason): "expected an HTTP answer: \(reason)"
    case .tooLong: "expected an answer of at most \(PeerClient.answerLimit) bytes"
    case .refused(let status): "expected a stream; it answered \(status)"
    case .died: "it died"
    case .cancelled: "the call was given up"
    }
  }
}
