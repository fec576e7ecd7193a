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
  mutating func choose(_ id: RunID, after earlier: Placement? = nil, at moment: Moment) -> Bool {
    guard let record = record(id) else { return false }
    var nodes = home.nodes
    if let index = nodes.firstIndex(where: { $0.isSelf }) {
      nodes[index].hasEngine = engineIsAvailable
      nodes[index].memoryAvailable = nodes[index].memoryAvailable.map { unreserved(of: $0) }
      if isSampled { nodes[index].knowsItself(demand: demand(at: moment.instant)) }
    } else {
      var own = HomeNode(id: settings.node)
      own.isSelf = true
      own.address = record.run.requesterAddress
      nodes.append(own)
    }
    var requirements = Requirements(of: record.run, command: record.command)
    if let work = history.work(of: record.run.service) {
      requirements.work = work
      requirements.workIsKnown = true
    }
    var placement = Placement(
      run: id.text, requirements: requirements, nodes: nodes, madeAt: moment.wallMilliseconds)
    if let earlier { placement.takeRefusals(of: earlier) }
    update(id) { $0.run.placement = placement }
    return takeNext(id, at: moment)
  }

  /// The host is busier than was known: the choice is made anew with that, and who has refused is not asked again.
  mutating func chooseAnew(_ id: RunID, demand: Competition, at moment: Moment) {
    guard let record = record(id) else { return }
    let node = record.run.hostNode
    home.displace(run: id.text, from: node)
    home.told(demand: demand, by: node, at: moment.instant)
    update(id) {
      $0.rechoices += 1
      $0.beginAnew()
    }
    if record.stopIsRequested { return conclude(id, .stopped, at: moment) }
    enter(id, .placing)
    if !choose(id, after: record.run.placement, at: moment) { exhausted(id, at: moment) }
  }

  /// Takes the next node of the choice; it is asked once that is on disk, so that a new agent finds the run again.
  private mutating func takeNext(_ id: RunID, at moment: Moment) -> Bool {
    guard let record = record(id), let row = next(record) else { return false }
    update(id) {
      $0.run.placement?.note(.asked, of: row.node)
      $0.run.attempt &+= 1
      $0.run.hostNode = row.node
      $0.run.host = row.address.isEmpty ? $0.run.requesterAddress : row.address
      if $0.step != .unrecorded { $0.step = .choosing }
    }
    home.place(run: id.text, adding: record.demand, on: row.node, at: moment.instant)
    pending.append(.record(id))
    return true
  }

  private func next(_ record: RunRecord) -> Placement.Row? {
    let home = home
    let own = settings.node
    return record.run.placement?.next { home.node($0)?.isReachable ?? ($0 == own) }
  }

  /// Whether a run that cannot begin on this node may be tried on another, or was.
  func hasElsewhere(_ record: RunRecord) -> Bool {
    guard !record.run.isHosted, record.run.times.started == 0, isHere(record.run),
      let placement = record.run.placement
    else { return false }
    return placement.rows.count { $0.outcome != nil } > 1 || next(record) != nil
  }

  /// The choice is on disk: ask the node, or begin here.
  mutating func proceed(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    let run = record.run
    update(id) { $0.step = .choosing }
    if isHere(run) {
      update(id) { $0.run.placement?.note(.accepted, of: run.hostNode) }
      loadChanges &+= 1
      answerRequest(id)
      begin(id, at: moment)
    } else if record.stopIsRequested {
      end(id, .stopped, at: moment)
    } else if run.attempt == 0 {
      exhausted(id, at: moment)
    } else if home.node(run.hostNode)?.isReachable != true {
      tryNext(id, .refused("it is gone"), at: moment)
    } else {
      update(id) {
        $0.step = .asking
        $0.askedAt = moment.instant
      }
      enter(id, .placing)
      // Asked for the last time it takes the run whatever has come in between.
      var asked = run
      asked.expectedDemand =
        record.rechoices < settings.home.rechoices ? home.node(run.hostNode)?.demand?.threads : nil
      pending.append(
        .ask(id, node: run.hostNode, attempt: run.attempt, body: asked.askBody(from: settings.node)))
    }
  }

  /// The host will not run it: on to the next.
  mutating func tryNext(
    _ id: RunID, _ outcome: Placement.Outcome, failure: RunFailure? = nil, at moment: Moment
  ) {
    guard let record = record(id) else { return }
    let node = record.run.hostNode
    home.displace(run: id.text, from: node)
    touched.append(node)
    if failure?.isRefusal == true { home.failed(on: node, at: moment.instant) }
    update(id) {
      $0.run.placement?.note(outcome, of: node)
      if let failure, $0.failure == nil || $0.failure?.kind == failure.kind {
        $0.failure = failure
      } else {
        $0.failuresDiffer = true
      }
      $0.beginAnew()
    }
    if record.stopIsRequested { return conclude(id, .stopped, at: moment) }
    enter(id, .placing)
    if !takeNext(id, at: moment) { exhausted(id, at: moment) }
  }

  /// No node is left to ask.
  private mutating func exhausted(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    if record.placingSince != nil { return waitForNode(id, at: moment) }
    failPlacing(id, at: moment)
  }

  private mutating func failPlacing(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    update(id) { $0.run.hostNode = "" }
    // What went wrong in the same way everywhere is the run's own fault.
    let reasons = record.run.placement?.refusals ?? ""
    let own = record.failuresDiffer ? nil : record.failure
    conclude(id, .failed(own ?? RunFailure(.noHost, reasons)), at: moment)
  }

  private mutating func waitForNode(_ id: RunID, at moment: Moment) {
    let placeAt = moment.instant + settings.home.placingPause
    update(id) {
      $0.step = .waiting
      $0.run.hostNode = ""
      $0.placeAt = placeAt
    }
  }

  /// The host is dead, or has lost the run: start it again elsewhere, unless the request wants to be told instead.
  ///
  /// - Parameter neverStarted: the host says so: then nothing was lost, and the request's wish is not about this.
  mutating func hostLost(
    _ id: RunID, _ reason: String, mayHaveCopy: Bool, neverStarted: Bool = false, at moment: Moment
  ) {
    guard let record = record(id) else { return }
    let run = record.run
    if mayHaveCopy { addStray(id, node: run.hostNode, attempt: run.attempt) }
    home.displace(run: id.text, from: run.hostNode)
    if !neverStarted { home.failed(on: run.hostNode, at: moment.instant) }
    touched.append(run.hostNode)
    if record.stopIsRequested { return conclude(id, .stopped, at: moment) }
    if run.onHostLoss == .tell, !neverStarted {
      return conclude(id, .failed(RunFailure(.lost, reason)), at: moment)
    }
    update(id) {
      if $0.placingSince == nil || run.times.started > 0 { $0.placingSince = moment.instant }
      $0.failure = nil
      $0.failuresDiffer = false
      $0.beginAnew()
    }
    enter(id, .placing)
    // Only a step that was recorded leads here, so the choice is written before anybody is asked.
    update(id) { $0.step = .waiting }
    if !choose(id, at: moment) { waitForNode(id, at: moment) }
  }

  /// A run that waits for a node looks at them again.
  mutating func placeWaiting(_ id: RunID, _ record: RunRecord, at moment: Moment) {
    if let since = record.placingSince, moment.instant - since > settings.home.placingGrace {
      return failPlacing(id, at: moment)
    }
    if let placeAt = record.placeAt, moment.instant < placeAt { return }
    if !choose(id, at: moment) { waitForNode(id, at: moment) }
  }

  /// This node cannot begin it; the next one may.
  mutating func leaveThisNode(_ id: RunID, _ failure: RunFailure, at moment: Moment) {
    if let container = record(id)?.containerID {
      pending.append(.call(id, .remove, .remove(id: container, force: true, volumes: true)))
    }
    tryNext(id, .refused(failure.reason), failure: failure, at: moment)
  }

  /// What the end of a run says of its service's work, and of how far its host's word can be trusted.
  mutating func learn(from record: RunRecord, _ state: RunState, at moment: Moment) {
    let run = record.run
    guard case .finished(exitCode: 0) = state, run.times.started > 0, let row = record.row else { return }
    let ended = record.endedAt > 0 ? record.endedAt : moment.wallMilliseconds
    let seconds = Double(ended - run.times.started) / 1000
    guard seconds >= Self.leastLesson, run.bound == .processor else { return }
    // What the node had promised: what was expected of it without what is known of its promises and its failures.
    let promised = row.outlook.speed / 100 * (1 + row.failures) / max(row.trust, Trust.bounds.lowerBound)
    if let work = history.work(of: run.service) {
      let ratio = work / seconds / promised
      // A node of Home Edge is not told, and so tells nobody.
      if isHere(run) { trust.learn(speed: ratio) } else { update(run.id) { $0.lesson = ratio } }
    }
    // By what was promised as well: the runs of all nodes make the mean, and it stays where it is.
    history.learn(run.service, work: seconds * promised)
  }

  /// A run of less than a second is mostly its own start.
  private static let leastLesson = 1.0

  /// Whoever waits for an answer to the request gets it, once.
  mutating func answerRequest(_ id: RunID) {
    guard let record = record(id), !record.isAnswered else { return }
    update(id) { $0.isAnswered = true }
    pending.append(.placed(id))
  }
}

