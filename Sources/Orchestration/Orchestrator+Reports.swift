package import Basics
import Scoring

// What hosts tell of the runs they have of this node. The host's list at the beginning of a stream is the truth: what
// was accepted before it was asked for and is missing in it is lost.
extension Orchestrator {
  /// The list of the node's hosted runs is about to be asked for.
  package mutating func watchOpened(_ node: String) {
    guard let index = watches.firstIndex(where: { $0.node == node }) else { return }
    watches[index].expected = []
    for id in order {
      guard let record = record(id), record.step == .remote, record.run.hostNode == node else { continue }
      watches[index].expected.append(Watch.Expected(id: id, attempt: record.run.attempt))
    }
  }

  /// A run as the node has it, in its list or after a change.
  package mutating func hosted(_ report: Run, on node: String, at moment: Moment) -> [Directive] {
    let id = report.id
    guard let record = record(id), !record.run.isHosted else {
      // Nobody here knows it any more.
      pending.append(.withdraw(id, node: node, attempt: report.attempt))
      return take()
    }
    let run = record.run
    guard run.attempt == report.attempt, run.hostNode == node, !run.state.isFinal else {
      // A copy that the run has left behind, or one whose end is known here: the host lets go of it.
      if run.attempt >= report.attempt { pending.append(.withdraw(id, node: node, attempt: report.attempt)) }
      return take()
    }
    if let index = watches.firstIndex(where: { $0.node == node }) {
      watches[index].expected.removeAll { $0.id == id && $0.attempt == report.attempt }
    }
    switch record.step {
    case .asking:
      // The answer to the ask is still on its way, or lost.
      hostAccepted(id, at: moment)
      apply(report, to: id, at: moment)
    case .remote:
      apply(report, to: id, at: moment)
    default:
      break
    }
    return take()
  }

  /// The node's list is complete.
  package mutating func hostedSynced(_ node: String, at moment: Moment) -> [Directive] {
    guard let index = watches.firstIndex(where: { $0.node == node }) else { return take() }
    let missing = watches[index].expected
    watches[index].expected = []
    for expected in missing {
      let id = expected.id
      guard let record = record(id), record.step == .remote, record.run.hostNode == node,
        record.run.attempt == expected.attempt
      else { continue }
      let reason = Self.unknownThere
      if record.run.times.started > 0 && !record.stopIsRequested {
        conclude(id, .failed(RunFailure(.lost, reason)), at: moment)
      } else {
        hostLost(id, reason, mayHaveCopy: false, at: moment)
      }
    }
    return take()
  }

  /// Takes over what the host says.
  private mutating func apply(_ report: Run, to id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    let hadStarted = record.run.times.started > 0
    update(id) {
      if report.times.started > 0 { $0.run.times.started = report.times.started }
      $0.endedAt = report.times.ended
    }
    switch report.state {
    case .failed(let failure) where failure.kind == .givenBack:
      update(id) { $0.endedAt = 0 }
      hostLost(
        id, failure.reason, mayHaveCopy: false, neverStarted: report.times.started == 0, at: moment)
    case .failed(let failure) where failure.isRefusal && report.times.started == 0:
      tryNext(id, .refused(failure.reason), failure: failure, at: moment)
    case .failed, .finished, .stopped:
      conclude(id, report.state, at: moment)
    case .accepted, .placing, .pulling, .starting, .running:
      if !hadStarted && report.times.started > 0 { pending.append(.note(id)) }
      // Each stream starts with what is; an older one that is still read must not lead back.
      if report.state == .running || record.run.state != .running { enter(id, report.state) }
    }
  }

  /// The end is on disk here, so the host may forget the run when it likes.
  mutating func letHostForget(_ record: RunRecord) {
    let run = record.run
    guard !run.isHosted, run.hostNode != settings.node, let node = home.node(run.hostNode),
      node.isReachable, !node.isHomeEdge
    else { return }
    pending.append(
      .withdraw(run.id, node: run.hostNode, attempt: run.attempt, speed: record.lesson))
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
    return order.contains { id in
      guard let record = record(id), record.run.hostNode == node else { return false }
      return record.step == .remote
    }
  }
}
