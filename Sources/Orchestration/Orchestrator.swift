package import Basics
package import Containers
package import Scoring

/// A request's life, from acceptance to its end, for all runs of this node.
///
/// A state machine without I/O: events and the time go in, directives come out. Whatever happens to the agent or
/// the engine, a run that was recorded ends in a final state: the container carries the run's identifier as a label,
/// so that after a restart of either side the step to go on with is read off the container itself.
package struct Orchestrator {
  package struct Settings: Sendable {
    /// Final runs kept for `ps -a` and `logs`; older ones are forgotten. Memory and flash are small on a board.
    package var keptRuns = 100
    /// Runs under way at one time. Each holds a connection to the engine.
    package var runsUnderWay = 512
    /// How long an accepted run waits for an engine that is away before it fails: a package upgrade of the engine
    /// takes about half a minute on a Raspberry Pi.
    package var engineGrace = Interval.seconds(60)
    /// How often the connection to the engine may break under a run's calls before it fails: a container that takes
    /// the engine down with it must not do so for ever.
    package var brokenCalls = 10
    /// How often a container must be found not started, a second apart, before the engine is asked whether a start that
    /// may be under way was lost: starting it once more would run a short program twice.
    package var unstartedLists = 5
    /// Between two attempts to remove a container that the engine does not let go of, such as one whose file system
    /// is busy.
    package var removalPause = Interval.seconds(30)
    /// Bytes of output kept of a run that ended.
    package var keptOutput = 64 << 10
    /// Lines of output asked of the engine for that.
    package var keptLines = 1000
    /// This node's identifier in the home, and the label value by which it knows its containers.
    package var node = ""
    package var home = HomeSettings()

    package init() {}
  }

  package var settings: Settings
  private(set) var records: [RunID: RunRecord] = [:]
  /// All runs, oldest first.
  private(set) var order: [RunID] = []
  private(set) var underWay = 0
  package private(set) var engineIsAvailable = false
  /// What is known of the nodes; this one may be missing.
  var home = HomeView()
  /// Hosts whose runs of ours are watched.
  var watches: [Watch] = []
  /// Nodes to or from which a run went in the event at hand.
  var touched: [String] = []
  /// Attempts that were withdrawn before they came, newest last.
  var withdrawn: [(id: RunID, attempt: Int)] = []
  /// This node's last sample of what competes for its cores.
  var measured = Demand()
  /// Bytes that were available before runs had any reserved; nil where that is not known.
  var unreservedMemory: Int64?
  /// Grows whenever a run here begins or ends: what this node tells others of itself has changed.
  package internal(set) var loadChanges = 0
  var history = ServiceHistory()
  /// What requesters say of the runs here, this node among them.
  package internal(set) var trust = Trust()
  /// Directives of the event at hand; every public method returns and empties them.
  var pending: [Directive] = []

  package init(settings: Settings) {
    self.settings = settings
  }

  // MARK: - Questions

  package func run(_ id: RunID) -> Run? {
    records[id]?.run
  }

  /// All runs, oldest first.
  package var runs: [Run] {
    order.compactMap { records[$0]?.run }
  }

  package var runsUnderWay: Int {
    underWay
  }

  /// The run's container, while it exists.
  package func containerID(of id: RunID) -> String? {
    records[id]?.containerID
  }

  package func usesTerminal(_ id: RunID) -> Bool {
    records[id]?.usesTerminal ?? false
  }

  // MARK: - Requests

  /// Accepts a request and chooses its node; that is asked, or the run begins here, once `recorded(_:at:)` says that
  /// the request is safe on disk. `command` is nil for native runs and for containers that this node does not define.
  ///
  /// - Throws: `RunRefusal` when the node has no room for it.
  package mutating func accept(_ run: Run, command: RunCommand?, at moment: Moment) throws(RunRefusal)
    -> [Directive]
  {
    guard underWay < settings.runsUnderWay else { throw .tooManyRuns(settings.runsUnderWay) }
    guard records[run.id] == nil else { throw .identifierInUse }
    add(RunRecord(run: run, command: command))
    guard choose(run.id, at: moment) else {
      let reasons = records[run.id]?.run.placement?.refusals ?? ""
      drop(run.id)
      throw .noHost(reasons)
    }
    return take()
  }

  /// Takes back a request that nobody was told is accepted.
  private mutating func drop(_ id: RunID) {
    records[id] = nil
    order.removeAll { $0 == id }
    underWay -= 1
  }

  mutating func add(_ record: RunRecord) {
    let id = record.run.id
    if records.updateValue(record, forKey: id) == nil { order.append(id) }
    if !record.run.state.isFinal { underWay += 1 }
    if record.run.isHosted { loadChanges &+= 1 }
  }

  /// The run's present state is on disk.
  package mutating func recorded(_ id: RunID, at moment: Moment) -> [Directive] {
    guard let record = record(id) else { return [] }
    if record.run.state.isFinal {
      settle(id)
    } else if record.step == .unrecorded {
      announce(id)
      proceed(id, at: moment)
    } else if record.step == .choosing {
      proceed(id, at: moment)
    }
    return take()
  }

  /// The disk did not take the run's state. A request that was not yet acknowledged is dropped; a result stays in
  /// memory, and its container stays with the engine, until a later attempt.
  package mutating func recordFailed(_ id: RunID) -> [Directive] {
    guard let record = record(id) else { return [] }
    if record.step == .unrecorded {
      home.displace(run: id.text, from: record.run.hostNode)
      records[id] = nil
      order.removeAll { $0 == id }
      underWay -= 1
    } else {
      records[id]?.recordIsDue = true
    }
    return take()
  }

  /// Takes up a run that an earlier agent recorded. Followed by `engineAvailable` once the engine has answered.
  package mutating func restore(_ run: Run, command: RunCommand?) -> [Directive] {
    guard records[run.id] == nil else { return [] }
    var record = RunRecord(run: run, command: command)
    // A journal from before there was a home does not say where.
    if run.attempt > 0 && run.hostNode.isEmpty { record.run.hostNode = settings.node }
    record.isAnswered = true
    record.step = run.state.isFinal ? .settled : .suspended
    record.startMayBeUnderWay = true
    record.mayNotStart = run.isHosted
    if run.state.isFinal {
      // It is over wherever it ran.
    } else if !isHere(record.run) {
      // Perhaps it was asked, perhaps it accepted: the host's list tells.
      record.step = .remote
      record.beginAt = Instant(nanoseconds: 0)
      touched.append(run.hostNode)
    } else if case .native = run.workload {
      record.step = .native
      pending.append(.adopt(run.id))
    }
    add(record)
    return take()
  }

  /// Ends a run that is under way; a run that has ended stays as it is.
  package mutating func stop(_ id: RunID, at moment: Moment) -> [Directive] {
    requestStop(id, at: moment)
    return take()
  }

  mutating func requestStop(_ id: RunID, at moment: Moment) {
    guard let record = record(id), !record.run.state.isFinal else { return }
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
    case .asking, .remote:
      withdraw(id, at: moment)
    case .waiting, .held:
      end(id, .stopped, at: moment)
    default:
      break  // The step under way looks at stopIsRequested when it is done.
    }
  }

  /// Once a second: what waited too long, and what the disk refused before.
  package mutating func tick(at moment: Moment) -> [Directive] {
    guard underWay > 0 || workIsLeft else { return [] }
    for id in order {
      guard let record = record(id) else { continue }
      if record.recordIsDue {
        records[id]?.recordIsDue = false
        pending.append(.record(id))
      }
      if record.step == .suspended && !engineIsAvailable { waitForEngine(id, record, at: moment) }
      tickHeld(id, record, at: moment)
      tickRemote(id, at: moment)
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
    // Who placed it here may have a better node by now.
    let isShort = record.run.isHosted || hasElsewhere(record)
    let grace = isShort ? settings.home.engineGrace : settings.engineGrace
    guard record.run.times.started == 0, moment.instant - since > grace else { return }
    let waited = grace.milliseconds / 1000
    let failure = RunFailure(.engine, "the engine was away for more than \(waited) s")
    end(id, record.stopIsRequested ? .stopped : .failed(failure), at: moment)
  }

  /// The peer of the callback has taken the run's end.
  package mutating func endReported(_ id: RunID) {
    records[id]?.run.endReported = true
  }

  // MARK: - Engine

  /// The engine answers; `containers` are all of this node, running or not.
  package mutating func engineAvailable(containers: [ContainerState], at moment: Moment) -> [Directive] {
    engineIsAvailable = true
    var byRun: [RunID: ContainerState] = [:]
    for container in containers {
      guard let id = RunID(container.labels[Label.run] ?? "") else { continue }
      if isStray(container, of: id) {
        pending.append(.call(id, .remove, .remove(id: container.id, force: true, volumes: true)))
        continue
      }
      byRun[id] = container
      tidy(container, of: id)
    }
    for id in order where records[id]?.step == .suspended {
      resume(id, container: byRun[id], at: moment)
    }
    return take()
  }

  /// Whether the container is of an attempt that the run has left behind.
  private func isStray(_ container: ContainerState, of id: RunID) -> Bool {
    guard let run = records[id]?.run else { return false }
    let attempt = Int(container.labels[Label.attempt] ?? "") ?? 1
    return attempt < run.attempt || !isHere(run) && !run.state.isFinal
  }

  /// Lets go of a container whose run is over. That of a run nobody knows any more goes too, unless it runs: then
  /// the journal was damaged, and ending it is its owner's decision.
  private mutating func tidy(_ container: ContainerState, of id: RunID) {
    guard let record = record(id) else {
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
  package mutating func engineLost() {
    engineIsAvailable = false
  }

  /// One event of a call made for a run.
  package mutating func engine(_ event: EngineEvent, of step: EngineStep, for id: RunID, at moment: Moment)
    -> [Directive]
  {
    guard records[id] != nil else { return [] }
    handle(event, of: step, for: id, at: moment)
    return take()
  }

  /// What became of a run's native program.
  package mutating func native(_ event: NativeEvent, for id: RunID, at moment: Moment) -> [Directive] {
    guard let record = record(id), !record.run.state.isFinal else { return [] }
    handle(event, of: record, at: moment)
    return take()
  }

  // MARK: - Records

  /// Whether a run that ended still needs `tick`.
  private var workIsLeft: Bool {
    records.values.contains { $0.recordIsDue || $0.removalFailedAt != nil || !$0.run.strays.isEmpty }
  }

  @inline(never)
  mutating func update(_ id: RunID, _ change: (inout RunRecord) -> Void) {
    guard var record = records[id] else { return }
    change(&record)
    records[id] = record
  }

  @inline(never)
  func record(_ id: RunID) -> RunRecord? {
    records[id]
  }

  /// Enters a state that is not final and says so.
  @inline(never)
  mutating func enter(_ id: RunID, _ state: RunState) {
    guard let record = record(id), record.run.state != state else { return }
    records[id]?.run.state = state
    announce(id)
  }

  @inline(never)
  mutating func announce(_ id: RunID) {
    if let run = records[id]?.run { pending.append(run.isHosted ? .report(run) : .changed(run)) }
  }

  /// Ends the run, or gives it to the next node where it could not begin on this one.
  mutating func end(_ id: RunID, _ state: RunState, at moment: Moment) {
    guard let record = record(id), !record.run.state.isFinal else { return }
    if case .failed(let failure) = state, failure.isRefusal, !record.stopIsRequested, hasElsewhere(record) {
      return leaveThisNode(id, failure, at: moment)
    }
    if record.givesBack, state == .stopped {
      let reason = "the host was cut off from most of the home, and the requester is among what it lost"
      return conclude(id, .failed(RunFailure(.givenBack, reason)), at: moment)
    }
    conclude(id, state, at: moment)
  }

  /// Enters a final state; it is announced once it is on disk.
  mutating func conclude(_ id: RunID, _ state: RunState, at moment: Moment) {
    guard let record = record(id), !record.run.state.isFinal else { return }
    home.displace(run: id.text, from: record.run.hostNode)
    touched.append(record.run.hostNode)
    if !record.run.isHosted { learn(from: record, state, at: moment) }
    if takesRoomHere(record.run) {
      loadChanges &+= 1
      records[id]?.endedInstant = moment.instant
    }
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
    guard let record = record(id), record.step == .ending else { return }
    records[id]?.step = .settled
    announce(id)
    answerRequest(id)
    letHostForget(record)
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
      // So does a copy that was not withdrawn, and a requester that has not seen the end.
      let isAwaited =
        record.containerID != nil || !record.run.strays.isEmpty || record.run.isHosted && !record.endSeen
      guard !isAwaited || surplus > settings.keptRuns else { return false }
      surplus -= 1
      records[id] = nil
      pending.append(.forget(id))
      return true
    }
  }

  /// Forgets ended runs of other nodes where all together would be too large; false where that is not enough.
  mutating func makeRoom(for run: Run) -> Bool {
    let limit = settings.home.hostedBytes
    var sum = run.weight
    for record in records.values where record.run.isHosted && record.run.id != run.id {
      sum += record.run.weight
    }
    guard sum > limit else { return true }
    order.removeAll { id in
      guard sum > limit, id != run.id, let record = records[id], record.run.isHosted, record.step == .settled,
        record.containerID == nil
      else { return false }
      sum -= record.run.weight
      records[id] = nil
      pending.append(.forget(id))
      return true
    }
    return sum <= limit
  }

  mutating func take() -> [Directive] {
    if !touched.isEmpty { balanceWatches() }
    defer { pending = [] }
    return pending
  }
}

/// Why a request was not accepted.
package enum RunRefusal: Error, Equatable {
  /// So many runs are under way already.
  case tooManyRuns(Int)
  case identifierInUse
  /// No node of the home can run it; why not, for each.
  case noHost(String)
}
