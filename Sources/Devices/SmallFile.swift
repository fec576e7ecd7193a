internal import CLinux

/// The text of a file of sysfs without its last newline; nil where it cannot be read.
func readText(_ path: String) -> String? {
  let descriptor = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
    var count = read(descriptor, buffer.baseAddress, buffer.count)
    guard count >= 0, count <= buffer.count else { return nil }
    while count > 0, buffer[count - 1] <= 0x20 { count -= 1 }
    return String(decoding: UnsafeBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
  }
}

/// Writes a file of sysfs, if that is allowed.
func writeText(_ path: String, _ text: String) {
  let descriptor = clinux_open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK, 0)
  guard descriptor >= 0 else { return }
  let count = text.utf8.count
  _ = text.withCString { write(descriptor, $0, count) }
  close(descriptor)
}
