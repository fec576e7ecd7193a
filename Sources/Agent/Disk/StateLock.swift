import Basics
internal import CLinux
import Platform

/// Holds the state folder for one agent: two would each take the other's runs for lost.
struct StateLock {
  private let descriptor: Int32

  /// The process that writes for an agent that was killed ends when the disk has taken what it was given.
  private static let writerTime = Interval.seconds(20)

  /// - Throws: where another agent holds it, or what it had written is not on the disk yet, as the error of `lock`.
  init(folder: String) throws(SystemError) {
    try File.makeFolder(folder)
    descriptor = try Self.hold(folder + "/lock")
    let path = folder + "/lock.writer"
    let writer = clinux_open(path, O_RDWR | O_CLOEXEC, 0)
    guard writer >= 0 else { return }
    defer { close(writer) }
    let deadline = Clock.now() + Self.writerTime
    while clinux_lock_holder(writer) > 0 {
      guard Clock.now() < deadline else { throw SystemError("lock", path, errno: EAGAIN) }
      usleep(5000)
    }
  }

  /// On a disk that takes nothing the file is held as it is; where there is none, nobody can hold it.
  private static func hold(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = clinux_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      guard clinux_lock(descriptor) == 0 else { throw SystemError("lock", path) }
      return descriptor
    }
    let error = SystemError("open", path)
    guard error.isOfDisk else { throw error }
    Log.error("\(error.description); the state cannot be written, and no new runs are taken until it can")
    let readable = clinux_open(path, O_RDONLY | O_CLOEXEC, 0)
    if readable >= 0, clinux_hold(readable) != 0 { throw SystemError("lock", path) }
    return readable
  }

  func release() {
    if descriptor >= 0 { close(descriptor) }
  }
}
