import Basics
internal import CLinux
import Platform

/// Opens `path` for reading without ever waiting (a FIFO has no writer): a descriptor, or minus the error
/// number.
func openForReading(_ path: String, extra flags: Int32 = 0) -> Int32 {
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
func readBytes(
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

func closeDescriptor(_ descriptor: Int32) {
  _ = close(descriptor)
}

/// Whether something has this path; a symbolic link that leads nowhere counts.
func pathExists(_ path: String) -> Bool {
  var status = stat()
  return path.withCString { lstat($0, &status) } == 0
}

/// Where a symbolic link points, unresolved; nil where there is none.
func linkTarget(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
    guard let base = buffer.baseAddress else { return nil }
    let count = base.withMemoryRebound(to: CChar.self, capacity: 1024) { readlink(path, $0, 1024) }
    guard count > 0, count <= 1024 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
  }
}

/// Calls `body` with each name in a folder, at most 4096 of them: 0, or the error number.
func forEachName(in path: String, _ body: (Cursor) -> Void) -> Int32 {
  let descriptor = openForReading(path, extra: O_DIRECTORY)
  guard descriptor >= 0 else { return -descriptor }
  defer { closeDescriptor(descriptor) }
  // A larger buffer would come from the heap.
  return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
    guard let base = buffer.baseAddress else { return ENOMEM }
    var remaining = 4096
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
        remaining -= 1
        start += length
        let cursor = Cursor(UnsafeRawBufferPointer(start: name.baseAddress, count: end))
        if cursor.peek != UInt8(ascii: ".") { body(cursor) }
      }
      guard remaining > 0 else { return 0 }
    }
  }
}

/// `statvfs` of a folder. It may wait where the folder is on a dead network file system.
func fileSystemSpace(of path: String) -> Result<FileSystemSpace, SystemError> {
  var status = statvfs()
  while path.withCString({ statvfs($0, &status) }) != 0 {
    let number = clinux_errno()
    if number != EINTR { return .failure(SystemError(number: number)) }
  }
  let unit = UInt64(status.f_frsize)
  let total = UInt64(status.f_blocks).multipliedReportingOverflow(by: unit)
  let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: unit)
  guard !total.overflow, !free.overflow else { return .failure(SystemError(number: EOVERFLOW)) }
  return .success(
    FileSystemSpace(
      total: total.partialValue, free: free.partialValue,
      isReadOnly: UInt(status.f_flag) & UInt(ST_RDONLY) != 0))
}

/// An error number.
struct SystemError: Error {
  var number: Int32
}
