import Basics
internal import Containers
internal import Scoring

// The choice of a node: before the first ask, after a refusal, and after a host was lost.
extension Orchestrator {
  /// Whether this node is the one that runs it.
  func isHere(_ run: Run) -> Bool {
    run.attempt > 0 && run.hostNode == settings.node
  }

  /// Makes the choice anew and takes the best node; who refused in an earlier choice is not asked again.
  ///
  /// - Returns: whether there is one.
  mutating func place(_ record: inout RunRecord, after earlier: Placement? = nil, at moment: Moment) -> Bool {
    var nodes = home.nodes
    if let index = nodes.firstIndex(where: { $0.isSelf }) {
      nodes[index].hasEngine = engineIsAvailable && !engineHangs
      nodes[index].memoryAvailable = nodes[index].memoryAvailable.map { unreserved(of: $0) }
      if isSampled { nodes[index].knowsItself(demand: demand(at: moment.instant)) }
    } else {
      var own = HomeNode(id: settings.node)
      own.isSelf = true
      own.address = record.run.requesterAddress
      nodes.append(own)
    }
    for index in nodes.indices where nodes[index].isHomeEdge {
      nodes[index].isTaken = isTaken(nodes[index].id, besides: record)
    }
    var requirements = Requirements(of: record.run, command: record.command)
    if let work = history.work(of: record.run.service) {
      requirements.work = work
      requirements.workIsKnown = true
    }
    var placement = Placement(
      run: record.run.id.text, requirements: requirements, nodes: nodes, madeAt: moment.wallMilliseconds)
    if let earlier { placement.takeRefusals(of: earlier) }
    record.run.placement = placement
    return takeNext(&record, at: moment)
  }

  /// The host is busier than was known: the choice is made anew with that, and who has refused is not asked again.
  mutating func placeAnew(_ record: inout RunRecord, demand: Contention, at moment: Moment) {
    let node = record.run.hostNode
    home.displace(run: record.run.id.text, from: node)
    home.told(demand: demand, by: node, at: moment.instant)
    record.search.rechoices += 1
    record.startOver()
    if record.stopIsRequested { return conclude(&record, .stopped, at: moment) }
    enter(&record, .placing)
    if !place(&record, after: record.run.placement, at: moment) { exhausted(&record, at: moment) }
  }

  /// Takes the next node of the choice; it is asked once that is on disk, so that a new agent finds the run again.
  private mutating func takeNext(_ record: inout RunRecord, at moment: Moment) -> Bool {
    guard let row = next(record) else { return false }
    record.run.placement?.note(.asked, of: row.node)
    record.run.attempt = max(record.run.attempt, record.search.latestAttempt) &+ 1
    record.run.hostNode = row.node
    record.run.host = row.address.isEmpty ? record.run.requesterAddress : row.address
    record.search.isReturn = false
    if !record.step.isUnpersisted { record.step = .choosing }
    home.place(run: record.run.id.text, adding: record.demand, on: row.node, at: moment.instant)
    pending.append(.persist(record.run.id))
    return true
  }

  private func next(_ record: RunRecord) -> Placement.Row? {
    let home = home
    let own = settings.node
    let image =
      record.search.imageIsAbsent ? Requirements(of: record.run, command: record.command).image : nil
    if record.search.imageIsAbsent, image == nil { return nil }
    return record.run.placement?.next { id in
      guard let node = home.node(id) else { return id == own && image == nil }
      guard node.isReachable, !(node.isHomeEdge && isTaken(id, besides: record)) else { return false }
      return image.map { node.size(ofImage: $0) != nil } ?? true
    }
  }

  /// Whether a node of Home Edge has a run of ours already. One object there holds the execution (B-12): of runs at the
  /// same time every end bears the number of the last.
  private func isTaken(_ node: String, besides record: RunRecord) -> Bool {
    records.values.contains {
      $0.run.hostNode == node && !$0.run.isHosted && !$0.run.state.isFinal && $0.run.id != record.run.id
    }
  }

  /// Whether a node of Home Edge could run it that has another run of ours.
  func waitsForHomeEdge(_ record: RunRecord) -> Bool {
    record.run.placement?.rows.contains { $0.objection == Requirements.taken } ?? false
  }

