internal import CLinux
import Platform

/// Holds the state folder for one agent: two would each take the other's runs for lost.
struct StateLock {
  private let descriptor: Int32

  /// - Throws: where another agent holds it, as the error of `lock`.
  init(folder: String) throws(SystemError) {
    try File.makeFolder(folder)
    let path = folder + "/lock"
    descriptor = clinux_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    guard clinux_lock(descriptor) == 0 else { throw SystemError("lock", path) }
  }

  func release() {
    close(descriptor)
  }
}
