/// Why a line, a light or a chip is not held, in words that name it.
package struct LineError: Error, Equatable, Sendable {
  /// One sentence without a full stop.
  package let text: String
  /// 0 where no call failed.
  package let errno: Int32

  /// A reason in words; `errno` is that of a failed call.
  package init(_ text: String, failed errno: Int32 = 0) {
    self.text = text
    self.errno = errno
  }
}

extension LineError {
  /// The event loop does not take the line's descriptor.
  package static let unwatched = LineError("its changes cannot be watched")
}
