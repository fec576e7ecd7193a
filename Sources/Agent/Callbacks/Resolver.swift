internal import CLinux
import Platform

/// Finds the address of a host name without holding up the loop: the C library's resolver blocks, so it runs in a
/// child that writes the address to a pipe.
enum Resolver {
  /// `then` is given an address in text form, nil where there is none. An address is passed through.
  static func resolve(_ host: String, loop: EventLoop, then: @escaping (String?) -> Void) {
    if IPAddress(host) != nil { return then(host) }
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { return then(nil) }
    let child = clinux_fork()
    if child == 0 {
      clinux_default_signals()
      dup2(ends[1], 3)
      clinux_close_from(4)
      lookUp(host, answer: 3)
    }
    close(ends[1])
    let pending = PendingAddress(child: child, answer: ends[0], loop: loop, then: then)
    guard child > 0, (try? loop.watch(ends[0], for: clinux_in, pending)) != nil else {
      close(ends[0])
      if child > 0 {
        kill(child, SIGKILL)
        waitpid(child, nil, 0)
      }
      return then(nil)
    }
  }

  /// Runs in the child.
  private static func lookUp(_ host: String, answer: Int32) -> Never {
    alarm(8)
    var text = [CChar](repeating: 0, count: 64)
    if clinux_look_up(host, &text, 64) == 0 {
      _ = write(answer, &text, text.firstIndex(of: 0) ?? text.count)
    }
    _exit(0)
  }
}

/// The answer of a child that is under way.
private final class PendingAddress: Watcher {
  private let child: pid_t
  private let answer: Int32
  private let loop: EventLoop
  private let then: (String?) -> Void

  init(child: pid_t, answer: Int32, loop: EventLoop, then: @escaping (String?) -> Void) {
    self.child = child
    self.answer = answer
    self.loop = loop
    self.then = then
  }

  override func ready(_ events: UInt32) {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = retrying { read(answer, &bytes, bytes.count) }
    loop.unwatch(answer)
    close(answer)
    // It has written or ended; in either case it is done, and killing it makes that certain.
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
    then(count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil)
  }
}
