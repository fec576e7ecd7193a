internal import CLinux
import Platform

/// Finds the address of a host name without holding up the loop: the C library's resolver blocks, so it runs in a
/// child that writes the address to a pipe.
enum Resolver {
  /// `then` is given an address in text form, nil where there is none. An address is passed through.
  static func resolve(_ host: String, loop: EventLoop, then: @escaping (String?) -> Void) {
    if IPAddress(host) != nil { return then(host) }
    let started = try? ChildProcess { answer in
      clinux_default_signals()
      lookUp(host, answer: answer)
    }
    guard let child = started else { return then(nil) }
    let pending = PendingAddress(child: child, loop: loop, then: then)
    guard (try? loop.watch(child.answer, for: clinux_in, pending)) != nil else {
      child.end()
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
  private let child: ChildProcess
  private let loop: EventLoop
  private let then: (String?) -> Void

  init(child: ChildProcess, loop: EventLoop, then: @escaping (String?) -> Void) {
    self.child = child
    self.loop = loop
    self.then = then
  }

  override func ready(_ events: UInt32) {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = retrying { read(child.answer, &bytes, bytes.count) }
    loop.unwatch(child.answer)
    // It has written or ended; in either case it is done, and killing it makes that certain.
    child.end()
    then(count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil)
  }
}
