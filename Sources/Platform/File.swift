internal import CLinux

/// Files of our own: read whole, replaced atomically, created for their owner only.
package enum File {
  /// Reads a file of at most `limit` bytes.
  ///
  /// Anything but a regular file is refused: a pipe or a terminal could hold up the loop without end.
  package static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let descriptor = retrying { Int(clinux_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)) }
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(Int32(descriptor)) }
    var status = stat()
    guard fstat(Int32(descriptor), &status) == 0 else { throw SystemError("fstat", path) }
    guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
      throw SystemError("read", path, errno: EINVAL)
    }
    return try readAll(Int32(descriptor), path, limit: limit)
  }

  /// Reads a file of at most `limit` bytes, whatever it is, and waits for the end of a pipe: for commands, not for the
  /// agent.
  package static func readWaiting(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let descriptor = retrying { Int(clinux_open(path, O_RDONLY | O_CLOEXEC, 0)) }
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(Int32(descriptor)) }
    return try readAll(Int32(descriptor), path, limit: limit)
  }

  /// Reads to the end of what may be a pipe or a terminal: for commands, not for the agent.
  package static func readAll(_ descriptor: Int32, _ path: String, limit: Int) throws(SystemError) -> [UInt8]
  {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = retrying { CLinux.read(descriptor, &chunk, chunk.count) }
      guard count >= 0 else { throw SystemError("read", path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw SystemError("read", path, errno: EFBIG) }
    }
  }

  /// Replaces a file: the new content is on disk in whole, or the old one stays (rename(2)).
  package static func replace(_ path: String, with bytes: [UInt8], durable: Bool) throws(SystemError) {
    try replace(path, durable: durable) { (descriptor, temporary) throws(SystemError) in
      try writeAll(descriptor, bytes, temporary)
    }
  }

  /// The same with content that `fill` writes to the descriptor it is given.
  ///
  /// What stands where the new file is made, be it a link, is removed first.
  package static func replace(
    _ path: String, durable: Bool, fill: (Int32, String) throws(SystemError) -> Void
  ) throws(SystemError) {
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = retrying {
      Int(clinux_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    }
    guard descriptor >= 0 else { throw SystemError("open", temporary) }
    var failure: SystemError?
    do throws(SystemError) {
      try fill(Int32(descriptor), temporary)
      if durable && fsync(Int32(descriptor)) != 0 { throw SystemError("fsync", temporary) }
    } catch {
      failure = error
    }
    close(Int32(descriptor))
    if failure == nil && rename(temporary, path) != 0 { failure = SystemError("rename", path) }
    if let failure {
      unlink(temporary)
      throw failure
    }
    if durable { syncFolder(of: path) }
  }

  /// Writes all bytes, in several calls where one does not take them.
  ///
  /// Writing waits where the descriptor is a blocking one; on another, a full pipe is an error (EAGAIN).
  ///
  /// - Parameter path: how an error names the file.
  /// - Throws: what write(2) says; a part may be written by then.
  package static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        retrying { CLinux.write(descriptor, all.baseAddress.map { $0 + written }, bytes.count - written) }
      }
      guard count > 0 else { throw SystemError("write", path) }
      written += count
    }
  }

  /// Makes a rename in the file's folder durable.
  package static func syncFolder(of path: String) {
    let descriptor = clinux_open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// The folder that a path's last name is in.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Creates a folder and those above it, for their owner only.
  package static func makeFolder(_ path: String) throws(SystemError) {
    if mkdir(path, 0o700) == 0 || clinux_errno() == EEXIST { return }
    guard clinux_errno() == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")),
      slash > path.startIndex
    else { throw SystemError("mkdir", path) }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || clinux_errno() == EEXIST else { throw SystemError("mkdir", path) }
  }
}
