package import Basics
internal import CLinux

/// Told by the loop when its descriptor can be read or written. Open, as Swift has no other word for a class that
/// other modules of a package extend.
open class Watcher {
  /// `events` are epoll's: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR.
  open func ready(_ events: UInt32) {}

  /// Hears of nothing before `EventLoop.watch`.
  public init() {}
}

/// One thread, one epoll set: waits for descriptors and times, and calls who asked for them.
package final class EventLoop {
  private let epoll: Int32
  private var watchers: [Int32: Watched] = [:]
  /// Numbers the watched descriptors, so that an event of a closed one is not taken for its successor's.
  private var nextGeneration: UInt32 = 0
  private var timers: [Timer] = []
  private var nextTimer: UInt64 = 1
  private var isRunning = true
  /// Called after each round of events, before the loop sleeps: the place for work that is done in groups.
  package var afterRound: () -> Void = {}
  /// What is received is read into this, by all connections of the loop, and used before the next is read: it has room
  /// for a TLS record.
  package let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
  /// Time at the start of this round.
  package private(set) var now: Instant

  private struct Watched {
    let watcher: Watcher
    let generation: UInt32
  }

  /// Events taken from the kernel at a time.
  private static let batch = 64

  /// A loop without descriptors and times.
  ///
  /// - Throws: what epoll_create1(2) says, such as EMFILE.
  package init() throws(SystemError) {
    epoll = epoll_create1(clinux_epoll_cloexec)
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
    now = Clock.now()
  }

  deinit {
    buffer.deallocate()
    close(epoll)
  }

  // MARK: - Descriptors

  /// Calls the watcher's `ready` whenever one of the events is there, until `unwatch`.
  ///
  /// The loop holds the watcher till then.
  ///
  /// - Parameter events: epoll's bits; hang-up and errors are told always.
  /// - Throws: what epoll_ctl(2) says: EEXIST where it is watched already, EPERM for a regular file.
  package func watch(_ descriptor: Int32, for events: UInt32, _ watcher: Watcher) throws(SystemError) {
    nextGeneration &+= 1
    var event = Self.event(descriptor, nextGeneration, events)
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
    watchers[descriptor] = Watched(watcher: watcher, generation: nextGeneration)
  }

  /// Waits for other events of a watched descriptor; does nothing where it is not watched.
  package func change(_ descriptor: Int32, to events: UInt32) {
    guard let watched = watchers[descriptor] else { return }
    var event = Self.event(descriptor, watched.generation, events)
    _ = epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
  }

  /// Whether the descriptor is watched.
  package func watches(_ descriptor: Int32) -> Bool {
    watchers[descriptor] != nil
  }

  private static func event(_ descriptor: Int32, _ generation: UInt32, _ events: UInt32) -> epoll_event {
    var event = epoll_event()
    event.events = events
    event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    return event
  }

  /// Forgets a descriptor; the caller closes it.
  package func unwatch(_ descriptor: Int32) {
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    watchers[descriptor] = nil
  }

  // MARK: - Times

  /// Names a timer for `cancel`; no two timers of a loop have the same.
  package struct TimerID: Equatable {
    fileprivate let number: UInt64
  }

  private struct Timer {
    let id: TimerID
    let due: Instant
    /// When the loop wakes for it alone.
    let latest: Instant
    let action: () -> Void
  }

  /// Calls `action` once, `interval` from now. Few timers exist at a time, so a sorted list serves.
  ///
  /// - Parameter slack: how much later it may be, so that it shares a wake-up with something else, as the kernel's
  ///   timers do (prctl(2), PR_SET_TIMERSLACK).
  @discardableResult
  package func after(_ interval: Interval, slack: Interval = .zero, _ action: @escaping () -> Void) -> TimerID
  {
    let id = TimerID(number: nextTimer)
    nextTimer &+= 1
    let due = Clock.now() + interval
    let timer = Timer(id: id, due: due, latest: due + slack, action: action)
    let index = timers.firstIndex { $0.due > timer.due } ?? timers.count
    timers.insert(timer, at: index)
    return id
  }

  /// Forgets a timer; does nothing where it has fired already.
  package func cancel(_ id: TimerID) {
    timers.removeAll { $0.id == id }
  }

  private func fireTimers() {
    while let first = timers.first, first.due <= now {
      timers.removeFirst()
      first.action()
    }
  }

  // MARK: - Running

  /// Ends `run` after the round in which it is called. A loop that was stopped does not run again.
  package func stop() {
    isRunning = false
  }

  /// Waits for events and times and calls who asked for them; returns after `stop` only.
  package func run() {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      while isRunning {
        afterRound()
        guard isRunning else { return }
        let count = epoll_wait(epoll, events.baseAddress, Int32(Self.batch), millisecondsToSleep())
        now = Clock.now()
        for index in 0..<max(0, Int(count)) {
          deliver(events[index])
        }
        fireTimers()
      }
    }
  }

  /// An earlier watcher of the batch may have closed this one's descriptor, and another may have it now.
  private func deliver(_ event: epoll_event) {
    let descriptor = Int32(truncatingIfNeeded: event.data.u64)
    let generation = UInt32(truncatingIfNeeded: event.data.u64 >> 32)
    guard let watched = watchers[descriptor], watched.generation == generation else { return }
    watched.watcher.ready(event.events)
  }

  private func millisecondsToSleep() -> Int32 {
    guard var latest = timers.first?.latest else { return -1 }
    for timer in timers where timer.latest < latest { latest = timer.latest }
    let wait = latest - Clock.now()
    guard wait > .zero else { return 0 }
    return Int32(clamping: (wait.nanoseconds &+ 999_999) / 1_000_000)
  }
}
