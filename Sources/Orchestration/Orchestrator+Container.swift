package import Basics
package import Containers
import Wire

// The steps of a container: (pull) create start wait inspect output, then persisted, then remove.
extension Orchestrator {
  /// A list under way when the engine finishes an earlier attempt does not show its container; the next one
  /// does.
  private static let nameConflicts = 3
  /// A name that only this run has can be taken by nothing else, and an engine under load takes long to
  /// finish it.
  private static let ownNameConflicts = 30

  /// First step of a run that is on disk.
  mutating func begin(_ record: inout RunRecord, at moment: Moment) {
    enter(&record, .placing)
    if record.stopIsRequested { return end(&record, .stopped, at: moment) }
    switch record.run.workload {
    case .native(let command):
      beginNative(&record, command, at: moment)
    case .container:
      guard engineIsAvailable else { return suspend(&record, at: moment) }
      prepare(&record, at: moment)
    }
  }

  /// Creates the container, or fetches its image first where the request says so.
  mutating func prepare(_ record: inout RunRecord, at moment: Moment) {
    guard let command = record.command else {
      let reason = "the options can no longer be read: a file they name is gone"
      return end(&record, .failed(RunFailure(.create, reason)), at: moment)
    }
    if command.pullPolicy == .always, case .untried = record.attempt.pull {
      pull(&record, command)
    } else {
      create(&record, command)
    }
  }

  private mutating func pull(_ record: inout RunRecord, _ command: RunCommand) {
    record.step = .pull
    enter(&record, .pulling(percent: -1))
    let image = command.image
    pending.append(
      .call(
        record.run.id, .pull, .pull(name: image.pullName, tag: image.pullTag, platform: command.platform)))
  }

  private mutating func create(_ record: inout RunRecord, _ command: RunCommand) {
    let run = record.run
    var command = command
    command.setEnvironment("REQUEST", to: run.requesterAddress)
    command.setLabel(Label.run, to: run.id.text)
    command.setLabel(Label.node, to: settings.node)
    command.setLabel(Label.service, to: run.service)
    // Each of ours is set, so that no image's own stands in its place.
    command.setLabel(Label.attempt, to: String(max(run.attempt, 1)))
    // An earlier attempt of this run may have left its container here.
    let suffix = run.attempt <= 1 ? "" : "-" + String(run.attempt)
    record.step = .create
    enter(&record, .starting)
    pending.append(
      .call(
        run.id, .create,
        .create(
          name: command.name ?? "hearth-" + run.id.text + suffix, platform: command.platform,
          body: keptUntilRecorded(command.createBody))))
  }

  /// The engine must not remove the container by itself: its end is read off it first, and it is removed by
  /// us whatever `--rm` says.
  private func keptUntilRecorded(_ body: JSON) -> JSON {
    guard var object = body.object, var host = object["HostConfig"]?.object, host["AutoRemove"] != nil
    else { return body }
    host["AutoRemove"] = false
    object["HostConfig"] = .object(host)
    return .object(object)
  }

  mutating func start(_ record: inout RunRecord, at moment: Moment) {
    guard let container = record.attempt.containerID else { return }
    if record.stopIsRequested { return end(&record, .stopped, at: moment) }
    if record.hosting.mayNotStart { return giveBackUnstarted(&record, at: moment) }
    if record.hosting.awaitsCommit { return awaitCommit(&record, at: moment) }
    record.step = .start
    record.attempt.startMayBeUnderWay = true
    record.attempt.unstartedLists = 0
    enter(&record, .starting)
    pending.append(.call(record.run.id, .start, .start(id: container)))
  }

  mutating func isRunning(_ record: inout RunRecord, at moment: Moment) {
    guard record.attempt.containerID != nil else { return }
    if record.run.times.started == 0 { pending.append(.note(record.run.id)) }
    record.noteStart(at: moment)
    enter(&record, .running)
    let isEarly = record.attempt.waitedAt.map { moment.instant - $0 < Self.shortWait } ?? false
    record.attempt.earlyWaits = isEarly ? record.attempt.earlyWaits + 1 : 0
    let pause = min(record.attempt.earlyWaits - Self.freeWaits, Self.longestPause)
    if pause > 0 {
      record.step = .pausing(until: moment.instant + .seconds(pause))
    } else {
      wait(&record, at: moment)
    }
    if record.stopIsRequested, !record.attempt.stopIsUnderWay { stopContainer(&record) }
  }

  /// A `wait` that ends sooner although the container runs is early: the Engine is wrong, or starts it again and again.
  private static let shortWait = Interval.seconds(2)
  /// So many early ones in a row cost nothing; then a second of pause more after each, up to `longestPause` seconds.
  private static let freeWaits = 3
  private static let longestPause = 10

  /// Waits for its end.
  mutating func wait(_ record: inout RunRecord, at moment: Moment) {
    guard let container = record.attempt.containerID, engineIsAvailable else {
      return suspend(&record, at: moment)
    }
    record.step = .wait
    record.attempt.waitedAt = moment.instant
    pending.append(.call(record.run.id, .wait, .wait(id: container)))
  }

