package import Basics
package import Containers
package import Scoring

/// A request's life, from acceptance to its end, for all runs of this node.
///
/// A state machine without I/O: events and the time go in, directives come out. Whatever happens to the agent
/// or the engine, a run that is on disk ends in a final state: the container carries the run's identifier as
/// a label, so that after a restart of either side the step to go on with is read off the container itself.
package struct Orchestrator {
  /// The bounds and times of one node's runs; each default states its reason.
  package struct Settings: Sendable {
    /// Final runs kept for `ps -a` and `logs`; older ones are forgotten. Memory and flash are small on a
    /// board.
    package var keptRuns = 100
    /// Bytes of them in memory, where the words that all runs have take one: 10,000 runs as people have them, and
    /// little beside the memory of the smallest board. First the oldest lose the table of their choice.
    package var endedBytes = 5 << 20
    /// Bytes of arguments, files and variables of this node's own runs under way: eight of the largest requests. So
    /// they always have room in the journal, whatever has ended.
    package var underWayBytes = 8 << 20
    /// Runs under way at one time. Each holds a connection to the engine.
    package var runsUnderWay = 512
    /// How long an accepted run waits for an engine that is away before it fails: a package upgrade of the
    /// engine takes about half a minute on a Raspberry Pi.
    package var engineGrace = Interval.seconds(60)
    /// How often the connection to the engine may break under a run's calls before it fails: a container that
    /// takes the engine down with it must not do so for ever.
    package var brokenCalls = 10
    /// How often a container must be found not started, a second apart, before the engine is asked whether a
    /// start that may be under way was lost: starting it once more would run a short program twice.
    package var unstartedLists = 5
    /// Between two attempts to remove a container that the engine does not let go of, such as one whose file
    /// system is busy.
    package var removalPause = Interval.seconds(30)
    /// Bytes of output kept of a run that ended.
    package var keptOutput = 64 << 10
    /// Lines of output asked of the engine for that.
    package var keptLines = 1000
    /// This node's identifier in the home, and the label value by which it knows its containers.
    package var node = ""
    /// What it was called before, with the same state: the runs and containers of these are its own.
    package var formerNodes: [String] = []
    /// How long it waits for other nodes.
    package var home = HomeSettings()

    /// The defaults; the agent sets `node` and `keptRuns`.
    package init() {}
  }

  /// May change at any time; a shorter `keptRuns` takes effect when the next run ends.
  package var settings: Settings
  private(set) var records: [RunID: RunRecord] = [:]
  /// The runs that have records, oldest first.
  private(set) var order: [RunID] = []
  /// The runs that are over in every respect.
  var ended: EndedRuns
  /// Grows with each new run.
  var lastOrdinal: UInt32 = 0
  /// Runs under way as far as the journal is read.
  var loaded: [RunID: (run: Run, ordinal: UInt32)] = [:]
  private(set) var underWay = 0
  /// True from `engineAvailable(containers:at:)` until `engineLost()`; false at the start.
  package internal(set) var engineIsAvailable = false
  /// When to look again at what the engine has, since it did not let go of a container that no run here remembers.
  var listAt = Instant(nanoseconds: .max)
  /// The engine is there and does not answer: new runs go elsewhere if they can. The agent sets it.
  package var engineHangs = false
  /// What is known of the nodes; this one may be missing.
  var home = HomeView()
  /// Hosts whose runs of ours are watched.
  var watches: [Watch] = []
  /// Nodes to or from which a run went in the event at hand.
  var touched: [String] = []
  /// Attempts that were revoked before they came, newest last.
  var revokedAttempts: [(id: RunID, attempt: Int)] = []
  /// This node's last sample of what contends for its cores.
  var measured = Demand()
  /// Bytes that were available before runs had any reserved; nil where that is not known.
  var unreservedMemory: Int64?
  /// Grows whenever a run here begins or ends: what this node tells others of itself has changed.
  package internal(set) var loadChanges = 0
  var history = ServiceHistory()
  /// What requesters say of the runs here, this node among them.
  package internal(set) var calibration = SpeedCalibration()
  /// Directives of the event at hand; every public method returns and empties them.
  var pending: [Directive] = []

  /// Without runs; those of an earlier agent come by `restore(_:command:)`.
  package init(settings: Settings) {
    self.settings = settings
    ended = EndedRuns(node: settings.node)
  }

  // MARK: - Questions

  /// Runs that have not ended: this node's own, wherever they run, and those that it hosts for other nodes.
  /// From `Settings.runsUnderWay` on new ones are refused.
  package var runsUnderWay: Int {
    underWay
  }

  /// The run's container, while it exists.
  package func containerID(of id: RunID) -> String? {
    records[id]?.attempt.containerID
  }

  /// Whether its container has a terminal (`-t`), so that its output has no frames; false where the run
  /// is not known.
  package func usesTerminal(_ id: RunID) -> Bool {
    records[id]?.usesTerminal ?? false
  }

  /// Whether its container is to be attached to before it starts.
  package func attaches(_ id: RunID) -> Bool {
    guard let record = records[id], record.run.isAttached else { return false }
    return record.command?.isAttachable ?? false
  }

  // MARK: - Requests

  /// Accepts a request and chooses its node; that is asked, or the run begins here, once `persisted(_:at:)`
  /// says that the request is safe on disk. `command` is nil for native runs and for containers that this
  /// node does not define.
  ///
  /// - Throws: `RunRefusal` when the node has no room for it.
  package mutating func submit(_ run: Run, command: RunCommand?, at moment: Moment) throws(RunRefusal)
    -> [Directive]
  {
    guard underWay < settings.runsUnderWay else { throw .tooManyRuns(settings.runsUnderWay) }
    guard records[run.id] == nil, !ended.contains(run.id) else { throw .identifierInUse }
    guard underWayWeight + run.weight <= settings.underWayBytes else { throw .noRoom(settings.underWayBytes) }
    var record = RunRecord(run: run, command: command)
    if !place(&record, at: moment) {
      guard waitsForHomeEdge(record) else { throw .noHost(record.run.placement?.refusals ?? "") }
      record.run.host = ""
      pending.append(.persist(run.id))
    }
    add(record)
    return drain()
  }

  /// The run's present state is on disk.
  package mutating func persisted(_ id: RunID, at moment: Moment) -> [Directive] {
    guard var record = records[id] else { return [] }
    record.isRefused = false
    switch record.step {
    case .unpersisted:
      announce(record)
      proceed(&record, at: moment)
    case .choosing:
      proceed(&record, at: moment)
    case .ended(let speed):
      settle(&record, speed: speed)
      store(record)
      forgetOldest()
      return drain()
    default:
      break
    }
    return drain(storing: record)
  }

  /// The disk did not take the run's state. A request that was not yet acknowledged is dropped; a result
  /// stays in memory, and its container stays with the engine, until a later attempt.
  package mutating func persistFailed(_ id: RunID) -> [Directive] {
    guard var record = records[id] else { return [] }
    if record.step.isUnpersisted {
      home.displace(run: id.text, from: record.run.hostNode)
      drop { $0.run.id == id }
    } else {
      record.persistIsDue = true
      record.isRefused = true
      store(record)
    }
    return drain()
  }

  /// Ends a run that is under way; a run that has ended stays as it is. What was asked for is persisted, so that whoever
  /// asked may be told once that is done.
  package mutating func stop(_ id: RunID, at moment: Moment) -> [Directive] {
    guard var record = records[id] else { return drain() }
    requestStop(&record, at: moment)
    keepStop(&record)
    return drain(storing: record)
  }

  /// Has the request for the run's end written, so that the next agent knows of it.
  mutating func keepStop(_ record: inout RunRecord) {
    guard !record.run.state.isFinal, !record.run.stopIsRequested else { return }
    record.run.stopIsRequested = true
    switch record.step {
    case .unpersisted, .choosing: break  // It is being written, and ends when it is.
    default: pending.append(.persist(record.run.id))
    }
  }

  mutating func requestStop(_ record: inout RunRecord, at moment: Moment) {
    guard !record.run.state.isFinal else { return }
    let id = record.run.id
    record.stopIsRequested = true
    switch record.step {
    case .native:
      pending.append(.terminate(id))
    case .pull:
      pending.append(.cancel(id, .pull))
      end(&record, .stopped, at: moment)
    case .wait, .pausing:
      if !record.attempt.stopIsUnderWay { stopContainer(&record) }
    case .suspended where record.run.times.started == 0 && record.attempt.containerID == nil:
      end(&record, .stopped, at: moment)
    case .asking, .remote:
      revoke(&record, at: moment)
    case .waiting, .prepared:
      end(&record, .stopped, at: moment)
    default:
      break  // The step under way looks at stopIsRequested when it is done.
    }
  }

  /// The peer of the callback has taken the run's end.
  package mutating func endReported(_ id: RunID) {
    records[id]?.run.endReported = true
    if var run = ended.run(id), let ordinal = ended.remove(id) {
      run.endReported = true
      ended.insert(run, ordinal: ordinal)
    }
  }

  // MARK: - Time

  /// Once a second: what waited too long, and what the disk refused before.
  package mutating func tick(at moment: Moment) -> [Directive] {
    putEndedAway()
    if listAt <= moment.instant, engineIsAvailable {
      listAt = Instant(nanoseconds: .max)
      pending.append(.listContainers)
    }
    guard underWay > 0 || records.values.contains(where: { $0.needsTick }) else { return drain() }
    for id in order {
      guard var record = records[id], record.needsTick else { continue }
      tick(&record, at: moment)
      store(record)
    }
    return drain()
  }

  private mutating func tick(_ record: inout RunRecord, at moment: Moment) {
    if record.persistIsDue {
      record.persistIsDue = false
      pending.append(.persist(record.run.id))
    }
    switch record.step {
    case .suspended(let since, _):
      if !engineIsAvailable { waitForEngine(&record, since: since, at: moment) }
    case .prepared(let since):
      waitForCommit(&record, since: since, at: moment)
    case .pausing(let until):
      if moment.instant >= until { wait(&record, at: moment) }
    default:
      break
    }
    tickRemote(&record, at: moment)
    if let failedAt = record.attempt.removalFailedAt, engineIsAvailable,
      moment.instant - failedAt >= settings.removalPause
    {
      remove(&record)
    }
  }

  // MARK: - Records

  mutating func add(_ record: RunRecord) {
    let id = record.run.id
    var record = record
    if let earlier = records[id] {
      record.ordinal = earlier.ordinal
    } else {
      if record.ordinal == 0 { record.ordinal = nextOrdinal() }
      order.insert(id, at: index(after: record.ordinal))
    }
    records[id] = record
    if !record.run.state.isFinal { underWay += 1 }
    if record.run.isHosted { loadChanges &+= 1 }
  }

  /// Puts back a record that was changed.
  @inline(never)
  mutating func store(_ record: RunRecord) {
    records[record.run.id] = record
  }

  /// Keeps a frame of a run's last output; in place, for there may be millions.
  mutating func keep(_ frame: [UInt8], of id: RunID) {
    records[id]?.step.keep(frame, limit: settings.keptOutput)
  }

  /// Takes records out, oldest first.
  mutating func drop(where isDropped: (RunRecord) -> Bool) {
    order.removeAll { id in
      guard let record = records[id], isDropped(record) else { return false }
      records[id] = nil
      if !record.run.state.isFinal { underWay -= 1 }
      return true
    }
  }

  /// Enters a state that is not final and says so.
  @inline(never)
  mutating func enter(_ record: inout RunRecord, _ state: RunState) {
    guard record.run.state != state else { return }
    record.run.state = state
    announce(record)
  }

  @inline(never)
  mutating func announce(_ record: RunRecord) {
    pending.append(record.run.isHosted ? .report(record.run) : .changed(record.run))
  }

  /// Ends the run, or gives it to the next node where it could not begin on this one.
  mutating func end(_ record: inout RunRecord, _ state: RunState, at moment: Moment) {
    guard !record.run.state.isFinal else { return }
    if case .failed(let failure) = state, failure.isRefusal, !record.stopIsRequested,
      !isEverywhere(failure, &record), hasElsewhere(record)
    {
      return leaveThisNode(&record, failure, at: moment)
    }
    if record.hosting.givesBack, state == .stopped {
      let reason = "the host was cut off from most of the home, and the requester is among what it lost"
      return conclude(&record, .failed(RunFailure(.givenBack, reason)), at: moment)
    }
    conclude(&record, state, at: moment)
  }

  /// Enters a final state; it is announced once it is on disk.
  mutating func conclude(_ record: inout RunRecord, _ state: RunState, at moment: Moment) {
    guard !record.run.state.isFinal else { return }
    let id = record.run.id
    displace(record)
    touched.append(record.run.hostNode)
    let speed = record.run.isHosted ? nil : learn(from: record, state, at: moment)
    if takesRoomHere(record.run) {
      loadChanges &+= 1
      record.attempt.endedAt = moment.instant
    }
    record.run.state = state
    record.isRefused = false
    if record.hosting.endIsSeen { record.run.endReported = true }
    if record.step.isSearch, !record.run.isHosted, record.row?.outcome != .accepted {
      // Nobody has taken it, whoever was asked.
      record.run.hostNode = ""
      record.run.host = ""
    }
    // An end that nobody watched is reported with its own time.
    record.run.times.end(at: record.attempt.endTime > 0 ? record.attempt.endTime : moment.wallMilliseconds)
    record.step = .ended(speed: speed)
    record.command = nil
    record.run.source = WorkloadSource()
    underWay -= 1
    pending.append(.persist(id))
  }

  // MARK: - Directives

  /// What is to be done for the event at hand.
  mutating func drain() -> [Directive] {
    if !touched.isEmpty { balanceWatches() }
    defer { pending = [] }
    return pending
  }

  /// Puts the record back, and says what is to be done for the event at hand.
  @inline(never)
  mutating func drain(storing record: RunRecord) -> [Directive] {
    store(record)
    return drain()
  }
}

/// Why a request was not accepted.
package enum RunRefusal: Error, Equatable {
  /// So many runs are under way already.
  case tooManyRuns(Int)
  /// With it the arguments, files and variables of the runs under way would be more than so many bytes.
  case noRoom(Int)
  /// The node knows a run of that identifier already.
  case identifierInUse
  /// No node of the home can run it; why not, for each.
  case noHost(String)
}