  /// The run is not on its host any more; who waits for a node of Home Edge looks at it again.
  mutating func displace(_ record: RunRecord) {
    let node = record.run.hostNode
    home.displace(run: record.run.id.text, from: node)
    guard home.node(node)?.isHomeEdge == true else { return }
    for id in order where id != record.run.id {
      guard var other = records[id], case .waiting = other.step else { continue }
      other.step = .waiting(until: nil)
      store(other)
    }
  }

  /// Whether every other node would say the same: then none is asked. An image that no registry gives may be on a node
  /// all the same.
  func isEverywhere(_ failure: RunFailure, _ record: inout RunRecord) -> Bool {
    guard failure.cause == .request else { return false }
    guard failure.kind == .pull else { return true }
    record.search.imageIsAbsent = true
    return next(record) == nil
  }

  /// Whether a run that cannot begin on this node may be tried on another, or was.
  func hasElsewhere(_ record: RunRecord) -> Bool {
    guard !record.run.isHosted, record.run.times.started == 0, isHere(record.run),
      let placement = record.run.placement
    else { return false }
    return placement.rows.count { $0.outcome != nil } > 1 || next(record) != nil
  }

  /// The choice is on disk: ask the node, or begin here.
  mutating func proceed(_ record: inout RunRecord, at moment: Moment) {
    let run = record.run
    record.step = .choosing
    if isHere(run) {
      record.run.placement?.note(.accepted, of: run.hostNode)
      loadChanges &+= 1
      answerRequest(&record)
      begin(&record, at: moment)
    } else if record.stopIsRequested {
      end(&record, .stopped, at: moment)
    } else if run.attempt == 0 {
      exhausted(&record, at: moment)
    } else if home.node(run.hostNode)?.isReachable != true {
      tryNext(&record, .refused("it is gone"), at: moment)
    } else {
      ask(&record, at: moment)
    }
  }

  private mutating func ask(_ record: inout RunRecord, at moment: Moment) {
    var asked = record.run
    record.step = .asking(since: moment.instant)
    enter(&record, .placing)
    // Asked for the last time it takes the run whatever has come in between.
    let isLast = record.search.rechoices >= settings.home.rechoices
    asked.expectedDemand = isLast ? nil : home.node(asked.hostNode)?.demand?.threads
    let body = asked.askBody(from: settings.node)
    pending.append(.ask(asked.id, node: asked.hostNode, attempt: asked.attempt, body: body))
  }

  /// The host will not run it: on to the next.
  ///
  /// - Parameters:
  ///   - failure: what came of its attempt; nil where it did not try.
  ///   - isLasting: it would not try later, either.
  mutating func tryNext(
    _ record: inout RunRecord, _ outcome: Placement.Outcome, failure: RunFailure? = nil,
    isLasting: Bool = false, at moment: Moment
  ) {
    let node = record.run.hostNode
    displace(record)
    touched.append(node)
    if failure?.isRefusal == true, failure?.cause == .node { home.failed(on: node, at: moment.instant) }
    record.run.placement?.note(outcome, of: node)
    record.search.failure.add(failure)
    if failure.map({ $0.kind == .engine }) ?? !isLasting { record.search.mayBeTakenLater = true }
    record.startOver()
    if record.stopIsRequested { return conclude(&record, .stopped, at: moment) }
    enter(&record, .placing)
    if !takeNext(&record, at: moment) { exhausted(&record, at: moment) }
  }

  /// No node is left to ask. What was promised is not given up for what may be over in a moment: an Engine that starts
  /// anew, a node that is full or dead. Whoever still waits for the answer is told at once.
  private mutating func exhausted(_ record: inout RunRecord, at moment: Moment) {
    let isPromised = record.isAnswered && record.search.mayBeTakenLater
    guard isPromised || record.search.since != nil || waitsForHomeEdge(record) else {
      return failPlacing(&record, at: moment)
    }
    waitForNode(&record, at: moment)
  }

  private mutating func failPlacing(_ record: inout RunRecord, at moment: Moment) {
    record.run.hostNode = ""
    record.run.host = ""
    if case .same(let failure) = record.search.failure {
      return conclude(&record, .failed(failure), at: moment)
    }
    conclude(&record, .failed(RunFailure(.noHost, record.run.placement?.refusals ?? "")), at: moment)
  }

