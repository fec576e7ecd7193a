import Peripherals
import Platform

extension LineError {
  /// A call on a line that failed, with the C library's words for it.
  init(_ text: String, errno: Int32) {
    self.init(errno == 0 ? text : text + ": " + SystemError.words(errno), failed: errno)
  }
}
