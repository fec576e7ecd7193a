internal import CLinux

/// A failed system call: what was tried, on what, and the kernel's answer.
package struct SystemError: Error {
  /// The call's name as in section 2 of the manual.
  package var call: StaticString
  /// Path, address or other object of the call; empty where there is none.
  package var object: String
  /// The kernel's number, above 0 (errno(3)).
  package var errno: Int32

  /// The error of the call that has just failed; the errno is read here, so nothing may come between.
  package init(_ call: StaticString, _ object: String = "") {
    self.call = call
    self.object = object
    errno = clinux_errno()
  }

  /// An error whose number is known already, or is our own answer.
  package init(_ call: StaticString, _ object: String, errno: Int32) {
    self.call = call
    self.object = object
    self.errno = errno
  }

  /// For example "bind 127.0.0.1:56001: Address already in use".
  package var description: String {
    "\(call)\(object.isEmpty ? "" : " ")\(object): \(reason)"
  }

  /// Whether the disk takes nothing now: it is full, read-only or failing.
  package var isOfDisk: Bool {
    errno == ENOSPC || errno == EDQUOT || errno == EROFS || errno == EIO
  }

  /// The C library's words for the errno.
  package var reason: String { Self.words(errno) }

  /// The C library's words for an error number.
  package static func words(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
  }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
package func retrying(_ body: () -> Int) -> Int {
  while true {
    let result = body()
    if result >= 0 || clinux_errno() != EINTR { return result }
  }
}
