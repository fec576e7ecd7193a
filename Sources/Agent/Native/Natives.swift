import Basics
internal import CLinux
import Orchestration
import Platform
import Settings

/// The native programs of this node: starts, finds again and ends them through their supervisors.
final class Natives {
  private let loop: EventLoop
  private let state: String
  private let writer: DiskWriter
  /// Of programs that are yet to start.
  var limits: NativeLimits
  private var supervisors: [RunID: NativeSupervision] = [:]
  var onEvent: (RunID, NativeEvent) -> Void = { _, _ in }

  init(loop: EventLoop, state: String, limits: NativeLimits, writer: DiskWriter) {
    self.loop = loop
    self.state = state
    self.writer = writer
    self.limits = limits
  }

  func folder(of run: RunID) -> NativeFolder {
    NativeFolder(state: state, run: run)
  }

  func spawn(_ run: RunID, _ command: NativeCommand) {
    let folder = folder(of: run)
    var job = DiskJob(verb: .makeFolder, path: folder.path)
    job.then = { error in
      if let error { return self.onEvent(run, .failed(reason: error.description)) }
      self.start(run, command, in: folder)
    }
    writer.submit(job)
  }

  /// Removes the files of a run that nobody asks for any more.
  func forget(_ run: RunID) {
    writer.submit(DiskJob(verb: .remove, path: folder(of: run).path))
  }

  private func start(_ run: RunID, _ command: NativeCommand, in folder: NativeFolder) {
    do throws(SystemError) {
      let child = try ChildProcess { report in
        var supervisor = Supervisor(folder: folder, command: command, limits: limits, report: report)
        supervisor.run()
      }
      do throws(SystemError) {
        try supervise(run, process: child.process, report: child.answer)
      } catch {
        // What cannot be watched must not run: the run is reported as failed.
        kill(child.process, SIGTERM)
        close(child.answer)
        throw error
      }
    } catch {
      let reason = error.description
      loop.after(.zero) { self.onEvent(run, .failed(reason: reason)) }
    }
  }

  /// Finds a program of an earlier agent: running, ended meanwhile, or never started.
  func adopt(_ run: RunID) {
    let folder = folder(of: run)
    let event: NativeEvent
    let lock = clinux_open(folder.lock, O_RDWR | O_CLOEXEC, 0)
    let holder = lock >= 0 ? clinux_lock_holder(lock) : 0
    if lock >= 0 { close(lock) }
    if holder > 0 {
      do throws(SystemError) {
        try supervise(run, process: holder, report: -1)
        event = .started
      } catch {
        event = .lost
      }
    } else if lock < 0 {
      event = .neverStarted
    } else {
      return tellEnd(run)
    }
    loop.after(.zero) { self.onEvent(run, event) }
  }

  func terminate(_ run: RunID) {
    guard let supervision = supervisors[run] else { return }
    kill(supervision.process, SIGTERM)
  }

  private func tellEnd(_ run: RunID) {
    let folder = folder(of: run)
    folder.whenResultIsRead(writer) { result in
      switch result {
      case nil, .started:
        // A result that says "started" is one of a supervisor that was killed.
        self.killRemains(of: folder)
        self.onEvent(run, .lost)
      case .some(let result):
        self.onEvent(run, result.event)
      }
    }
  }

  /// Ends what a supervisor would have ended, had it not been killed. The program itself goes with its supervisor; what
  /// it has started carries the run's mark in its environment.
  private func killRemains(of folder: NativeFolder) {
    for _ in 0..<Self.killRounds {
      let remains = ProcessTable.marked(with: folder.mark.name + "=" + folder.mark.value)
      if remains.isEmpty { return }
      for process in remains { kill(process, SIGKILL) }
    }
  }

  /// A process may start another one while it is looked for; more rounds than these only a fork bomb needs.
  private static let killRounds = 8

  private func supervise(_ run: RunID, process: pid_t, report: Int32) throws(SystemError) {
    let supervision = NativeSupervision(process: process, report: report, loop: loop)
    supervision.onReport = {
      // A failure is told when the supervisor has ended, like every other end.
      self.folder(of: run).whenResultIsRead(self.writer) { result in
        if case .started = result { self.onEvent(run, .started) }
      }
    }
    supervision.onEnd = {
      self.supervisors[run] = nil
      self.tellEnd(run)
    }
    try supervision.begin()
    supervisors[run] = supervision
  }
}

/// Watches one supervisor: its report that the program runs, and its end.
private final class NativeSupervision: Watcher {
  let process: pid_t
  private let report: Int32
  private let loop: EventLoop
  private var handle: Int32 = -1
  var onReport: () -> Void = {}
  var onEnd: () -> Void = {}

  init(process: pid_t, report: Int32, loop: EventLoop) {
    self.process = process
    self.report = report
    self.loop = loop
  }

  func begin() throws(SystemError) {
    handle = clinux_pidfd_open(process)
    guard handle >= 0 else { throw SystemError("pidfd_open") }
    try loop.watch(handle, for: clinux_in, self)
    guard report >= 0 else { return }
    try loop.watch(report, for: clinux_in, Report(descriptor: report, loop: loop, then: { self.onReport() }))
  }

  /// The supervisor has ended (pidfd_open(2)).
  override func ready(_ events: UInt32) {
    loop.unwatch(handle)
    close(handle)
    var status: Int32 = 0
    waitpid(process, &status, WNOHANG)
    onEnd()
  }
}

/// The one byte by which a supervisor says that there is news.
private final class Report: Watcher {
  private let descriptor: Int32
  private let loop: EventLoop
  private let then: () -> Void

  init(descriptor: Int32, loop: EventLoop, then: @escaping () -> Void) {
    self.descriptor = descriptor
    self.loop = loop
    self.then = then
  }

  override func ready(_ events: UInt32) {
    loop.unwatch(descriptor)
    close(descriptor)
    then()
  }
}
