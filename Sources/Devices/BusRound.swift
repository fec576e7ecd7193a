package import Basics
internal import CLinux
package import Platform

/// One reading of a bus, in a child of the agent's that ends with it: a transfer blocks for as long as the adapter
/// likes, and nothing else of the agent may wait for that.
///
/// Not a thread, which could not be ended while the kernel holds it, and would keep the agent from ending; and not a
/// process that stays, which would take memory all day for some milliseconds of work.
package final class BusRound: Watcher {
  package let round: SensorPlan.Round
  private let loop: EventLoop
  private let process: pid_t
  private var pipe: Int32
  private var bytes: [UInt8] = []
  private let deadline: Instant
  private var isAnswered = false
  /// Called once, with what was read in time.
  package var onAnswer: ([UInt8]) -> Void = { _ in }
  /// Called once the child is gone; until then its bus is left alone.
  package var onEnd: () -> Void = {}

  package init(_ round: SensorPlan.Round, loop: EventLoop) throws(SystemError) {
    self.round = round
    self.loop = loop
    deadline = Clock.now() + SensorPlan.patience
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { throw SystemError("pipe") }
    process = clinux_fork()
    guard process >= 0 else {
      let error = SystemError("fork")
      for end in ends { close(end) }
      throw error
    }
    if process == 0 {
      // Lines, sockets and locks of the agent must not live on in a child that the kernel holds.
      dup2(ends[1], 3)
      clinux_close_from(4)
      _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
      BusReader.read(round.jobs, path: round.path, output: 3)
      _exit(0)
    }
    close(ends[1])
    pipe = ends[0]
    super.init()
    do throws(SystemError) {
      _ = clinux_fcntl(pipe, F_SETFL, Int(O_NONBLOCK))
      try loop.watch(pipe, for: clinux_in, self)
    } catch {
      close(pipe)
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
      throw error
    }
  }

  package override func ready(_ events: UInt32) {
    var chunk = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = read(pipe, &chunk, chunk.count)
      if count > 0 {
        bytes += chunk[..<count]
      } else if count == 0 {
        break
      } else if clinux_errno() == EAGAIN {
        return
      } else if clinux_errno() != EINTR {
        break
      }
    }
    answer()
    reap()
  }

  private func answer() {
    if pipe >= 0 {
      loop.unwatch(pipe)
      close(pipe)
      pipe = -1
    }
    guard !isAnswered else { return }
    isAnswered = true
    onAnswer(bytes)
  }

  private func reap() {
    var status: Int32 = 0
    if waitpid(process, &status, WNOHANG) != 0 { onEnd() }
  }

  /// Ends what lasts too long. A child that the kernel holds in a transfer dies when that ends.
  package func checkDeadlines(at now: Instant) {
    guard isAnswered || now >= deadline else { return }
    if !isAnswered {
      kill(process, SIGKILL)
      answer()
    }
    reap()
  }

  package func giveUp() {
    kill(process, SIGKILL)
    isAnswered = true
    answer()
    reap()
  }
}
