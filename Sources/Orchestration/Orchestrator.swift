public import Containers
public import Hardware

/// A request's life, from acceptance to its end, for all runs of this node.
///
/// A state machine without I/O: events and the time go in, directives come out. Whatever happens to the agent or
/// the engine, a run that was recorded ends in a final state: the container carries the run's identifier as a label,
/// so that after a restart of either side the step to go on with is read off the container itself.
public struct Orchestrator {
  public struct Settings: Sendable {
    /// Final runs kept for `ps -a` and `logs`; older ones are forgotten. Memory and flash are small on a board.
    public var keptRuns = 100
    /// Runs under way at one time. Each holds a connection to the engine.
    public var runsUnderWay = 512
    /// How long an accepted run waits for an engine that is away before it fails: a package upgrade of the engine
    /// takes about half a minute on a Raspberry Pi.
    public var engineGrace = Interval.seconds(60)
    /// How often the connection to the engine may break under a run's calls before it fails: a container that takes
    /// the engine down with it must not do so for ever.
    public var brokenCalls = 10
    /// How often a container must be found not started, a second apart, before a start that may be under way is
    /// taken for lost: starting it once more would run a short program twice.
    public var unstartedLists = 5
    /// Between two attempts to remove a container that the engine does not let go of, such as one whose file system
    /// is busy.
    public var removalPause = Interval.seconds(30)
    /// Bytes of output kept of a run that ended.
    public var keptOutput = 64 << 10
    /// Lines of output asked of the engine for that.
    public var keptLines = 1000
    /// Label value by which this node knows its containers.
    public var node = ""

    public init() {}
  }

  public var settings: Settings
  private(set) var records: [RunID: RunRecord] = [:]
  /// All runs, oldest first.
  private(set) var order: [RunID] = []
  private(set) var underWay = 0
  public private(set) var engineIsAvailable = false
  /// Directives of the event at hand; every public method returns and empties them.
  var pending: [Directive] = []

  public init(settings: Settings) {
    self.settings = settings
  }

  // MARK: - Questions

  public func run(_ id: RunID) -> Run? {
    records[id]?.run
  }

  /// All runs, oldest first.
  public var runs: [Run] {
    order.compactMap { records[$0]?.run }
  }

  public var runsUnderWay: Int {
    underWay
  }

  /// The run's container, while it exists.
  public func containerID(of id: RunID) -> String? {
    records[id]?.containerID
  }

  public func usesTerminal(_ id: RunID) -> Bool {
    records[id]?.usesTerminal ?? false
  }

  // MARK: - Requests

  /// Accepts a request; it begins once `recorded(_:at:)` says that it is safe on disk.
  ///
  /// - Throws: `RunRefusal` when the node has no room for it.
  public mutating func accept(_ run: Run, command: RunCommand?) throws(RunRefusal) -> [Directive] {
    guard underWay < settings.runsUnderWay else { throw .tooManyRuns(settings.runsUnderWay) }
    guard records[run.id] == nil else { throw .identifierInUse }
    records[run.id] = RunRecord(run: run, command: command)
    order.append(run.id)
    underWay += 1
    pending.append(.record(run.id))
    return take()
  }

  /// The run's present state is on disk.
  public mutating func recorded(_ id: RunID, at moment: Moment) -> [Directive] {
    guard let record = records[id] else { return [] }
    if record.run.state.isFinal {
      settle(id)
    } else if record.step == .unrecorded {
      announce(id)
      begin(id, at: moment)
    }
    return take()
  }

  /// The disk did not take the run's state. A request that was not yet acknowledged is dropped; a result stays in
  /// memory, and its container stays with the engine, until a later attempt.
  public mutating func recordFailed(_ id: RunID) -> [Directive] {
    guard let record = records[id] else { return [] }
    if record.step == .unrecorded {
      records[id] = nil
      order.removeAll { $0 == id }
      underWay -= 1
    } else {
      records[id]?.recordIsDue = true
    }
    return take()
  }

  /// Takes up a run that an earlier agent recorded. Followed by `engineAvailable` once the engine has answered.
  public mutating func restore(_ run: Run, command: RunCommand?) -> [Directive] {
    guard records[run.id] == nil else { return [] }
    var record = RunRecord(run: run, command: command)
    record.step = run.state.isFinal ? .settled : .suspended
    record.startMayBeUnderWay = true
    if case .native = run.workload, !run.state.isFinal {
      record.step = .native
      pending.append(.adopt(run.id))
    }
    records[run.id] = record
    order.append(run.id)
    if !run.state.isFinal { underWay += 1 }
    return take()
  }

  /// Ends a run that is under way; a run that has ended stays as it is.
  public mutating func stop(_ id: RunID, at moment: Moment) -> [Directive] {
    guard let record = records[id], !record.run.state.isFinal else { return [] }
    records[id]?.stopIsRequested = true
    switch record.step {
    case .native:
      pending.append(.terminate(id))
    case .pull:
      pending.append(.cancel(id, .pull))
      end(id, .stopped, at: moment)
    case .wait:
      if !record.stopIsUnderWay { stopContainer(id) }
    case .suspended where record.run.times.started == 0 && record.containerID == nil:
      end(id, .stopped, at: moment)
    default:
      break  // The step under way looks at stopIsRequested when it is done.
    }
    return take()
  }

