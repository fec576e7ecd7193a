package import Basics
package import Containers
internal import Scoring

// The host's side: runs that other nodes have placed here.
extension Orchestrator {
  /// Takes a run that another node asks this one to run (`Run(asked:host:)`). Asking again is answered the
  /// same.
  ///
  /// The Agent has checked `command`, or the native command, against this node's own definitions.
  package mutating func host(
    _ run: Run, command: RunCommand?, at moment: Moment
  ) -> (answer: HostingDecision, directives: [Directive]) {
    let answer = judge(run, command, at: moment)
    guard answer == .persisting else { return (answer, drain()) }
    if let earlier = records[run.id] {
      if earlier.step.isUnpersisted { return (answer, drain()) }
      if let container = earlier.attempt.containerID { discard(container, of: run.id) }
    }
    var record = RunRecord(run: run, command: command)
    record.ordinal = ended.remove(run.id) ?? 0
    add(record)
    pending.append(.persist(run.id))
    return (answer, drain())
  }

  /// The requester goes by this attempt: it may start, now or once it is ready.
  ///
  /// - Returns: whether the attempt is here.
  package mutating func commitHosted(
    _ id: RunID, attempt: Int, of requester: String, at moment: Moment
  ) -> (isThere: Bool, directives: [Directive]) {
    guard var record = records[id], record.run.requesterNode == requester, record.run.attempt == attempt,
      !record.step.isUnpersisted
    else { return (false, drain()) }
    record.hosting.awaitsCommit = false
    if case .prepared = record.step {
      switch record.run.workload {
      case .native(let command): beginNative(&record, command, at: moment)
      case .container: start(&record, at: moment)
      }
    }
    return (true, drain(storing: record))
  }

  /// Waits for the requester's commit, with all else done.
  mutating func awaitCommit(_ record: inout RunRecord, at moment: Moment) {
    record.step = .prepared(since: moment.instant)
    enter(&record, .starting)
  }

  /// Once a second: a requester that does not commit has given the run to another, or is gone.
  mutating func waitForCommit(_ record: inout RunRecord, since: Instant, at moment: Moment) {
    guard moment.instant - since > settings.home.commitTimeout else { return }
    let reason = "its requester did not say that it may begin"
    conclude(&record, .failed(RunFailure(.givenBack, reason)), at: moment)
  }

  private mutating func judge(_ run: Run, _ command: RunCommand?, at moment: Moment) -> HostingDecision {
    let id = run.id
    if var record = records[id] {
      guard record.run.requesterNode == run.requesterNode else {
        return .refused("the identifier is another run's")
      }
      if record.run.attempt == run.attempt { return record.step.isUnpersisted ? .persisting : .accepted }
      if record.run.attempt > run.attempt { return .refused("a later attempt is here") }
      if !record.step.isSettled {
        requestStop(&record, at: moment)
        store(record)
        return .refused("an earlier attempt is being stopped")
      }
    }
    if let earlier = ended.run(id) {
      guard earlier.requesterNode == run.requesterNode else {
        return .refused("the identifier is another run's")
      }
      if earlier.attempt >= run.attempt {
        return earlier.attempt == run.attempt ? .accepted : .refused("a later attempt is here")
      }
    }
    if revokedAttempts.contains(where: { $0.id == id && $0.attempt >= run.attempt }) {
      return .refused("it was revoked")
    }
    if let reason = objection(to: run, command) { return .refused(reason) }
    if let expected = run.expectedDemand {
      let demand = demand(at: moment.instant)
      let known = recentDemand(of: run.requesterNode, at: moment.instant)
      if demand.threads - known > expected + Self.surprise { return .busier(demand) }
    }
    return makeRoom(for: run) ? .persisting : .refused("\(settings.home.hostedBytes) bytes of runs are here")
  }

