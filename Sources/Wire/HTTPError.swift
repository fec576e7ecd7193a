/// Why a message was refused, with the status that tells the sender (RFC 9110 section 15).
package struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
  /// 400 malformed, 413 body too large, 414 target too long, 417 expectation unknown, 431 header too large,
  /// 501 method or coding not implemented, 505 version not supported.
  package let status: Int
  /// What is wrong, as a phrase.
  package let reason: String

  /// An error with one of the statuses above.
  package init(status: Int, reason: String) {
    self.status = status
    self.reason = reason
  }

  /// The status and the reason, for the log.
  package var description: String {
    "\(status): \(reason)"
  }

  static func malformed(_ reason: String) -> HTTPError {
    HTTPError(status: 400, reason: reason)
  }
}
