internal import CLinux
import Platform

/// The signals that end the agent, whose runs go on without it, and the one that has it read its settings anew.
final class Signals: Watcher {
  var onHangup: () -> Void = {}
  /// Where a person started it, the terminal's end comes as the same signal; then it is the end.
  private let hadTerminal = isatty(2) == 1
  private let descriptor: Int32
  private let loop: EventLoop
  /// The signal that came.
  private(set) var name = "nobody"

  init(stopping loop: EventLoop) throws(SystemError) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGHUP)
    sigprocmask(SIG_BLOCK, &set, nil)
    self.loop = loop
    descriptor = clinux_signalfd(&set)
    super.init()
    guard descriptor >= 0 else { throw SystemError("signalfd") }
    try loop.watch(descriptor, for: clinux_in, self)
  }

  override func ready(_ events: UInt32) {
    var info = signalfd_siginfo()
    _ = read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
    switch Int32(bitPattern: info.ssi_signo) {
    case SIGHUP where !hadTerminal || isatty(2) == 1: return onHangup()
    case SIGHUP: name = "the end of its terminal"
    case SIGINT: name = "SIGINT"
    default: name = "SIGTERM"
    }
    loop.stop()
  }
}
