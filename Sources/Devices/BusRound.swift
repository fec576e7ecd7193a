package import Basics
internal import CLinux
package import Peripherals
package import Platform

/// One reading of a bus, in a child of the agent's that ends with it: a transfer blocks for as long as the adapter
/// likes, and nothing else of the agent may wait for that.
///
/// Not a thread, which could not be ended while the kernel holds it, and would keep the agent from ending; and not a
/// process that stays, which would take memory all day for some milliseconds of work.
package final class BusRound: Watcher {
  /// What is read.
  package let round: SensorPlan.Round
  private let loop: EventLoop
  private let child: ChildProcess
  private var isOpen = true
  private var bytes: [UInt8] = []
  private let deadline: Instant
  private var isAnswered = false
  /// Called once, with what was read in time.
  package var onAnswer: ([UInt8]) -> Void = { _ in }
  /// Called once the child is gone; until then its bus is left alone.
  package var onEnd: () -> Void = {}

  /// Starts the child; the answer comes through the loop.
  package init(_ round: SensorPlan.Round, loop: EventLoop) throws(SystemError) {
    self.round = round
    self.loop = loop
    deadline = Clock.now() + SensorPlan.timeout
    child = try ChildProcess { answer in
      _ = clinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
      BusReader.read(round.jobs, path: round.path, output: answer)
      _exit(0)
    }
    super.init()
    do throws(SystemError) {
      _ = clinux_fcntl(child.answer, F_SETFL, Int(O_NONBLOCK))
      try loop.watch(child.answer, for: clinux_in, self)
    } catch {
      child.end()
      throw error
    }
  }

  /// Takes what the child has written.
  package override func ready(_ events: UInt32) {
    var chunk = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = read(child.answer, &chunk, chunk.count)
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
    if isOpen {
      isOpen = false
      loop.unwatch(child.answer)
      close(child.answer)
    }
    guard !isAnswered else { return }
    isAnswered = true
    onAnswer(bytes)
  }

  private func reap() {
    if child.hasEnded() { onEnd() }
  }

  /// Ends what lasts too long. A child that the kernel holds in a transfer dies when that ends.
  package func checkDeadlines(at now: Instant) {
    guard isAnswered || now >= deadline else { return }
    if !isAnswered {
      child.kill()
      answer()
    }
    reap()
  }

  /// Ends the child at once, and takes no more of it.
  package func giveUp() {
    child.kill()
    isAnswered = true
    answer()
    reap()
  }
}
