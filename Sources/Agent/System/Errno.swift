internal import CLinux

/// A failed system call: what was tried, on what, and the kernel's answer.
struct SystemError: Error {
  /// The call's name as in section 2 of the manual.
  var call: StaticString
  /// Path, address or other object of the call; empty where there is none.
  var object: String
  var errno: Int32

  init(_ call: StaticString, _ object: String = "") {
    self.call = call
    self.object = object
    errno = clinux_errno()
  }

  init(_ call: StaticString, _ object: String, errno: Int32) {
    self.call = call
    self.object = object
    self.errno = errno
  }

  /// For example "bind 127.0.0.1:56001: Address already in use".
  var description: String {
    "\(call)\(object.isEmpty ? "" : " ")\(object): \(reason)"
  }

  /// The C library's words for the errno.
  var reason: String {
    String(cString: strerror(errno))
  }
}

/// Repeats a system call that a signal interrupted.
@inline(__always)
func retrying(_ body: () -> Int) -> Int {
  while true {
    let result = body()
    if result >= 0 || clinux_errno() != EINTR { return result }
  }
}
