import Platform

/// Why a line is not held, in words that name it.
package struct LineError: Error, Equatable, Sendable {
  package let text: String
  /// 0 where no call failed.
  package let errno: Int32

  init(_ text: String, errno: Int32 = 0) {
    self.text = errno == 0 ? text : text + ": " + SystemError.words(errno)
    self.errno = errno
  }
}

extension LineError {
  /// The event loop does not take the line's descriptor.
  package static let unwatched = LineError("its changes cannot be watched")
}
