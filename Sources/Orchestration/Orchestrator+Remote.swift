package import Basics
import Scoring

// The steps of a run on another node: (choose) ask, accepted, commit, reports, end.
//
// A start has two phases. A host that has accepted prepares everything, and starts nothing before the
// requester commits. So one that does not answer holds at most a copy that never runs: the next node is asked
// at once. The silent attempt is remembered as an orphan, on disk, and revoked until its node confirms. Home
// Edge's nodes know no commit: they start when they are asked.
extension Orchestrator {
  /// What a host said to `Directive.ask`.
  package mutating func answered(
    _ id: RunID, node: String, attempt: Int, _ answer: AskResult, at moment: Moment
  ) -> [Directive] {
    guard var record = records[id], !record.run.isHosted else { return drain() }
    if record.run.attempt == attempt, record.run.hostNode == node {
      if case .asking = record.step { hostAnswered(&record, answer, at: moment) }
    } else if answer == .accepted, attempt < record.run.attempt || record.run.hostNode.isEmpty {
      // Given up in the meantime.
      addOrphan(&record, node: node, attempt: attempt)
      pending.append(.note(id))
      revokeOrphans(&record, at: moment)
    }
    return drain(storing: record)
  }

  private mutating func hostAnswered(_ record: inout RunRecord, _ answer: AskResult, at moment: Moment) {
    switch answer {
    case .accepted:
      hostAccepted(&record, at: moment)
    case .refused(let reason), .unreachable(let reason):
      tryNext(&record, .refused(reason), at: moment)
    case .unable(let reason):
      tryNext(&record, .refused(reason), isLasting: true, at: moment)
    case .busier(let demand) where record.search.rechoices < settings.home.rechoices:
      placeAnew(&record, demand: demand, at: moment)
    case .busier:
      // It was asked without a condition.
      tryNext(&record, .refused("it is busier than was known, again and again"), at: moment)
    case .silent(let reason):
      hostIsSilent(&record, reason, at: moment)
    }
  }

  mutating func hostAccepted(_ record: inout RunRecord, at moment: Moment) {
    let id = record.run.id
    let node = record.run.hostNode
    home.accepted(run: id.text, on: node, at: moment.instant)
    record.step = .remote(RunRecord.Remote())
    record.run.placement?.note(.accepted, of: node)
    touched.append(node)
    answerRequest(&record)
    let isHomeEdge = home.node(node)?.isHomeEdge == true
    if isHomeEdge { handOver(&record) }
    if record.stopIsRequested {
      revoke(&record, at: moment)
    } else if !isHomeEdge {
      sendCommit(&record, at: moment)
    }
  }

  private mutating func handOver(_ record: inout RunRecord) {
    enter(&record, .handedOver)
    // A new agent is to know it, too.
    pending.append(.note(record.run.id))
  }

  private mutating func hostIsSilent(_ record: inout RunRecord, _ reason: String, at moment: Moment) {
    addOrphan(&record, node: record.run.hostNode, attempt: record.run.attempt)
    // The orphan must not be forgotten with this agent.
    pending.append(.note(record.run.id))
    revokeOrphans(&record, at: moment)
    tryNext(&record, .silent(reason), at: moment)
  }

  // MARK: - Commit

  /// Tells the host that it may start the run.
  private mutating func sendCommit(_ record: inout RunRecord, at moment: Moment) {
    let run = record.run
    record.step = .remote(RunRecord.Remote(commitAt: moment.instant + settings.home.repeatPause))
    pending.append(.commit(run.id, node: run.hostNode, attempt: run.attempt))
  }

  /// The host has heard `Directive.commit`; `isThere` says whether it has the run.
  package mutating func committed(
    _ id: RunID, node: String, attempt: Int, isThere: Bool, at moment: Moment
  ) -> [Directive] {
    guard var record = records[id], case .remote(var remote) = record.step, record.run.hostNode == node,
      record.run.attempt == attempt, record.run.times.started == 0
    else { return drain() }
    if isThere {
      remote.commitAt = nil
      record.step = .remote(remote)
    } else {
      // Its host may be writing it just now.
      hostLost(&record, Self.unknownThere, mayHaveCopy: true, at: moment)
    }
    return drain(storing: record)
  }

