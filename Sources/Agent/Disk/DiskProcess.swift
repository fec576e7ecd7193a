import Basics
internal import CLinux
import Platform

/// The process that carries out `DiskJob`s, one after the other, and answers each.
///
/// It holds no more of a job than one piece of its body, and ends with the agent: when nothing more can come.
struct DiskProcess {
  private let channel: Int32
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)
  /// Of the body's piece at hand.
  private var left = 0
  private var bodyIsOver = true
  /// The file that was appended to last; its descriptor is -1 where it has to be opened.
  private var appended = ""
  private var descriptor: Int32 = -1
  /// What the job at hand has read.
  private var found: [UInt8] = []

  init(channel: Int32) {
    self.channel = channel
  }

  /// Runs in the child of the agent's fork and does not return.
  ///
  /// - Parameter lock: a file that is locked as long as this process lives, so that the next agent waits for it.
  mutating func run(lock: String) -> Never {
    // What is sent to the agent's group or terminal is the agent's; this one ends when its work is done.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, nil)
    let held = clinux_open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if held >= 0 { _ = clinux_lock(held) }
    while let job = nextJob() {
      var failure: SystemError?
      do throws(SystemError) {
        try perform(job)
        while try piece() > 0 {}
      } catch {
        failure = error
      }
      // The rest of a body that failed stands before the next job.
      while !bodyIsOver, let count = try? piece(), count > 0 {}
      guard answer(failure) else { break }
    }
    _exit(0)
  }

  private mutating func answer(_ failure: SystemError?) -> Bool {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(failure?.errno ?? 0), size: 4)
    let call = failure?.call.description ?? ""
    bytes.append(UInt8(DiskJob.calls.firstIndex { $0.description == call } ?? 0))
    bytes.append(littleEndian: UInt64(found.count), size: 4)
    bytes += found
    found = []
    return (try? File.writeAll(channel, bytes, "")) != nil
  }

  // MARK: - What comes

  /// Reads exactly so many bytes into the buffer's beginning; false where the agent has gone.
  private mutating func fill(_ count: Int) -> Bool {
    var filled = 0
    let channel = channel
    while filled < count {
      let got = buffer.withUnsafeMutableBytes { all in
        retrying { read(channel, all.baseAddress.map { $0 + filled }, count - filled) }
      }
      guard got > 0 else { return false }
      filled += got
    }
    return true
  }

  private mutating func text(_ count: Int) -> String? {
    guard count <= buffer.count, fill(count) else { return nil }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private mutating func nextJob() -> DiskJob? {
    guard fill(DiskJob.headSize), let verb = DiskJob.Verb(rawValue: buffer[0]) else { return nil }
    let isDurable = buffer[1] == 1
    let lengths = (Int(buffer[2..<4].littleEndian), Int(buffer[4..<6].littleEndian))
    let limit = UInt32(buffer[6..<10].littleEndian)
    let stamp = buffer[10..<18].littleEndian
    guard let path = text(lengths.0), let target = text(lengths.1) else { return nil }
    let job = DiskJob(
      verb: verb, path: path, target: target, isDurable: isDurable, limit: limit, stamp: stamp)
    bodyIsOver = !job.hasBody
    left = 0
    return job
  }

  /// The next bytes of the body, in the buffer; 0 at its end.
  private mutating func piece() throws(SystemError) -> Int {
    if left == 0, !bodyIsOver {
      guard fill(4) else { throw gone }
      left = Int(buffer[..<4].littleEndian)
      bodyIsOver = left == 0
    }
    guard !bodyIsOver else { return 0 }
    let count = min(left, buffer.count)
    guard fill(count) else { throw gone }
    left -= count
    return count
  }

  /// The agent ended within a job: what is half done is undone.
  private var gone: SystemError { SystemError("read", "", errno: EPIPE) }

  private mutating func writeBody(to descriptor: Int32, _ path: String) throws(SystemError) {
    while true {
      let count = try piece()
      if count == 0 { return }
      try File.writeAll(descriptor, Array(buffer[..<count]), path)
    }
  }

  // MARK: - What is done

  private mutating func perform(_ job: DiskJob) throws(SystemError) {
    switch job.verb {
    case .append: try append(job)
    case .replace:
      if job.path == appended { closeAppended() }
      if !job.isDurable { try File.makeFolder(File.folder(of: job.path)) }
      try File.replace(job.path, durable: job.isDurable) { (descriptor, path) throws(SystemError) in
        try writeBody(to: descriptor, path)
      }
    case .remove: try remove(job)
    case .link:
      let temporary = job.target + ".new"
      unlink(temporary)
      guard link(job.path, temporary) == 0 else { return try unlessMissing("link", job) }
      guard rename(temporary, job.target) == 0 else { throw SystemError("rename", job.target) }
      File.syncFolder(of: job.target)
    case .move:
      if job.path == appended { closeAppended() }
      guard rename(job.path, job.target) == 0 else { return try unlessMissing("rename", job) }
      File.syncFolder(of: job.target)
    case .makeFolder: try File.makeFolder(job.path)
    case .read: found = try File.read(job.path, limit: Int(job.limit))
    case .look: FileSet(job.path.words(at: "\0"), since: job.stamp)?.encode(into: &found)
    }
  }

  private func unlessMissing(_ call: StaticString, _ job: DiskJob) throws(SystemError) {
    let error = SystemError(call, job.path)
    if error.errno != ENOENT { throw error }
  }

  private mutating func append(_ job: DiskJob) throws(SystemError) {
    if job.path != appended || descriptor < 0 { try openAppended(job.path) }
    let size = lseek(descriptor, 0, SEEK_END)
    do throws(SystemError) {
      try writeBody(to: descriptor, job.path)
      if job.isDurable, fdatasync(descriptor) != 0 { throw SystemError("fdatasync", job.path) }
    } catch {
      // A half-written line must not swallow the one that follows it.
      ftruncate(descriptor, size)
      throw error
    }
  }

  private mutating func openAppended(_ path: String) throws(SystemError) {
    closeAppended()
    let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
    descriptor = Int32(retrying { Int(clinux_open(path, flags, 0o600)) })
    guard descriptor >= 0 else { throw SystemError("open", path) }
    appended = path
    // An earlier process may have been ended within a line.
    let size = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 10
    if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != 10 {
      try File.writeAll(descriptor, [10], path)
    }
  }

  private mutating func closeAppended() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    appended = ""
  }

  private func remove(_ job: DiskJob) throws(SystemError) {
    if unlink(job.path) != 0 {
      let number = clinux_errno()
      if number == EISDIR || number == EPERM {
        for name in File.names(in: job.path, limit: Self.folderLimit) { unlink(job.path + "/" + name) }
        guard rmdir(job.path) == 0 else { throw SystemError("rmdir", job.path) }
      } else if number != ENOENT {
        throw SystemError("unlink", job.path, errno: number)
      }
    }
    if job.isDurable { File.syncFolder(of: job.path) }
  }

  /// A folder of a native run has four files.
  private static let folderLimit = 64
}
