import Basics
internal import CLinux
import Containers
import Orchestration
import Platform
import Settings

/// The process between the agent and one native program.
///
/// It lives as long as the program and outlives the agent: it is the subreaper of everything the program starts
/// (prctl(2), PR_SET_CHILD_SUBREAPER), so that nothing can get away by leaving its process group; it keeps the
/// output, enforces the time limit, and leaves the result in a file. The agent knows it by the lock it holds.
struct Supervisor {
  let folder: NativeFolder
  let command: NativeCommand
  let limits: NativeLimits
  /// Written to when the program runs or cannot be started.
  let report: Int32

  private var program: pid_t = 0
  private var output: NativeOutput
  private var deadline: Instant?
  /// When everything that is left is killed.
  private var killAt: Instant?
  private var result: NativeResult?
  private var limitReached = false

  /// How long what is left of an ended program may go on writing.
  private static let drainTime = Interval.seconds(2)

  init(folder: NativeFolder, command: NativeCommand, limits: NativeLimits, report: Int32) {
    self.folder = folder
    self.command = command
    self.limits = limits
    self.report = report
    output = NativeOutput(folder: folder)
  }

  /// Runs in the child of the agent's fork and does not return.
  mutating func run() -> Never {
    setsid()
    clinux_default_signals()
    clinux_ignore_sigpipe()
    _ = clinux_prctl(PR_SET_CHILD_SUBREAPER, 1)
    guard let signals = Self.blockSignals(), lock() else { _exit(1) }

    let ends = start()
    guard program > 0 else { _exit(0) }
    if limits.seconds > 0 { deadline = Clock.now() + .seconds(limits.seconds) }
    watch(signals, ends)
    killDescendants()
    output.close()
    folder.write(limitReached ? .timeLimit(seconds: limits.seconds) : result ?? .signal(SIGKILL))
    _exit(0)
  }

  private static func blockSignals() -> Int32? {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGCHLD)
    guard sigprocmask(SIG_BLOCK, &set, nil) == 0 else { return nil }
    let descriptor = clinux_signalfd(&set)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Held until this process ends; a POSIX lock also tells the agent our process id.
  private func lock() -> Bool {
    let descriptor = clinux_open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    return descriptor >= 0 && clinux_lock(descriptor) == 0
  }

  // MARK: - Starting

  /// Starts the program and reports how that went.
  private mutating func start() -> (out: Int32, error: Int32) {
    guard let out = try? PipeEnds(), let error = try? PipeEnds(), let failure = try? PipeEnds() else {
      told(.failed(reason: SystemError("pipe").description))
      return (-1, -1)
    }
    program = clinux_fork()
    if program == 0 { become(out: out.writing, error: error.writing, failure: failure.writing) }
    for pipe in [out, error, failure] { close(pipe.writing) }
    var code: Int32 = 0
    let count = retrying { read(failure.reading, &code, MemoryLayout<Int32>.size) }
    close(failure.reading)
    if program < 0 || count == MemoryLayout<Int32>.size {
      let number = program < 0 ? clinux_errno() : code
      program = 0
      told(.failed(reason: SystemError("execve", command.arguments[0], errno: number).description))
    } else {
      told(.started)
    }
    return (out.reading, error.reading)
  }

  private func told(_ result: NativeResult) {
    folder.write(result)
    var byte: UInt8 = 1
    _ = write(report, &byte, 1)
  }

  /// Turns into the program: no privileges, no descriptors, a minimal environment, no shell.
  private func become(out: Int32, error: Int32, failure: Int32) -> Never {
    clinux_default_signals()
    setpgid(0, 0)
    let null = clinux_open("/dev/null", O_RDONLY, 0)
    dup2(null, 0)
    dup2(out, 1)
    dup2(error, 2)
    // Above everything else, so that one call closes the rest; exec closes it too.
    dup2(failure, 3)
    _ = clinux_fcntl(3, F_SETFD, Int(FD_CLOEXEC))
    clinux_close_from(4)
    var code = limits.drop()
    if code == 0 {
      // A change of user clears it, so it comes after that.
      _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
      chdir("/")
      execute()
      code = clinux_errno()
    }
    write(3, &code, MemoryLayout<Int32>.size)
    _exit(127)
  }

