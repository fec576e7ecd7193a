package import Basics
import Scoring

// The steps of a run on another node: (choose) ask, accepted, begin, reports, end.
//
// A host that has accepted makes everything ready and starts nothing before it hears `begin`. So one that does not answer
// holds at most a copy that never runs: the next node is asked at once. The silent attempt is remembered as a stray, on
// disk, and withdrawn until its node confirms. Home Edge's nodes know no such word: they start when they are asked.
extension Orchestrator {
  /// What a host said to `Directive.ask`.
  package mutating func answered(
    _ id: RunID, node: String, attempt: Int, _ answer: HostAnswer, at moment: Moment
  ) -> [Directive] {
    guard let record = record(id), !record.run.isHosted else { return take() }
    guard record.run.attempt == attempt, record.run.hostNode == node else {
      // Given up in the meantime.
      if answer == .accepted, attempt < record.run.attempt || record.run.hostNode.isEmpty {
        addStray(id, node: node, attempt: attempt)
        pending.append(.note(id))
        withdrawStrays(id, at: moment)
      }
      return take()
    }
    switch (record.step, answer) {
    case (.asking, .accepted):
      hostAccepted(id, at: moment)
    case (.asking, .refused(let reason)), (.asking, .unreachable(let reason)):
      tryNext(id, .refused(reason), at: moment)
    case (.asking, .busier(let demand)) where record.rechoices < settings.home.rechoices:
      chooseAnew(id, demand: demand, at: moment)
    case (.asking, .busier):
      // It was asked without a condition.
      tryNext(id, .refused("it is busier than was known, again and again"), at: moment)
    case (.asking, .silent(let reason)):
      hostIsSilent(id, reason, at: moment)
    default:
      break
    }
    return take()
  }

  mutating func hostAccepted(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    let node = record.run.hostNode
    let isHomeEdge = home.node(node)?.isHomeEdge ?? false
    home.accepted(run: id.text, on: node, at: moment.instant)
    update(id) {
      $0.step = .remote
      $0.run.placement?.note(.accepted, of: node)
    }
    touched.append(node)
    answerRequest(id)
    if record.stopIsRequested {
      withdraw(id, at: moment)
    } else if isHomeEdge {
      // It tells nothing before the end.
      update(id) { $0.run.times.started = moment.wallMilliseconds }
      pending.append(.note(id))
      enter(id, .running)
    } else {
      sayBegin(id, at: moment)
    }
  }

  private mutating func hostIsSilent(_ id: RunID, _ reason: String, at moment: Moment) {
    guard let run = record(id)?.run else { return }
    addStray(id, node: run.hostNode, attempt: run.attempt)
    // The stray must not be forgotten with this agent.
    pending.append(.note(id))
    withdrawStrays(id, at: moment)
    tryNext(id, .silent(reason), at: moment)
  }

  // MARK: - Beginning

  /// Tells the host that it may begin.
  private mutating func sayBegin(_ id: RunID, at moment: Moment) {
    guard let run = record(id)?.run else { return }
    let again = moment.instant + settings.home.repeatPause
    update(id) { $0.beginAt = again }
    pending.append(.begin(id, node: run.hostNode, attempt: run.attempt))
  }

  /// The host has heard `Directive.begin`; `isThere` says whether it has the run.
  package mutating func begun(
    _ id: RunID, node: String, attempt: Int, isThere: Bool, at moment: Moment
  ) -> [Directive] {
    guard let record = record(id), record.step == .remote, record.run.hostNode == node,
      record.run.attempt == attempt, record.run.times.started == 0
    else { return take() }
    if isThere {
      update(id) { $0.beginAt = nil }
    } else {
      // Its host may be writing it just now.
      hostLost(id, Self.unknownThere, mayHaveCopy: true, at: moment)
    }
    return take()
  }

  static let unknownThere = "its host does not know it"

  // MARK: - Withdrawing

