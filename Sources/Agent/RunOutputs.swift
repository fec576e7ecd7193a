import Basics
import Containers
import HTTPServer
import Orchestration
import Platform

/// Who waits for the output of runs or reads it, and what is kept of it.
final class RunOutputs {
  /// The last reader of a container that has ended is gone: now it can be removed.
  var onLeft: (RunID, EngineRequest) -> Void = { _, _ in }
  private let store: OutputStore
  private let loop: EventLoop
  /// Who waits for a run's start.
  private var startWaiters: [RunID: [StartWaiter]] = [:]
  private var nextWaiter: UInt64 = 0
  /// Clients that read a container's output from the Engine; its removal waits for them.
  private var readers: [RunID: Int] = [:]
  private var delayedRemovals: [RunID: EngineRequest] = [:]

  private struct StartWaiter {
    let number: UInt64
    /// Ends the wait.
    let timer: EventLoop.TimerID
    let then: (Run?) -> Void
  }

  /// As many as there can be connections.
  private static let startWaitersLimit = Server.connectionLimit
  /// A run that has not started in this time waits for a node or for a large image, and who follows it asks again.
  private static let longestStartWait = Interval.seconds(3600)
  /// A slow reader holds a container that has ended only so long; what it has not read by then is lost to it.
  private static let longestRemovalDelay = Interval.seconds(60)

  init(store: OutputStore, loop: EventLoop) {
    self.store = store
    self.loop = loop
  }

  func changed(_ run: Run) {
    if run.hasStarted, let waiters = startWaiters.removeValue(forKey: run.id) {
      for waiter in waiters {
        loop.cancel(waiter.timer)
        waiter.then(run)
      }
    }
    if run.state.isFinal, isRead(run.id) {
      loop.after(Self.longestRemovalDelay) { self.readersAreLeft(run.id) }
    }
  }

  /// Calls `then` once the run has started, or has ended without that; with nil where it is waited for no longer.
  ///
  /// - Returns: what ends the wait, for who has left; nil where there was no room for one more who waits.
  func whenStarted(_ id: RunID, _ then: @escaping (Run?) -> Void) -> (() -> Void)? {
    guard startWaiters[id, default: []].count < Self.startWaitersLimit else { return nil }
    let number = nextWaiter
    nextWaiter &+= 1
    let timer = loop.after(Self.longestStartWait) { self.letGo(number, of: id)?.then(nil) }
    startWaiters[id, default: []].append(StartWaiter(number: number, timer: timer, then: then))
    return { if let waiter = self.letGo(number, of: id) { self.loop.cancel(waiter.timer) } }
  }

  private func letGo(_ number: UInt64, of id: RunID) -> StartWaiter? {
    guard let index = startWaiters[id]?.firstIndex(where: { $0.number == number }) else { return nil }
    let waiter = startWaiters[id]?.remove(at: index)
    if startWaiters[id]?.isEmpty == true { startWaiters[id] = nil }
    return waiter
  }

  // MARK: - Readers

  /// Whether a client reads the container's output from the Engine.
  func isRead(_ id: RunID) -> Bool {
    readers[id] != nil
  }

  /// Keeps the removal of a container until its last reader has left.
  func delay(_ removal: EngineRequest, of id: RunID) {
    delayedRemovals[id] = removal
  }

  func readerCame(_ id: RunID) {
    readers[id, default: 0] += 1
  }

  /// The last one to leave lets the container go.
  func readerLeft(_ id: RunID) {
    guard let count = readers[id] else { return }
    if count > 1 { readers[id] = count - 1 } else { readersAreLeft(id) }
  }

  private func readersAreLeft(_ id: RunID) {
    readers[id] = nil
    if let removal = delayedRemovals.removeValue(forKey: id) { onLeft(id, removal) }
  }

  // MARK: - What is kept

  func keep(_ bytes: [UInt8], of id: RunID) {
    store.keep(bytes, of: id)
  }

  /// The output of a run whose container is gone.
  func kept(of id: RunID) -> [UInt8] {
    store.read(id)
  }

  func forget(_ id: RunID) {
    store.forget(id)
  }
}