  private func waitForNode(_ record: inout RunRecord, at moment: Moment) {
    record.step = .waiting(until: moment.instant + settings.home.placingPause)
    record.run.hostNode = ""
    record.run.host = ""
  }

  /// The host is dead, or has lost the run: start it again elsewhere, unless the request wants to be told instead.
  ///
  /// - Parameters:
  ///   - mayHaveRun: its program may have begun there, and even ended.
  ///   - neverStarted: the host says so: then nothing was lost, and the request's wish is not about this.
  mutating func hostLost(
    _ record: inout RunRecord, _ reason: String, mayHaveCopy: Bool, mayHaveRun: Bool = false,
    neverStarted: Bool = false, at moment: Moment
  ) {
    let run = record.run
    if mayHaveCopy { addOrphan(&record, node: run.hostNode, attempt: run.attempt) }
    displace(record)
    if !neverStarted { home.failed(on: run.hostNode, at: moment.instant) }
    touched.append(run.hostNode)
    if record.stopIsRequested { return conclude(&record, .stopped, at: moment) }
    if run.onHostLoss == .tell, !neverStarted {
      return conclude(&record, .failed(RunFailure(.lost, reason)), at: moment)
    }
    if record.search.since == nil || run.times.started > 0 || run.state == .handedOver {
      record.search.since = moment.instant
    }
    record.search.failure = .none
    if mayHaveRun { record.run.earlierHost = run.host }
    record.search.imageIsAbsent = false
    record.startOver()
    enter(&record, .placing)
    // Only a step that was recorded leads here, so the choice is written before anybody is asked.
    record.step = .waiting(until: nil)
    if !place(&record, at: moment) { waitForNode(&record, at: moment) }
  }

  /// A run that waits for a node looks at them again.
  mutating func placeWaiting(_ record: inout RunRecord, until: Instant?, at moment: Moment) {
    let now = moment.instant
    let isTaken = waitsForHomeEdge(record)
    let since = (isTaken ? record.search.takenSince : record.search.since) ?? now
    if isTaken { record.search.takenSince = since } else { record.search.since = since }
    if now - since > (isTaken ? settings.home.takenGrace : settings.home.placingGrace) {
      return failPlacing(&record, at: moment)
    }
    if let until, now < until { return }
    // Who has refused is not asked every few seconds while another is waited for.
    if !place(&record, after: isTaken ? record.run.placement : nil, at: moment) {
      exhausted(&record, at: moment)
    }
  }

  /// This node cannot begin it; the next one may.
  mutating func leaveThisNode(_ record: inout RunRecord, _ failure: RunFailure, at moment: Moment) {
    if let container = record.attempt.containerID {
      discard(container, of: record.run.id)
    }
    tryNext(&record, .refused(failure.reason), failure: failure, at: moment)
  }

  /// What the end of a run says of its service's work, and of how far its host's word can be trusted.
  ///
  /// - Returns: what the host is to be told of that: how fast the run was of how fast it had promised.
  mutating func learn(from record: RunRecord, _ state: RunState, at moment: Moment) -> Double? {
    let run = record.run
    guard case .finished(exitCode: 0) = state, run.times.started > 0, let row = record.row else { return nil }
    let ended = record.attempt.endTime > 0 ? record.attempt.endTime : moment.wallMilliseconds
    let seconds = Double(ended - run.times.started) / 1000
    guard seconds >= Self.leastLesson, run.bound == .processor else { return nil }
    // What the node had promised: what was expected of it without what is known of its promises and its failures.
    let promised =
      row.estimate.speed / 100 * (1 + row.failures) / max(row.calibration, SpeedCalibration.bounds.lowerBound)
    var told: Double?
    if let work = history.work(of: run.service) {
      let speed = work / seconds / promised
      // A node of Home Edge is not told, and so tells nobody.
      if isHere(run) { calibration.learn(speed: speed) } else { told = speed }
    }
    // By what was promised as well: the runs of all nodes make the mean, and it stays where it is.
    history.learn(run.service, work: seconds * promised)
    return told
  }

  /// A run of less than a second is mostly its own start.
  private static let leastLesson = 1.0

  /// Whoever waits for an answer to the request gets it, once.
  mutating func answerRequest(_ record: inout RunRecord) {
    guard !record.isAnswered else { return }
    record.isAnswered = true
    pending.append(.placed(record.run.id))
  }
}