  /// What a host said to `Directive.withdraw`; `isOver` where it has no copy of this attempt or an earlier one, or none
  /// that has not ended on its disk.
  package mutating func withdrawn(
    _ id: RunID, node: String, attempt: Int, isOver: Bool, at moment: Moment
  ) -> [Directive] {
    guard isOver, let record = record(id), !record.run.isHosted else { return take() }
    removeStrays(id, node: node, attempt: attempt)
    guard record.run.hostNode == node, record.run.attempt == attempt, !record.run.state.isFinal else {
      return take()
    }
    if record.stopIsRequested, record.step == .asking || record.step == .remote {
      conclude(id, .stopped, at: moment)
    }
    return take()
  }

  /// Asks the host to end the run.
  mutating func withdraw(_ id: RunID, at moment: Moment) {
    guard let run = record(id)?.run else { return }
    let again = moment.instant + settings.home.repeatPause
    update(id) { $0.withdrawAt = again }
    pending.append(.withdraw(id, node: run.hostNode, attempt: run.attempt))
  }

  /// Asks all nodes that answer to let go of their copies.
  mutating func withdrawStrays(_ id: RunID, at moment: Moment) {
    guard let strays = record(id)?.run.strays, !strays.isEmpty else { return }
    let again = moment.instant + settings.home.repeatPause
    update(id) { $0.withdrawAt = again }
    for stray in strays where home.node(stray.node)?.isReachable == true {
      pending.append(.withdraw(id, node: stray.node, attempt: stray.attempt))
    }
  }

  mutating func addStray(_ id: RunID, node: String, attempt: Int) {
    guard !node.isEmpty, node != settings.node else { return }
    update(id) {
      $0.run.strays.removeAll { $0.node == node && $0.attempt <= attempt }
      if $0.run.strays.count >= Run.strayLimit { $0.run.strays.removeFirst() }
      $0.run.strays.append(Stray(node: node, attempt: attempt))
    }
  }

  private mutating func removeStrays(_ id: RunID, node: String, attempt: Int) {
    guard let strays = record(id)?.run.strays else { return }
    let left = strays.filter { $0.node != node || $0.attempt > attempt }
    guard left.count < strays.count else { return }
    update(id) { $0.run.strays = left }
    pending.append(.note(id))
  }

  // MARK: - Time

  /// Once a second for each run.
  mutating func tickRemote(_ id: RunID, at moment: Moment) {
    guard let record = record(id), !record.run.isHosted else { return }
    let settings = settings.home
    let now = moment.instant
    if now >= record.withdrawAt ?? now {
      withdrawStrays(id, at: moment)
      if record.stopIsRequested, record.step == .asking || record.step == .remote { withdraw(id, at: moment) }
    }
    switch record.step {
    case .asking:
      if let askedAt = record.askedAt, now - askedAt > settings.askPatience {
        hostIsSilent(id, "it did not answer", at: moment)
      }
    case .waiting:
      placeWaiting(id, record, at: moment)
    case .remote:
      waitForHost(id, record, at: moment)
    default:
      break
    }
  }

  /// A host that left or was not seen yet has a while to return; one that is dead has none.
  private mutating func waitForHost(_ id: RunID, _ record: RunRecord, at moment: Moment) {
    if let host = home.node(record.run.hostNode), host.isReachable {
      if record.hostGoneAt != nil { update(id) { $0.hostGoneAt = nil } }
      guard let due = record.beginAt, moment.instant >= due, record.run.times.started == 0 else { return }
      if !host.isHomeEdge, !record.stopIsRequested { sayBegin(id, at: moment) }
    } else if let since = record.hostGoneAt {
      guard moment.instant - since > settings.home.hostGrace else { return }
      hostLost(id, "its host has left and did not return", mayHaveCopy: true, at: moment)
    } else {
      update(id) { $0.hostGoneAt = moment.instant }
    }
  }
}
