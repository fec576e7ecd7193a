import Basics
internal import CLinux
import Platform

/// Finds the addresses of host names without holding up the loop: the C library's resolver blocks, so it runs in a
/// child that writes the address to a pipe. A few children at a time, and one for all who ask for the same name.
final class Resolver {
  private let loop: EventLoop
  /// Names that are looked up or wait for their turn, the oldest first.
  private var lookUps: [LookUp] = []
  private(set) var running = 0

  private struct LookUp {
    let host: String
    let since: Instant
    var isRunning = false
    var waiting: [(String?) -> Void]
  }

  /// Children at a time: each costs some 700 kB, and one whose name server is silent takes `patience`.
  static let childLimit = 4
  /// Names that wait for a child.
  static let waitingLimit = 64
  /// Who asks for an address waits no longer for it.
  private static let patience = Interval.seconds(8)

  init(loop: EventLoop) {
    self.loop = loop
  }

  /// `then` is given an address in text form, nil where there is none. An address is passed through.
  func resolve(_ host: String, then: @escaping (String?) -> Void) {
    if IPAddress(host) != nil { return then(host) }
    if let index = lookUps.firstIndex(where: { $0.host == host }) {
      return lookUps[index].waiting.append(then)
    }
    guard lookUps.count - running < Self.waitingLimit else { return then(nil) }
    lookUps.append(LookUp(host: host, since: loop.now, waiting: [then]))
    startNext()
  }

  private func startNext() {
    while running < Self.childLimit, let index = lookUps.firstIndex(where: { !$0.isRunning }) {
      lookUps[index].isRunning = true
      running += 1
      let host = lookUps[index].host
      // Who waited for so long has given up.
      guard loop.now - lookUps[index].since < Self.patience, start(host) else { return end(host, nil) }
    }
  }

  private func start(_ host: String) -> Bool {
    let started = try? ChildProcess { answer in
      clinux_default_signals()
      Self.lookUp(host, answer: answer)
    }
    guard let child = started else { return false }
    let pending = PendingAddress(child: child, loop: loop) { self.end(host, $0) }
    guard (try? loop.watch(child.answer, for: clinux_in, pending)) != nil else {
      child.end()
      return false
    }
    return true
  }

  private func end(_ host: String, _ address: String?) {
    guard let index = lookUps.firstIndex(where: { $0.host == host }) else { return }
    let lookUp = lookUps.remove(at: index)
    running -= 1
    for then in lookUp.waiting { then(address) }
    startNext()
  }

  /// Runs in the child.
  private static func lookUp(_ host: String, answer: Int32) -> Never {
    alarm(UInt32(patience.milliseconds / 1000))
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
