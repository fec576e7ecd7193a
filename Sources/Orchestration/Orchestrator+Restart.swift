package import Basics
package import Containers

// After a restart of the agent or of the engine: what a run's container says is the truth.
extension Orchestrator {
  /// Takes up a run that an earlier agent left on disk. Followed by `engineAvailable` once the engine has
  /// answered.
  package mutating func restore(_ run: Run, command: RunCommand?) -> [Directive] {
    guard records[run.id] == nil, !ended.contains(run.id) else { return [] }
    return restore(run, command: command, ordinal: nextOrdinal())
  }

  mutating func restore(_ run: Run, command: RunCommand?, ordinal: UInt32) -> [Directive] {
    var record = RunRecord(run: run, command: command)
    record.ordinal = ordinal
    // A journal from before there was a home does not say where.
    if run.attempt > 0 && run.hostNode.isEmpty { record.run.hostNode = settings.node }
    record.isAnswered = true
    record.attempt.startMayBeUnderWay = true
    record.hosting.mayNotStart = run.isHosted
    record.hosting.endIsSeen = run.endReported
    if settings.formerNodes.contains(run.hostNode), !run.state.isFinal { adopt(&record) }
    if record.run.state.isFinal {
      // It is over wherever it ran.
      record.step = .settled
    } else if record.run.hostNode.isEmpty {
      // It had found no node yet.
      record.step = .waiting(until: nil)
    } else if !isHere(record.run) {
      // Perhaps it was asked, perhaps it accepted: the host's list tells.
      record.step = .remote(RunRecord.Remote(commitAt: Instant(nanoseconds: 0)))
      touched.append(record.run.hostNode)
    } else if case .native = record.run.workload {
      record.step = .native
      pending.append(.adopt(run.id))
    } else {
      record.step = .suspended(since: nil, ending: nil)
    }
    add(record)
    return drain()
  }

  /// A run that this node had under an earlier name. It is this node's under its new name as well; that of another node
  /// ends, since its requester knows only the old one and starts it elsewhere.
  private func adopt(_ record: inout RunRecord) {
    record.run.hostNode = settings.node
    guard record.run.isHosted else { return }
    record.stopIsRequested = true
    record.hosting.givesBack = true
  }

  /// Whether a container is this node's, by the name it was made under.
  private func isOwn(_ container: ContainerState) -> Bool {
    guard let node = container.labels[Label.node] else { return false }
    return node == settings.node || settings.formerNodes.contains(node)
  }

  /// The engine answers; of `containers`, running or not, those of this node are looked at.
  package mutating func engineAvailable(containers: [ContainerState], at moment: Moment) -> [Directive] {
    engineIsAvailable = true
    var byRun: [RunID: ContainerState] = [:]
    for container in containers {
      guard isOwn(container), let id = RunID(container.labels[Label.run] ?? "") else { continue }
      if isOrphan(container, of: id) {
        discard(container.id, of: id)
        continue
      }
      byRun[id] = container
      tidy(container, of: id)
    }
    for id in order {
      guard var record = records[id], case .suspended = record.step else { continue }
      resume(&record, container: byRun[id], at: moment)
      store(record)
    }
    return drain()
  }

  /// The engine went away. Calls under way fail by themselves.
  package mutating func engineLost() {
    engineIsAvailable = false
  }

  /// A run that never started waits for the engine so long and no longer.
  mutating func waitForEngine(_ record: inout RunRecord, since: Instant?, at moment: Moment) {
    // A run of an earlier agent waits from the first look at it.
    guard let since else { return suspend(&record, at: moment) }
    // A start that was called may have been carried out: one that is only to be told of is begun nowhere else then.
    let mayRun = record.attempt.startMayBeUnderWay && record.run.onHostLoss == .tell
    // Who placed it here may have a better node by now.
    let isShort = !mayRun && (record.run.isHosted || hasElsewhere(record))
    let grace = isShort ? settings.home.engineGrace : settings.engineGrace
    guard record.run.times.started == 0, moment.instant - since > grace else { return }
    let waited = grace.milliseconds / 1000
    let failure = RunFailure(mayRun ? .lost : .engine, "the engine was away for more than \(waited) s")
    end(&record, record.end(as: .failed(failure)), at: moment)
  }

  /// Whether the container is of an attempt that the run has left behind.
  private func isOrphan(_ container: ContainerState, of id: RunID) -> Bool {
    guard let run = records[id]?.run else { return false }
    let attempt = Int(container.labels[Label.attempt] ?? "") ?? 1
    return attempt < run.attempt || !isHere(run) && !run.state.isFinal
  }

  /// Lets go of a container whose run is over. That of a run nobody knows any more goes too, unless it runs:
  /// then the journal was damaged, and ending it is its owner's decision.
  private mutating func tidy(_ container: ContainerState, of id: RunID) {
    guard var record = records[id] else {
      if !container.running && container.status != "restarting" {
        discard(container.id, of: id)
      }
      return
    }
    guard record.run.state.isFinal else { return }
    record.attempt.containerID = container.id
    if record.step.isSettled { remove(&record) }
    store(record)
  }

  mutating func suspend(_ record: inout RunRecord, at moment: Moment) {
    record.step = .suspended(since: moment.instant, ending: record.step.ending)
  }

  /// Goes on with a run whose step is unknown, from what its container says.
  private mutating func resume(_ record: inout RunRecord, container: ContainerState?, at moment: Moment) {
    guard case .container = record.run.workload else { return }
    guard let container else { return resumeWithoutContainer(&record, at: moment) }
    record.attempt.containerID = container.id
    switch container.status {
    case "created" where record.attempt.startMayBeUnderWay:
      guard record.attempt.unstartedLists < settings.unstartedLists else {
        // An engine under load may need longer. It answers this question only when a start under way is over,
        // since both hold the container's lock.
        return inspect(&record)
      }
      record.attempt.unstartedLists += 1
      suspend(&record, at: moment)
      pending.append(.listContainers)
    case "created":
      start(&record, at: moment)
    case "running", "paused", "restarting":
      isRunning(&record, at: moment)
    default:
      inspect(&record)
    }
  }

  private mutating func resumeWithoutContainer(_ record: inout RunRecord, at moment: Moment) {
    if let ending = record.step.ending {
      finish(&record, ending, at: moment)
    } else if record.stopIsRequested {
      end(&record, .stopped, at: moment)
    } else if let code = record.attempt.exitCode {
      end(&record, .finished(exitCode: code), at: moment)
    } else if record.run.times.started > 0 {
      let reason = "the container was removed while nobody watched"
      end(&record, .failed(RunFailure(.lost, reason)), at: moment)
    } else if record.hosting.mayNotStart {
      giveBackUnstarted(&record, at: moment)
    } else {
      prepare(&record, at: moment)
    }
  }
}
