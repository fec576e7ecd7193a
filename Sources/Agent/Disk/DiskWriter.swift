import Basics
internal import CLinux
import Platform

/// Has the files of the state folder written by a process of its own (`DiskProcess`): a disk may take half a minute for
/// one fdatasync(2), and the loop, which shows the home that this node lives, may not wait for it.
///
/// Jobs are done in their order, and each is told when it is done. A process that has ended is started again, and is
/// given what was not answered.
final class DiskWriter: Watcher {
  private let loop: EventLoop
  private let lock: String
  private var child: ChildProcess?
  /// Jobs without an answer, oldest first; `sent` of them are with the process.
  private var jobs: [DiskJob] = []
  private var sent = 0
  /// Gives the body of the first job that is not sent in whole.
  private var body: (() -> [UInt8]?)?
  private var output = WriteBuffer()
  private var answers: [UInt8] = []
  private var watchedEvents = clinux_in
  /// Processes that ended one after the other without an answer.
  private var deaths = 0
  private var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
  /// Since when the oldest job is with the process; nil where it has nothing to do.
  private(set) var waitsSince: Instant?
  /// Called while `wait` waits, when no job is left: there may be more to do.
  var onIdle: () -> Void = {}

  /// After so many the jobs count as failed; each is tried again by whoever wants it done.
  private static let deathLimit = 3
  /// Bytes on their way to the process; what is not there yet is not made yet.
  private static let channelLimit = 32 << 10

  /// Starts the process. Early, since what is in memory by then is shared with it.
  init(state: String, loop: EventLoop) {
    self.loop = loop
    lock = state + "/lock.writer"
    super.init()
    start()
  }

  /// The process, 0 where none runs.
  var process: pid_t { child?.process ?? 0 }

  /// Bytes of bodies that wait.
  var backlog: Int { jobs.reduce(0) { $0 + $1.weight } }

  func submit(_ job: DiskJob) {
    guard job.path.utf8.count + job.target.utf8.count < DiskJob.nameLimit else {
      return job.then(SystemError("open", job.path, errno: ENAMETOOLONG))
    }
    if jobs.isEmpty { waitsSince = Clock.now() }
    jobs.append(job)
    pump()
  }

  /// Has the file read; `then` is given its bytes, none where that is not possible.
  func read(_ path: String, limit: UInt32, then: @escaping ([UInt8]) -> Void) {
    var found: [UInt8] = []
    var job = DiskJob(verb: .read, path: path, limit: limit)
    job.take = { found = $0 }
    job.then = { _ in then(found) }
    submit(job)
  }

  /// Has the files read; `then` is given nil where nothing has changed since `stamp`, or where that is not possible.
  func look(_ patterns: [String], since stamp: UInt64, then: @escaping (FileSet?) -> Void) {
    var found: FileSet?
    var path = ""
    for pattern in patterns { path += pattern + "\0" }
    var job = DiskJob(verb: .look, path: path, stamp: stamp)
    job.take = { found = FileSet(encoded: $0) }
    job.then = { _ in then(found) }
    submit(job)
  }

  // MARK: - The process

  private func start() {
    let lock = lock
    do throws(SystemError) {
      let child = try ChildProcess { channel in
        var process = DiskProcess(channel: channel)
        process.run(lock: lock)
      }
      self.child = child
      _ = clinux_fcntl(child.answer, F_SETFL, Int(O_NONBLOCK))
      watchedEvents = clinux_in
      try loop.watch(child.answer, for: watchedEvents, self)
      pump()
    } catch {
      Log.error("no process to write the state: \(error.description)")
      lost()
    }
  }

  /// Forgets a process that has ended, and starts another one after a pause.
  private func lost() {
    if let child {
      loop.unwatch(child.answer)
      child.kill()
      File.close(child.answer)
    }
    let old = child
    child = nil
    sent = 0
    body = nil
    output = WriteBuffer()
    answers = []
    deaths += 1
    if deaths >= Self.deathLimit {
      deaths = 0
      for job in takeJobs(jobs.count) { job.then(SystemError("write", job.path, errno: EPIPE)) }
    }
    loop.after(backoff.next()) {
      _ = old?.hasEnded()
      if self.child == nil { self.start() }
    }
  }