extension RunRecord {
  /// The host's row in the choice.
  var row: Placement.Row? { run.placement?.rows.first { $0.node == run.hostNode } }
}

extension RunFailure {
  /// Whether it says that this node cannot run it, which says nothing of another.
  var isRefusal: Bool {
    switch kind {
    case .pull, .create, .start, .engine: true
    case .outOfMemory, .timeLimit, .signal, .lost, .noHost, .givenBack: false
    }
  }
}

extension Requirements {
  /// What a run needs of its host.
  init(of run: Run, command: RunCommand?) {
    var mustBeRegistered = false
    switch run.workload {
    case .native: mustBeRegistered = true
    case .container(let arguments): mustBeRegistered = arguments.isEmpty
    }
    self.init(kind: run.workload.kind, service: run.service, mustBeRegistered: mustBeRegistered)
    allowsSelf = run.allowsSelf
    constraints = run.constraints
    preferredNode = run.preferredNode
    memory = command?.reservedMemory ?? 0
    cores = command?.wantedCores ?? 1
    bound = run.bound
    deadline = run.deadline.map { Double($0) }
    if let image = command?.image, !image.isIdentifier { self.image = Self.hash(ofImage: image.description) }
    if let platform = command?.platform { architecture = Self.architecture(ofPlatform: platform) }
  }

  /// The part of `linux/arm/v7` after the system; empty where only the system is named.
  private static func architecture(ofPlatform platform: String) -> String {
    let bytes = Array(platform.utf8)
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
      return platform == "linux" ? "" : platform
    }
    return String(decoding: bytes[(slash + 1)...], as: UTF8.self)
  }
}