  static let unknownThere = "its host does not know it"

  // MARK: - Revoking

  /// What a host said to `Directive.revoke`; `isOver` where it has no copy of this attempt or an earlier one,
  /// or none that has not ended on its disk.
  package mutating func revoked(
    _ id: RunID, node: String, attempt: Int, isOver: Bool, at moment: Moment
  ) -> [Directive] {
    guard isOver, var record = records[id], !record.run.isHosted else { return drain() }
    removeOrphans(&record, node: node, attempt: attempt)
    if record.run.hostNode == node, record.run.attempt == attempt, record.stopIsRequested,
      record.step.isElsewhere
    {
      conclude(&record, .stopped, at: moment)
    }
    return drain(storing: record)
  }

  /// Asks the host to end the run.
  mutating func revoke(_ record: inout RunRecord, at moment: Moment) {
    let run = record.run
    record.attempt.revokeAt = moment.instant + settings.home.repeatPause
    pending.append(.revoke(run.id, node: run.hostNode, attempt: run.attempt, isStop: true))
  }

  /// Asks all nodes that answer to let go of their copies.
  private mutating func revokeOrphans(_ record: inout RunRecord, at moment: Moment) {
    guard !record.run.orphans.isEmpty else { return }
    record.attempt.revokeAt = moment.instant + settings.home.repeatPause
    for orphan in record.run.orphans where home.node(orphan.node)?.isReachable == true {
      pending.append(.revoke(record.run.id, node: orphan.node, attempt: orphan.attempt))
    }
  }

  func addOrphan(_ record: inout RunRecord, node: String, attempt: Int) {
    guard !node.isEmpty, node != settings.node else { return }
    record.run.orphans.removeAll { $0.node == node && $0.attempt <= attempt }
    if record.run.orphans.count >= Run.orphanLimit { record.run.orphans.removeFirst() }
    record.run.orphans.append(Orphan(node: node, attempt: attempt))
  }

  private mutating func removeOrphans(_ record: inout RunRecord, node: String, attempt: Int) {
    let before = record.run.orphans.count
    record.run.orphans.removeAll { $0.node == node && $0.attempt <= attempt }
    if record.run.orphans.count < before { pending.append(.note(record.run.id)) }
  }

  // MARK: - Time

  /// Once a second for each run.
  mutating func tickRemote(_ record: inout RunRecord, at moment: Moment) {
    guard !record.run.isHosted else { return }
    let now = moment.instant
    if now >= record.attempt.revokeAt ?? now {
      revokeOrphans(&record, at: moment)
      if record.stopIsRequested, record.step.isElsewhere { revoke(&record, at: moment) }
    }
    switch record.step {
    case .asking(let since):
      if now - since > settings.home.askTimeout { hostIsSilent(&record, "it did not answer", at: moment) }
    case .waiting(let until):
      placeWaiting(&record, until: until, at: moment)
    case .remote(let remote):
      waitForHost(&record, remote, at: moment)
    default:
      break
    }
  }

  /// A host that left or was not seen yet has a while to return; one that is dead has none.
  private mutating func waitForHost(
    _ record: inout RunRecord, _ remote: RunRecord.Remote, at moment: Moment
  ) {
    let now = moment.instant
    if let host = home.node(record.run.hostNode), host.isReachable {
      if remote.hostGoneAt != nil { record.step = .remote(RunRecord.Remote(commitAt: remote.commitAt)) }
      // Of an earlier agent, which had no such state or could not write it.
      if host.isHomeEdge, record.run.state != .handedOver { return handOver(&record) }
      guard let due = remote.commitAt, now >= due, record.run.times.started == 0 else { return }
      if !host.isHomeEdge, !record.stopIsRequested { sendCommit(&record, at: moment) }
    } else if let since = remote.hostGoneAt {
      guard now - since > settings.home.hostGrace else { return }
      hostLost(
        &record, "its host has left and did not return", mayHaveCopy: true, mayHaveRun: true, at: moment)
    } else {
      record.step = .remote(RunRecord.Remote(commitAt: remote.commitAt, hostGoneAt: now))
    }
  }
}
