import Basics
import Containers
import EngineClient
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
  /// Of runs whose client waits for what they write, until it comes for it.
  private var attached: [RunID: AttachedOutput] = [:]

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
  /// Each may hold output in memory until its client comes; runs beyond have the Engine's log.
  private static let attachedLimit = 32
  /// A client that has not come by then is not on its way any more.
  private static let attachedPatience = Interval.seconds(30)

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
    if run.hasStarted, let output = attached[run.id] {
      loop.after(Self.attachedPatience) { self.detach(run.id, output) }
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

  // MARK: - Attached runs

  /// Attaches to a container before `start` is called, which it is in any case.
  func attach(
    _ id: RunID, _ container: String, terminal: Bool, _ engine: Engine, then start: @escaping () -> Void
  ) {
    // An Engine that went away meanwhile is asked for the same start again.
    guard attached[id]?.container != container, attached.count < Self.attachedLimit else { return start() }
    attached[id] = AttachedOutput(container, terminal: terminal, engine: engine, loop: loop, onReady: start)
  }

  /// The run was not started after all, or nobody wants its output.
  func detach(_ id: RunID, _ output: AttachedOutput? = nil) {
    guard let found = attached[id], output == nil || output === found else { return }
    attached[id] = nil
    found.cancel()
  }

  /// What is attached to, for the client whose run it is; nil where nothing is, or another has it.
  func claim(_ id: RunID) -> AttachedOutput? {
    guard let output = attached.removeValue(forKey: id), output.isWhole else { return nil }
    return output
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

  /// Gives `then` the output of a run whose container is gone; nothing where none was kept.
  func whenRead(_ id: RunID, then: @escaping ([UInt8]) -> Void) {
    store.read(id, then: then)
  }

  func forget(_ id: RunID) {
    detach(id)
    store.forget(id)
  }
}