  private func execute() {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.arguments.map { strdup($0) }
    arguments.append(nil)
    var environment: [UnsafeMutablePointer<CChar>?] = []
    for (name, value) in command.environment + NativeLimits.environment + [folder.mark] {
      environment.append(strdup(name + "=" + value))
    }
    environment.append(nil)
    setenv("PATH", NativeLimits.path, 1)
    clinux_exec(&arguments, &environment)
  }

  // MARK: - Watching

  /// Copies output and waits until the program has ended and nothing of it writes any more.
  private mutating func watch(_ signals: Int32, _ ends: (out: Int32, error: Int32)) {
    var sources = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: ends.out, events: Int16(POLLIN), revents: 0),
      pollfd(fd: ends.error, events: Int16(POLLIN), revents: 0),
    ]
    while result == nil || sources[1].fd >= 0 || sources[2].fd >= 0 {
      let ready = poll(&sources, nfds_t(sources.count), millisecondsToWait())
      if ready > 0 {
        if sources[0].revents != 0 { takeSignals(signals) }
        for (index, stream) in [(1, EngineStream.stdout), (2, EngineStream.stderr)]
        where sources[index].revents != 0 {
          if !output.copy(from: sources[index].fd, stream: stream) { sources[index].fd = -1 }
        }
      }
      let now = Clock.now()
      if let deadline, now >= deadline, !limitReached {
        limitReached = true
        terminate()
      }
      // While the pipes still give something, what was written before the end is read first.
      if let killAt, now >= killAt, result == nil || ready == 0 || now >= killAt + Self.drainTime {
        killChildren()
        if result != nil {
          killDescendants()
          return drain(&sources)
        }
      }
    }
  }

  /// Takes what the program wrote just before its end. Nobody is left to write more.
  private mutating func drain(_ sources: inout [pollfd]) {
    for (index, stream) in [(1, EngineStream.stdout), (2, EngineStream.stderr)] {
      while sources[index].fd >= 0, poll(&sources[index], 1, 0) > 0 {
        if !output.copy(from: sources[index].fd, stream: stream) { sources[index].fd = -1 }
      }
    }
  }

  private func millisecondsToWait() -> Int32 {
    let times = [limitReached ? nil : deadline, killAt].compactMap { $0 }
    guard let next = times.min() else { return -1 }
    return Int32(clamping: max(0, (next - Clock.now()).milliseconds + 1))
  }

  private mutating func takeSignals(_ signals: Int32) {
    var info = signalfd_siginfo()
    while read(signals, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
      if Int32(info.ssi_signo) != SIGCHLD { terminate() }
    }
    reap()
  }

  private mutating func reap() {
    var status: Int32 = 0
    while true {
      let child = waitpid(-1, &status, WNOHANG)
      guard child > 0 else { return }
      guard child == program else { continue }
      result =
        clinux_exited(status) != 0
        ? .exit(clinux_exit_code(status)) : .signal(clinux_term_signal(status))
      // What it left behind may hold the pipes open: it has no claim to go on.
      killAt = Clock.now()
    }
  }

  // MARK: - Ending

  /// Asks the program to end; what is left after the grace period is killed.
  private mutating func terminate() {
    guard killAt == nil else { return }
    kill(-program, SIGTERM)
    killAt = Clock.now() + limits.grace
  }

  /// Kills every child; their children become ours and are next.
  private mutating func killChildren() {
    if result == nil { kill(-program, SIGKILL) }
    for child in ProcessTable.children(of: getpid()) { kill(child, SIGKILL) }
    reap()
    killAt = Clock.now() + .milliseconds(50)
  }

  private mutating func killDescendants() {
    let end = Clock.now() + .seconds(5)
    while Clock.now() < end {
      for child in ProcessTable.children(of: getpid()) { kill(child, SIGKILL) }
      var status: Int32 = 0
      if waitpid(-1, &status, 0) < 0 && clinux_errno() == ECHILD { return }
    }
  }
}