  private func takeJobs(_ count: Int) -> [DiskJob] {
    let taken = Array(jobs.prefix(count))
    jobs.removeFirst(count)
    waitsSince = jobs.isEmpty ? nil : Clock.now()
    return taken
  }

  override func ready(_ events: UInt32) {
    guard let child else { return }
    if events & (clinux_in | clinux_gone) != 0, !readAnswers(child.answer) {
      Log.error("the process that writes the state has ended; it is started again")
      return lost()
    }
    pump()
  }

  /// Takes what was answered; false where the process has ended.
  private func readAnswers(_ descriptor: Int32) -> Bool {
    while true {
      switch Socket.read(descriptor, into: loop.buffer) {
      case .bytes(let count): answers += loop.buffer[..<count]
      case .nothingYet: return true
      case .closed, .failed: return false
      }
      while answers.count >= DiskJob.answerSize, sent > 0 {
        let end = DiskJob.answerSize + Int(answers[5..<9].littleEndian)
        guard answers.count >= end else { break }
        let errno = Int32(truncatingIfNeeded: answers[..<4].littleEndian)
        let call = DiskJob.calls[min(Int(answers[4]), DiskJob.calls.count - 1)]
        let found = Array(answers[DiskJob.answerSize..<end])
        answers.removeFirst(end)
        sent -= 1
        deaths = 0
        backoff.reset()
        for job in takeJobs(1) {
          if job.isReading, errno == 0 { job.take(found) }
          job.then(errno == 0 ? nil : SystemError(call, job.path, errno: errno))
        }
      }
    }
  }

  // MARK: - Sending

  /// Sends what the process takes now.
  private func pump() {
    guard let child else { return }
    while output.flush(to: child.answer) {
      guard output.count == 0 else { return watch(clinux_in | clinux_out) }
      guard fillOutput() else { return watch(clinux_in) }
    }
    // That the process is gone is read, too.
  }

  /// Puts the next bytes into the buffer; false where there are none.
  private func fillOutput() -> Bool {
    guard sent < jobs.count else { return false }
    let job = jobs[sent]
    output.append { bytes in
      if body == nil {
        job.encodeHead(into: &bytes)
        body = job.body?() ?? { nil }
      }
      while let body, bytes.count < Self.channelLimit {
        let piece = job.hasBody ? body() : nil
        if let piece, piece.isEmpty { continue }
        if job.hasBody { bytes.append(littleEndian: UInt64(piece?.count ?? 0), size: 4) }
        if let piece {
          bytes += piece
        } else {
          self.body = nil
          sent += 1
          return
        }
      }
    }
    return true
  }

  private func watch(_ events: UInt32) {
    guard let child, events != watchedEvents else { return }
    watchedEvents = events
    loop.change(child.answer, to: events)
  }

  // MARK: - The end

  /// Waits until all is done, no longer than `limit`.
  func wait(within limit: Interval) {
    let deadline = Clock.now() + limit
    while !jobs.isEmpty, let child {
      let left = (deadline - Clock.now()).milliseconds
      guard left > 0 else {
        Log.error("the disk does not answer; what it was given last may be lost")
        break
      }
      let isFull = output.count > 0
      var wanted = pollfd(fd: child.answer, events: Int16(POLLIN | (isFull ? POLLOUT : 0)), revents: 0)
      if poll(&wanted, 1, Int32(clamping: left)) > 0 { ready(clinux_in) }
      if jobs.isEmpty { onIdle() }
    }
  }

  /// The same, and lets the process end.
  func finish(within limit: Interval) {
    wait(within: limit)
    guard let child else { return }
    loop.unwatch(child.answer)
    File.close(child.answer)
    self.child = nil
  }
}