  /// What speaks against one more run here.
  private func objection(to run: Run, _ command: RunCommand?) -> String? {
    guard underWay < settings.runsUnderWay else { return "\(underWay) runs are under way" }
    var requirements = Requirements(of: run, command: command)
    requirements.mustBeRegistered = false  // The Agent has looked.
    requirements.constraints = []  // The requester has.
    requirements.allowsSelf = true  // Meant the requester.
    if case .container = run.workload {
      if !engineIsAvailable { return "its container engine is away" }
      if engineHangs { return "its container engine does not answer" }
      if command == nil { return "it cannot read the options" }
    }
    guard var own = home.nodes.first(where: { $0.isSelf }) else { return nil }
    own.state = .alive
    own.memoryAvailable = own.memoryAvailable.map { unreserved(of: $0) }
    return requirements.objection(to: own)
  }

  /// Threads of the runs that the requester itself has placed here lately: it knows of them, whatever it has
  /// heard.
  private func recentDemand(of requester: String, at now: Instant) -> Double {
    var threads = 0.0
    for record in records.values where record.run.requesterNode == requester && !record.run.state.isFinal {
      if let started = record.attempt.startedAt, now - started > Self.recent { continue }
      threads += record.demand.threads
    }
    return threads
  }

  /// What was begun longer ago was in a heartbeat since.
  private static let recent = Interval.seconds(2)
  /// Threads beyond what was known that make the choice another one: a run that somebody else has placed.
  private static let surprise = 0.75

  /// A requester is called otherwise from now on.
  package mutating func rename(requester old: String, to new: String) -> [Directive] {
    for id in order {
      guard var record = records[id], record.run.requesterNode == old else { continue }
      record.run.requesterNode = new
      pending.append(.note(id))
      store(record)
    }
    return drain()
  }

  /// The runs of a requester, as its stream begins with; an end that is not on disk yet is not told.
  package func hostedRuns(of requester: String) -> [Run] {
    var runs: [Run] = []
    for id in order {
      guard let record = records[id], record.run.requesterNode == requester, !record.step.isUnpersisted else {
        continue
      }
      var run = record.run
      if case .ended = record.step {
        run.state = run.times.started > 0 ? .running : .starting
        run.times.ended = 0
      }
      runs.append(run)
    }
    return runs
  }

  /// Ends this attempt of a hosted run and earlier ones; the requester has no use for them, or knows their
  /// end and perhaps their `speed`, as a multiple of what this node had promised.
  ///
  /// - Parameter isStop: the run itself is to stop, and goes on nowhere else.
  /// - Returns: whether nothing of it is left to end.
  package mutating func stopHosted(
    _ id: RunID, attempt: Int, of requester: String, speed: Double? = nil, isStop: Bool = false,
    at moment: Moment
  ) -> (isOver: Bool, directives: [Directive]) {
    guard var record = records[id] else {
      remember(revoked: id, attempt)
      return (true, drain())
    }
    // Of another's run nothing is ended, nor is its next attempt refused.
    guard record.run.requesterNode == requester, record.run.attempt <= attempt else { return (true, drain()) }
    remember(revoked: id, attempt)
    let isOver = record.step.isSettled
    if isOver, let speed, !record.hosting.endIsSeen { calibration.learn(speed: speed) }
    record.hosting.endIsSeen = true
    if isStop { record.hosting.isStopped = true }
    if isOver {
      if !record.run.endReported { pending.append(.note(id)) }
      record.run.endReported = true
    } else {
      requestStop(&record, at: moment)
      keepStop(&record)
    }
    return (isOver, drain(storing: record))
  }

  private mutating func remember(revoked id: RunID, _ attempt: Int) {
    revokedAttempts.removeAll { $0.id == id && $0.attempt <= attempt }
    if revokedAttempts.count >= settings.home.revokedLimit { revokedAttempts.removeFirst() }
    revokedAttempts.append((id, attempt))
  }

  /// A new agent does not begin a run of another node: that may have given it to a third meanwhile, and gives
  /// it again.
  mutating func giveBackUnstarted(_ record: inout RunRecord, at moment: Moment) {
    let reason = "its host started anew before it had begun"
    conclude(&record, .failed(RunFailure(.givenBack, reason)), at: moment)
  }
}
