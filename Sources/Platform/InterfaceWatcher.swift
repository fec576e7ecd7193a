import Basics
internal import CLinux

/// Hears from the kernel which interfaces there are, and tells when those that serve the home are others.
package final class InterfaceWatcher: Watcher {
  /// What was told last; empty before the first answer of the kernel is whole.
  package private(set) var usable: [UsableInterface] = []
  private let descriptor: Int32
  private let loop: EventLoop
  private var allowed: [String]
  private let onChange: ([UsableInterface]) -> Void
  private var table: InterfaceTable
  private var sequence: UInt32 = 0
  private var step = Step.live

  /// A dump is two questions, since the kernel answers one at a time.
  private enum Step {
    case links, addresses, live
  }

  /// The kernel fills up to 32 KiB in one go.
  private static let bufferSize = 32 << 10
  private static let perRound = 64
  /// After a dump that failed.
  private static let pause = Interval.seconds(5)

  /// Opens a netlink socket and waits for news; `dump` asks for what is there already.
  ///
  /// - Parameter allowed: names of interfaces; empty for all that suit.
  /// - Throws: what socket(2), bind(2) or epoll_ctl(2) says.
  package init(allowed: [String], loop: EventLoop, onChange: @escaping ([UsableInterface]) -> Void)
    throws(SystemError)
  {
    self.allowed = allowed
    self.loop = loop
    self.onChange = onChange
    table = InterfaceTable(allowed: allowed)
    descriptor = clinux_route_socket()
    super.init()
    guard descriptor >= 0 else { throw SystemError("bind", "netlink") }
    try loop.watch(descriptor, for: clinux_in, self)
  }

  /// Lets other interfaces serve the home.
  package func use(_ allowed: [String]) {
    self.allowed = allowed
    dump()
  }

  /// Asks for everything anew; until all of it is there, the interfaces stay as they were.
  package func dump() {
    table = InterfaceTable(allowed: allowed)
    ask(.links)
  }

  private func ask(_ what: Step) {
    step = what
    sequence &+= 1
    guard clinux_route_dump(descriptor, Int32(what == .links ? RTM_GETLINK : RTM_GETADDR), sequence) != 0
    else { return }
    Log.warning(SystemError("ask", "netlink").description)
    dumpLater()
  }

  private func dumpLater() {
    loop.after(Self.pause) { self.dump() }
  }

  /// Reads what the kernel has sent, up to 64 datagrams, and tells of a change where the picture is whole.
  package override func ready(_ events: UInt32) {
    withUnsafeTemporaryAllocation(byteCount: Self.bufferSize, alignment: 8) { buffer in
      for _ in 0..<Self.perRound {
        let count = retrying { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
        guard count > 0 else {
          // Events were lost: only the whole picture helps.
          if count < 0, clinux_errno() == ENOBUFS { dump() }
          break
        }
        for message in RouteMessage.decode(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) {
          take(message)
        }
      }
    }
    if step == .live { tell() }
  }

  private func take(_ message: RouteMessage) {
    switch message {
    case .done(let isWhole):
      if !isWhole {
        dump()
      } else if step == .links {
        ask(.addresses)
      } else {
        step = .live
      }
    case .error(let number):
      // The dump before is not over yet (EBUSY), or memory is short.
      Log.warning(SystemError("ask", "netlink", errno: number).description)
      dumpLater()
    default:
      table.apply(message)
    }
  }

  private func tell() {
    let now = table.usable
    guard now != usable else { return }
    usable = now
    onChange(now)
  }

  /// Stops watching and closes the netlink socket. The watcher is of no use afterwards.
  package func close() {
    loop.unwatch(descriptor)
    CLinux.close(descriptor)
  }
}
