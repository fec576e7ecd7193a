package import Basics
internal import CLinux

/// Files of the kernel, which are read all day: what fails is a number, and nothing is allocated.
extension File {
  /// Opens `path` for reading without ever waiting (a FIFO has no writer): a descriptor, or minus the error
  /// number.
  package static func openForReading(_ path: String, extra flags: Int32 = 0) -> Int32 {
    while true {
      // `withCString` everywhere: passing the string itself copies it to the heap in the ordinary build.
      let descriptor = path.withCString {
        clinux_open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags, 0)
      }
      if descriptor >= 0 { return descriptor }
      let number = clinux_errno()
      if number != EINTR { return -number }
    }
  }

  /// `pread`: how many bytes, or minus the error number. `EAGAIN`, which some drivers answer while they
  /// measure, is tried once more.
  package static func read(
    _ descriptor: Int32, into buffer: UnsafeMutablePointer<UInt8>, count: Int, at offset: Int
  ) -> Int {
    var again = true
    while true {
      let got = pread(descriptor, buffer, count, off_t(offset))
      if got >= 0 { return got }
      let number = clinux_errno()
      if number == EAGAIN, again {
        again = false
      } else if number != EINTR {
        return -Int(number)
      }
    }
  }

  /// Closes a descriptor (close(2)) and does not look at the kernel's answer.
  package static func close(_ descriptor: Int32) {
    _ = CLinux.close(descriptor)
  }

  /// Whether something has this path; a symbolic link that leads nowhere counts.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return path.withCString { lstat($0, &status) } == 0
  }

  /// Where a symbolic link points, unresolved; nil where there is none.
  package static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = base.withMemoryRebound(to: CChar.self, capacity: 1024) { readlink(path, $0, 1024) }
      guard count > 0, count <= 1024 else { return nil }
      return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }

  /// Calls `body` with each name in a folder but `.` and `..`: 0, or the error number.
  package static func forEachName(in path: String, limit: Int = 4096, _ body: (Cursor) -> Void) -> Int32 {
    let descriptor = openForReading(path, extra: O_DIRECTORY)
    guard descriptor >= 0 else { return -descriptor }
    defer { close(descriptor) }
    // A larger buffer would come from the heap.
    return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { return ENOMEM }
      var remaining = limit
      while true {
        let count = clinux_getdents64(descriptor, base, 1024)
        if count < 0, clinux_errno() == EINTR { continue }
        guard count > 0, count <= 1024 else { return count < 0 ? clinux_errno() : 0 }
        // Each record: inode 8, offset 8, length 2, type 1, then the name up to a NUL (getdents(2)).
        var start = 0
        while start + 19 < count, remaining > 0 {
          let length = Int(base.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
          guard length > 19, start + length <= count else { break }
          let name = UnsafeRawBufferPointer(start: base + start + 19, count: length - 19)
          var end = 0
          while end < name.count, name[end] != 0 { end += 1 }
          start += length
          if isDots(name.prefix(end)) { continue }
          remaining -= 1
          let cursor = Cursor(UnsafeRawBufferPointer(start: name.baseAddress, count: end))
          body(cursor)
        }
        guard remaining > 0 else { return 0 }
      }
    }
  }

  /// Names in a folder, at most `limit`; empty where it cannot be read.
  package static func names(in folder: String, limit: Int) -> [String] {
    var names: [String] = []
    _ = forEachName(in: folder, limit: limit) { names.append($0.text()) }
    return names
  }

  /// The text of a small file of the kernel without its last newline; nil where it cannot be read.
  package static func text(_ path: String) -> String? {
    let descriptor = openForReading(path)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var count = read(descriptor, into: base, count: buffer.count, at: 0)
      guard count >= 0, count <= buffer.count else { return nil }
      while count > 0, buffer[count - 1] <= 0x20 { count -= 1 }
      return String(decoding: UnsafeBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
    }
  }

  /// Writes a small file of the kernel, if that is allowed.
  package static func write(_ text: String, to path: String) {
    let descriptor = clinux_open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else { return }
    let count = text.utf8.count
    _ = text.withCString { CLinux.write(descriptor, $0, count) }
    close(descriptor)
  }

  /// Whether a folder's entry is the folder itself or the one above it.
  private static func isDots(_ name: UnsafeRawBufferPointer.SubSequence) -> Bool {
    name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
  }
}