  /// Once a second: what waited too long, and what the disk refused before.
  public mutating func tick(at moment: Moment) -> [Directive] {
    guard underWay > 0 || workIsLeft else { return [] }
    for id in order {
      guard let record = records[id] else { continue }
      if record.recordIsDue {
        records[id]?.recordIsDue = false
        pending.append(.record(id))
      }
      if record.step == .suspended && !engineIsAvailable { waitForEngine(id, record, at: moment) }
      if let failedAt = record.removalFailedAt, engineIsAvailable,
        moment.instant - failedAt >= settings.removalPause
      {
        remove(id)
      }
    }
    return take()
  }

  /// A run that never started waits for the engine so long and no longer.
  private mutating func waitForEngine(_ id: RunID, _ record: RunRecord, at moment: Moment) {
    // A run of an earlier agent waits from the first look at it.
    guard let since = record.suspendedAt else { return suspend(id, at: moment) }
    guard record.run.times.started == 0, moment.instant - since > settings.engineGrace else { return }
    let waited = Int(settings.engineGrace.seconds)
    let failure = RunFailure(.engine, "the engine was away for more than \(waited) s")
    end(id, record.stopIsRequested ? .stopped : .failed(failure), at: moment)
  }

  /// The peer of the callback has taken the run's end.
  public mutating func endReported(_ id: RunID) {
    records[id]?.run.endReported = true
  }

  // MARK: - Engine

  /// The engine answers; `containers` are all of this node, running or not.
  public mutating func engineAvailable(containers: [ContainerState], at moment: Moment) -> [Directive] {
    engineIsAvailable = true
    var byRun: [RunID: ContainerState] = [:]
    for container in containers {
      guard let id = RunID(container.labels[Label.run] ?? "") else { continue }
      byRun[id] = container
      tidy(container, of: id)
    }
    for id in order where records[id]?.step == .suspended {
      resume(id, container: byRun[id], at: moment)
    }
    return take()
  }

  /// Lets go of a container whose run is over. That of a run nobody knows any more goes too, unless it runs: then
  /// the journal was damaged, and ending it is its owner's decision.
  private mutating func tidy(_ container: ContainerState, of id: RunID) {
    guard let record = records[id] else {
      if !container.running && container.status != "restarting" {
        pending.append(.call(id, .remove, .remove(id: container.id, force: true, volumes: true)))
      }
      return
    }
    guard record.run.state.isFinal else { return }
    records[id]?.containerID = container.id
    if record.step == .settled { remove(id) }
  }

  /// The engine went away. Calls under way fail by themselves.
  public mutating func engineLost() {
    engineIsAvailable = false
  }

  /// One event of a call made for a run.
  public mutating func engine(_ event: EngineEvent, of step: EngineStep, for id: RunID, at moment: Moment)
    -> [Directive]
  {
    guard records[id] != nil else { return [] }
    handle(event, of: step, for: id, at: moment)
    return take()
  }

  /// What became of a run's native program.
  public mutating func native(_ event: NativeEvent, for id: RunID, at moment: Moment) -> [Directive] {
    guard let record = records[id], !record.run.state.isFinal else { return [] }
    handle(event, of: record, at: moment)
    return take()
  }

  // MARK: - Records

  /// Whether a run that ended still needs `tick`.
  private var workIsLeft: Bool {
    records.values.contains { $0.recordIsDue || $0.removalFailedAt != nil }
  }

  mutating func update(_ id: RunID, _ change: (inout RunRecord) -> Void) {
    guard var record = records[id] else { return }
    change(&record)
    records[id] = record
  }

  func record(_ id: RunID) -> RunRecord? {
    records[id]
  }

  /// Enters a state that is not final and says so.
  mutating func enter(_ id: RunID, _ state: RunState) {
    guard let record = records[id], record.run.state != state else { return }
    records[id]?.run.state = state
    announce(id)
  }

  private mutating func announce(_ id: RunID) {
    if let run = records[id]?.run { pending.append(.changed(run)) }
  }

  /// Enters a final state; it is announced once it is on disk.
  mutating func end(_ id: RunID, _ state: RunState, at moment: Moment) {
    guard let record = records[id], !record.run.state.isFinal else { return }
    records[id]?.run.state = state
    // An end that nobody watched is reported with its own time.
    records[id]?.run.times.ended = record.endedAt > 0 ? record.endedAt : moment.wallMilliseconds
    records[id]?.step = .ending
    records[id]?.command = nil
    records[id]?.run.source = WorkloadSource()
    underWay -= 1
    pending.append(.record(id))
  }

  /// A recorded end: announce it, let the container go, and forget the oldest runs.
  private mutating func settle(_ id: RunID) {
    guard let record = records[id], record.step == .ending else { return }
    records[id]?.step = .settled
    announce(id)
    if record.containerID != nil { remove(id) }
    forgetOldest()
  }

  /// Removes the container of a run whose end is on disk.
  private mutating func remove(_ id: RunID) {
    guard let container = records[id]?.containerID else { return }
    records[id]?.removalFailedAt = nil
    pending.append(.call(id, .remove, .remove(id: container, force: true, volumes: true)))
  }

  private mutating func forgetOldest() {
    var surplus = order.count - underWay - settings.keptRuns
    guard surplus > 0 else { return }
    order.removeAll { id in
      guard surplus > 0, let record = records[id], record.step == .settled else { return false }
      // A container that the engine does not let go of keeps its run, but not without end.
      guard record.containerID == nil || surplus > settings.keptRuns else { return false }
      surplus -= 1
      records[id] = nil
      pending.append(.forget(id))
      return true
    }
  }

  private mutating func take() -> [Directive] {
    defer { pending = [] }
    return pending
  }
}

/// Why a request was not accepted.
public enum RunRefusal: Error, Equatable {
  /// So many runs are under way already.
  case tooManyRuns(Int)
  case identifierInUse
}