  mutating func stopContainer(_ record: inout RunRecord) {
    guard let container = record.attempt.containerID else { return }
    record.attempt.stopIsUnderWay = true
    pending.append(.call(record.run.id, .stop, .stop(id: container, seconds: nil)))
  }

  mutating func inspect(_ record: inout RunRecord) {
    guard let container = record.attempt.containerID else { return }
    record.step = .inspect(record.step.ending)
    pending.append(.call(record.run.id, .inspect, .inspect(id: container)))
  }

  /// Fetches the last output, because the container is removed after the run's end.
  private mutating func fetchOutput(_ record: inout RunRecord, outcome: RunState) {
    guard let container = record.attempt.containerID else { return }
    record.step = .output(RunRecord.Ending(outcome))
    pending.append(
      .call(
        record.run.id, .output,
        .logs(id: container, follow: false, tail: settings.keptLines)))
  }

  /// Keeps the output and ends the run.
  mutating func finish(_ record: inout RunRecord, _ ending: RunRecord.Ending, at moment: Moment) {
    let output = ending.last(settings.keptOutput)
    if !output.isEmpty { pending.append(.keepOutput(record.run.id, output)) }
    end(&record, ending.outcome, at: moment)
  }

  // MARK: - Answers of the engine

  /// One event of a call made for a run.
  package mutating func engine(_ event: EngineEvent, of step: EngineStep, for id: RunID, at moment: Moment)
    -> [Directive]
  {
    if case .output(let stream, let bytes) = event {
      if step == .output { keep(EngineFrames.encode(stream: stream, bytes[...]), of: id) }
      return []
    }
    guard var record = records[id] else {
      if case .failed = event { listLater(moment) }
      return []
    }
    if case .failed(let error) = event {
      failed(error, of: step, &record, at: moment)
    } else {
      handle(event, of: step, &record, at: moment)
    }
    return drain(storing: record)
  }

  private mutating func handle(
    _ event: EngineEvent, of step: EngineStep, _ record: inout RunRecord, at moment: Moment
  ) {
    switch (step, event) {
    case (.pull, .progress(let progress)):
      if record.isFetching { enter(&record, .pulling(percent: progress.percent ?? -1)) }
    case (.pull, .done):
      record.attempt.pull = .done
      if let command = record.command { create(&record, command) }
    case (.create, .created(let container, _)):
      record.attempt.containerID = container
    case (.create, .done):
      start(&record, at: moment)
    case (.start, .done):
      isRunning(&record, at: moment)
    case (.wait, .exited(let code)):
      record.attempt.exitCode = Int(Int32(clamping: code))
    case (.wait, .done):
      inspect(&record)
    case (.inspect, .container(let container)):
      inspected(container, &record, at: moment)
    case (.output, .done):
      if let ending = record.step.ending { finish(&record, ending, at: moment) }
    case (.stop, .done):
      record.attempt.stopIsUnderWay = false
    case (.remove, .done):
      // Where the run goes on, the container that went was an earlier attempt's.
      if record.run.state.isFinal { record.attempt.containerID = nil }
    default:
      break
    }
  }

  private mutating func inspected(
    _ container: ContainerState, _ record: inout RunRecord, at moment: Moment
  ) {
    if container.status == "created" {
      // A start that was lost; an Engine that says so again and again never does it.
      record.attempt.brokenCalls += 1
      guard record.attempt.brokenCalls <= settings.brokenCalls else {
        let failure = RunFailure(.engine, "its container never started, whatever the engine said")
        return end(&record, record.end(as: .failed(failure)), at: moment)
      }
      start(&record, at: moment)
    } else if container.running {
      // The engine has started it again, as --restart asks for.
      record.attempt.exitCode = nil
      isRunning(&record, at: moment)
    } else {
      record.attempt.endTime = container.finishedAt.flatMap { Timestamp.milliseconds($0) } ?? 0
      // The engine's two times go together; the agent heard of the start later.
      if let started = container.startedAt.flatMap({ Timestamp.milliseconds($0) }), started > 0,
        started < record.run.times.started
      {
        record.run.times.started = started
      }
      fetchOutput(&record, outcome: outcome(of: container, record))
    }
  }

  /// How a container that is not running ended.
  private func outcome(of container: ContainerState, _ record: RunRecord) -> RunState {
    let known = record.attempt.exitCode
    let code = container.exitCode.map { Int(Int32(clamping: $0)) } ?? known ?? 0
    if record.stopIsRequested { return .stopped }
    if container.oomKilled && code != 0 {
      let reason = "it used more memory than it may and the kernel killed it"
      return .failed(RunFailure(.outOfMemory, reason, exitCode: code))
    }
    if container.startedAt == nil && record.run.times.started == 0 && known == nil {
      if container.error.isEmpty { return .failed(RunFailure(.lost, "the container ended without a start")) }
      let cause = EngineError.cause(of: .start, status: 500, container.error)
      return .failed(RunFailure(.start, container.error, cause: cause))
    }
    return .finished(exitCode: code)
  }

