package import Basics
import Scoring

// What hosts tell of the runs they have of this node. The host's list at the beginning of a stream is the
// truth: what was accepted before it was asked for and is missing in it is lost.
extension Orchestrator {
  /// The list of the node's hosted runs is about to be asked for.
  package mutating func watchOpened(_ node: String) {
    guard let index = watches.firstIndex(where: { $0.node == node }) else { return }
    watches[index].expected = []
    for id in order {
      guard let record = records[id], record.step.isRemote, record.run.hostNode == node else { continue }
      watches[index].expected.append(Watch.Expected(id: id, attempt: record.run.attempt))
    }
  }

  /// A run as the node has it, in its list or after a change.
  package mutating func hosted(_ report: Run, on node: String, at moment: Moment) -> [Directive] {
    let id = report.id
    guard var record = records[id], !record.run.isHosted else {
      // Nobody here knows it any more.
      pending.append(.revoke(id, node: node, attempt: report.attempt))
      return drain()
    }
    let run = record.run
    guard run.attempt == report.attempt, run.hostNode == node, !run.state.isFinal else {
      // A copy that the run has left behind, or one whose end is known here: the host lets go of it.
      if run.attempt >= report.attempt { pending.append(.revoke(id, node: node, attempt: report.attempt)) }
      return drain()
    }
    if let index = watches.firstIndex(where: { $0.node == node }) {
      watches[index].expected.removeAll { $0.id == id && $0.attempt == report.attempt }
    }
    switch record.step {
    case .asking:
      // The answer to the ask is still on its way, or lost.
      hostAccepted(&record, at: moment)
      apply(report, to: &record, at: moment)
    case .remote:
      apply(report, to: &record, at: moment)
    default:
      break
    }
    return drain(storing: record)
  }

  /// The node's list is complete.
  package mutating func hostedSynced(_ node: String, at moment: Moment) -> [Directive] {
    guard let index = watches.firstIndex(where: { $0.node == node }) else { return drain() }
    let missing = watches[index].expected
    watches[index].expected = []
    for expected in missing {
      guard var record = records[expected.id], record.step.isRemote, record.run.hostNode == node,
        record.run.attempt == expected.attempt
      else { continue }
      let reason = Self.unknownThere
      if record.run.times.started > 0 && !record.stopIsRequested {
        conclude(&record, .failed(RunFailure(.lost, reason)), at: moment)
      } else {
        hostLost(&record, reason, mayHaveCopy: false, at: moment)
      }
      store(record)
    }
    return drain()
  }

  /// Takes over what the host says.
  private mutating func apply(_ report: Run, to record: inout RunRecord, at moment: Moment) {
    let before = record.run
    if record.search.isReturn, report.state.isFinal, before.onHostLoss == .restart {
      // It has ended meanwhile, perhaps with its board.
      let reason = "its host came back without it"
      return hostLost(&record, reason, mayHaveCopy: true, neverStarted: true, at: moment)
    }
    record.search.isReturn = false
    if report.times.started > 0 { record.run.times.started = report.times.started }
    record.attempt.endTime = report.times.ended
    switch report.state {
    case .failed(let failure) where failure.kind == .givenBack:
      record.attempt.endTime = 0
      let neverStarted = report.times.started == 0
      hostLost(
        &record, failure.reason, mayHaveCopy: false, mayHaveRun: !neverStarted, neverStarted: neverStarted,
        at: moment)
    case .failed(let failure) where failure.isRefusal && report.times.started == 0:
      if isEverywhere(failure, &record) { return conclude(&record, report.state, at: moment) }
      tryNext(&record, .refused(failure.reason), failure: failure, at: moment)
    case .failed, .finished, .stopped:
      conclude(&record, report.state, at: moment)
    case .accepted, .placing, .pulling, .starting, .running, .handedOver:
      if before.times.started == 0 && report.times.started > 0 { pending.append(.note(report.id)) }
      // Each stream starts with what is; an older one that is still read must not lead back.
      if report.state == .running || before.state != .running { enter(&record, report.state) }
    }
  }

  /// The end is on disk here, so the host may forget the run when it likes. It is told its `speed`.
  mutating func letHostForget(_ run: Run, speed: Double?) {
    guard !run.isHosted, run.hostNode != settings.node, let node = home.node(run.hostNode),
      node.isReachable, !node.isHomeEdge
    else { return }
    pending.append(.revoke(run.id, node: run.hostNode, attempt: run.attempt, speed: speed))
  }

  // MARK: - Watching

  /// Holds the streams of exactly those hosts that have runs of ours.
  mutating func balanceWatches() {
    let nodes = touched
    touched = []
    for node in nodes {
      let isWatched = watches.contains { $0.node == node }
      let isWanted = wantsWatch(node)
      if isWanted && !isWatched {
        watches.append(Watch(node: node))
        pending.append(.watch(node))
      } else if !isWanted && isWatched {
        watches.removeAll { $0.node == node }
        pending.append(.unwatch(node))
      }
    }
  }

  private func wantsWatch(_ node: String) -> Bool {
    guard node != settings.node, let known = home.node(node), known.state != .dead, !known.isHomeEdge else {
      return false
    }
    return records.values.contains { $0.step.isRemote && $0.run.hostNode == node }
  }
}