  // MARK: - Failures of the engine

  private mutating func failed(
    _ error: EngineError, of step: EngineStep, _ record: inout RunRecord, at moment: Moment
  ) {
    guard !record.run.state.isFinal else {
      if step == .remove { removeFailed(&record, error, at: moment) }
      return
    }
    guard step != .remove else { return listLater(moment) }
    if error.kind == .unreachable, step != .stop { return broke(&record, error, of: step, at: moment) }
    switch step {
    case .pull:
      // The image may be here all the same: a home without its uplink goes on with what it has.
      record.attempt.pull = .failed(RunFailure(.pull, error))
      if let command = record.command { create(&record, command) }
    case .create:
      createFailed(&record, error, at: moment)
    case .start:
      fetchOutput(&record, outcome: record.end(as: .failed(RunFailure(.start, error))))
    case .wait where error.kind != .noSuchContainer:
      // It may well run: what the engine lists decides.
      list(&record, at: moment)
    case .wait, .inspect:
      let isGone = error.kind == .noSuchContainer
      let reason = isGone ? "the container was removed by somebody else" : error.description
      let code = record.attempt.exitCode
      let state = code.map { RunState.finished(exitCode: $0) } ?? .failed(RunFailure(.lost, reason))
      if isGone { record.attempt.containerID = nil }
      end(&record, record.end(as: state), at: moment)
    case .output:
      // A log driver that cannot be read costs the output, not the result.
      if let ending = record.step.ending { finish(&record, ending, at: moment) }
    case .stop:
      // Whoever asked may ask again; the engine's end or the container's shows in `wait`.
      record.attempt.stopIsUnderWay = false
    case .remove:
      break
    }
  }

  /// A container that no run here remembers is still there.
  private mutating func listLater(_ moment: Moment) {
    listAt = min(listAt, moment.instant + settings.removalPause)
  }

  /// Goes on from what the engine lists.
  private mutating func list(_ record: inout RunRecord, at moment: Moment) {
    suspend(&record, at: moment)
    pending.append(.listContainers)
  }

  /// The connection broke under a call, whose effect is unknown: the list of containers tells.
  private mutating func broke(
    _ record: inout RunRecord, _ error: EngineError, of step: EngineStep, at moment: Moment
  ) {
    var limit = settings.brokenCalls
    record.attempt.brokenCalls += 1
    if case .silent = error.reason {
      // Each costs minutes. What was not started can begin elsewhere at once.
      record.attempt.brokenCalls += limit / 3
      let isUnstarted = step == .create || step == .pull
      if isUnstarted, record.run.isHosted || hasElsewhere(record) { limit = 0 }
    }
    record.attempt.stopIsUnderWay = false
    if record.run.times.started == 0, record.attempt.brokenCalls > limit {
      let failure = RunFailure(.engine, error.description)
      return end(&record, record.end(as: .failed(failure)), at: moment)
    }
    suspend(&record, at: moment)
    if engineIsAvailable { pending.append(.listContainers) }
  }

  private func removeFailed(_ record: inout RunRecord, _ error: EngineError, at moment: Moment) {
    if error.kind == .noSuchContainer {
      record.attempt.containerID = nil
    } else {
      record.attempt.removalFailedAt = moment.instant
    }
  }

  private mutating func createFailed(_ record: inout RunRecord, _ error: EngineError, at moment: Moment) {
    guard let command = record.command else { return }
    if record.stopIsRequested { return end(&record, .stopped, at: moment) }
    if error.kind == .noSuchImage { return imageIsMissing(&record, command, error, at: moment) }
    let conflicts = command.name == nil ? Self.ownNameConflicts : Self.nameConflicts
    if error.kind == .nameInUse && record.attempt.nameConflicts < conflicts {
      // Perhaps an earlier attempt of ours whose answer was lost: the list of containers tells.
      record.attempt.nameConflicts += 1
      return list(&record, at: moment)
    }
    end(&record, .failed(RunFailure(.create, error)), at: moment)
  }

  private mutating func imageIsMissing(
    _ record: inout RunRecord, _ command: RunCommand, _ error: EngineError, at moment: Moment
  ) {
    switch record.attempt.pull {
    case .untried where command.pullPolicy != .never:
      pull(&record, command)
    case .untried, .done:
      end(&record, .failed(RunFailure(.pull, error)), at: moment)
    case .failed(let failure):
      end(&record, .failed(failure), at: moment)
    }
  }
}

extension RunRecord {
  /// Its program runs here; it may have been seen to run before.
  mutating func noteStart(at moment: Moment) {
    if run.times.started == 0 { run.times.started = moment.wallMilliseconds }
    if attempt.startedAt == nil { attempt.startedAt = moment.instant }
  }
}
