import Basics
import Containers
import Wire

// The steps of a container: (pull) create start wait inspect output, then recorded, then remove.
extension Orchestrator {
  /// A list under way when the engine finishes an earlier attempt does not show its container; the next one does.
  private static let nameConflicts = 3
  /// A name that only this run has can be taken by nothing else, and an engine under load takes long to finish it.
  private static let ownNameConflicts = 30

  /// First step of a recorded run.
  mutating func begin(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    enter(id, .placing)
    if record.stopIsRequested { return end(id, .stopped, at: moment) }
    switch record.run.workload {
    case .native(let command):
      beginNative(id, command, at: moment)
    case .container:
      guard engineIsAvailable else { return suspend(id, at: moment) }
      prepare(id, at: moment)
    }
  }

  /// Creates the container, or fetches its image first where the request says so.
  private mutating func prepare(_ id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    guard let command = record.command else {
      let reason = "the options can no longer be read: a file they name is gone"
      return end(id, .failed(RunFailure(.create, reason)), at: moment)
    }
    if command.pullPolicy == .always && !record.pullIsDone {
      pull(id, command)
    } else {
      create(id, command)
    }
  }

  private mutating func pull(_ id: RunID, _ command: RunCommand) {
    update(id) { $0.step = .pull }
    enter(id, .pulling(percent: -1))
    pending.append(
      .call(
        id, .pull, .pull(name: command.image.pullName, tag: command.image.pullTag, platform: command.platform)
      ))
  }

  private mutating func create(_ id: RunID, _ command: RunCommand) {
    guard let record = record(id) else { return }
    var command = command
    command.setEnvironment("REQUEST", to: record.run.requesterAddress)
    command.setLabel(Label.run, to: id.text)
    command.setLabel(Label.node, to: settings.node)
    command.setLabel(Label.service, to: record.run.service)
    // An earlier attempt of this run may have left its container here.
    let isFirst = record.run.attempt <= 1
    if !isFirst { command.setLabel(Label.attempt, to: String(record.run.attempt)) }
    let suffix = isFirst ? "" : "-" + String(record.run.attempt)
    update(id) { $0.step = .create }
    enter(id, .starting)
    pending.append(
      .call(
        id, .create,
        .create(
          name: command.name ?? "hearth-" + id.text + suffix, platform: command.platform,
          body: keptUntilRecorded(command.createBody))))
  }

  /// The engine must not remove the container by itself: its end is read off it first, and it is removed by us
  /// whatever `--rm` says.
  private func keptUntilRecorded(_ body: JSON) -> JSON {
    guard var object = body.object, var host = object["HostConfig"]?.object, host["AutoRemove"] != nil
    else { return body }
    host["AutoRemove"] = false
    object["HostConfig"] = .object(host)
    return .object(object)
  }

  mutating func suspend(_ id: RunID, at moment: Moment) {
    update(id) {
      $0.step = .suspended
      $0.suspendedAt = moment.instant
    }
  }

  /// Goes on with a run whose step is unknown, from what its container says.
  mutating func resume(_ id: RunID, container: ContainerState?, at moment: Moment) {
    guard let record = record(id), case .container = record.run.workload else { return }
    guard let container else {
      if let outcome = record.outcome {
        finish(id, outcome: outcome, at: moment)
      } else if record.stopIsRequested {
        end(id, .stopped, at: moment)
      } else if let code = record.exitCode {
        end(id, .finished(exitCode: code), at: moment)
      } else if record.run.times.started > 0 {
        let reason = "the container was removed while nobody watched"
        end(id, .failed(RunFailure(.lost, reason)), at: moment)
      } else if record.mayNotStart {
        giveBackUnstarted(id, at: moment)
      } else {
        prepare(id, at: moment)
      }
      return
    }
    update(id) {
      $0.containerID = container.id
      $0.suspendedAt = nil
    }
    switch container.status {
    case "created" where record.startMayBeUnderWay && record.unstartedLists < settings.unstartedLists:
      update(id) { $0.unstartedLists += 1 }
      suspend(id, at: moment)
      pending.append(.listContainers)
    case "created" where record.startMayBeUnderWay:
      // An engine under load may need longer. It answers this question only when a start under way is over, since
      // both hold the container's lock.
      inspect(id)
    case "created":
      start(id, at: moment)
    case "running", "paused", "restarting":
      isRunning(id, at: moment)
    default:
      inspect(id)
    }
  }

  mutating func start(_ id: RunID, at moment: Moment) {
    guard let record = record(id), let container = record.containerID else { return }
    if record.stopIsRequested { return end(id, .stopped, at: moment) }
    if record.mayNotStart { return giveBackUnstarted(id, at: moment) }
    if record.awaitsWord { return hold(id, at: moment) }
    update(id) {
      $0.step = .start
      $0.startMayBeUnderWay = true
      $0.unstartedLists = 0
    }
    enter(id, .starting)
    pending.append(.call(id, .start, .start(id: container)))
  }

  private mutating func isRunning(_ id: RunID, at moment: Moment) {
    guard let record = record(id), let container = record.containerID else { return }
    update(id) {
      $0.step = .wait
      if $0.run.times.started == 0 { $0.run.times.started = moment.wallMilliseconds }
      if $0.startedInstant == nil { $0.startedInstant = moment.instant }
    }
    pending.append(.note(id))
    enter(id, .running)
    pending.append(.call(id, .wait, .wait(id: container)))
    if record.stopIsRequested { stopContainer(id) }
  }

  mutating func stopContainer(_ id: RunID) {
    guard let container = record(id)?.containerID else { return }
    update(id) { $0.stopIsUnderWay = true }
    pending.append(.call(id, .stop, .stop(id: container, seconds: nil)))
  }

  private mutating func inspect(_ id: RunID) {
    guard let container = record(id)?.containerID else { return }
    update(id) { $0.step = .inspect }
    pending.append(.call(id, .inspect, .inspect(id: container)))
  }

  /// Fetches the last output, because the container is removed after the run's end.
  private mutating func fetchOutput(_ id: RunID, outcome: RunState) {
    guard let container = record(id)?.containerID else { return }
    update(id) {
      $0.step = .output
      $0.outcome = outcome
      $0.output = []
      $0.outputBytes = 0
    }
    pending.append(
      .call(
        id, .output,
        .logs(id: container, follow: false, tail: settings.keptLines, timestamps: false)))
  }

  // MARK: - Answers of the engine

  mutating func handle(_ event: EngineEvent, of step: EngineStep, for id: RunID, at moment: Moment) {
    guard let record = record(id) else { return }
    if case .failed(let error) = event { return handle(error, of: step, for: id, at: moment) }
    switch (step, event) {
    case (.pull, .progress(let progress)):
      if record.step == .pull { enter(id, .pulling(percent: progress.percent ?? -1)) }
    case (.pull, .done):
      update(id) { $0.pullIsDone = true }
      if let command = record.command { create(id, command) }
    case (.create, .created(let container, _)):
      update(id) { $0.containerID = container }
    case (.create, .done):
      start(id, at: moment)
    case (.start, .done):
      isRunning(id, at: moment)
    case (.wait, .exited(let code)):
      update(id) { $0.exitCode = Int(Int32(clamping: code)) }
    case (.wait, .done):
      inspect(id)
    case (.inspect, .container(let container)) where container.status == "created":
      start(id, at: moment)
    case (.inspect, .container(let container)) where container.running:
      // The engine has started it again, as --restart asks for.
      update(id) { $0.exitCode = nil }
      isRunning(id, at: moment)
    case (.inspect, .container(let container)):
      let ended = container.finishedAt.flatMap { Timestamp.milliseconds($0) } ?? 0
      update(id) { $0.endedAt = ended }
      fetchOutput(id, outcome: outcome(of: container, record))
    case (.output, .output(let stream, let bytes)):
      let limit = settings.keptOutput
      update(id) { $0.keep(OutputFrame.encode(stream: stream.rawValue, bytes[...]), limit: limit) }
    case (.output, .done):
      finish(id, at: moment)
    case (.stop, .done):
      update(id) { $0.stopIsUnderWay = false }
    case (.remove, .done):
      // Where the run goes on, the container that went was an earlier attempt's.
      if record.run.state.isFinal { update(id) { $0.containerID = nil } }
    default:
      break
    }
  }

  /// How a container that is not running ended.
  private func outcome(of container: ContainerState, _ record: RunRecord) -> RunState {
    let code = container.exitCode.map { Int(Int32(clamping: $0)) } ?? record.exitCode ?? 0
    if record.stopIsRequested { return .stopped }
    if container.oomKilled && code != 0 {
      let reason = "it used more memory than it may and the kernel killed it"
      return .failed(RunFailure(.outOfMemory, reason, exitCode: code))
    }
    if container.startedAt == nil && record.run.times.started == 0 && record.exitCode == nil {
      if container.error.isEmpty { return .failed(RunFailure(.lost, "the container ended without a start")) }
      return .failed(RunFailure(.start, container.error))
    }
    return .finished(exitCode: code)
  }

  private mutating func finish(_ id: RunID, at moment: Moment) {
    guard let outcome = record(id)?.outcome else { return }
    finish(id, outcome: outcome, at: moment)
  }

  private mutating func finish(_ id: RunID, outcome: RunState, at moment: Moment) {
    guard let record = record(id) else { return }
    if !record.output.isEmpty { pending.append(.keepOutput(id, Array(record.output.joined()))) }
    update(id) { $0.output = [] }
    end(id, outcome, at: moment)
  }

  // MARK: - Failures of the engine

  private mutating func handle(_ error: EngineError, of step: EngineStep, for id: RunID, at moment: Moment) {
    guard let record = record(id), !record.run.state.isFinal else {
      if step == .remove { removeFailed(id, error, at: moment) }
      return
    }
    guard step != .remove else { return }
    if error.kind == .unreachable, step != .stop { return broke(id, error, at: moment) }
    switch step {
    case .pull:
      // The image may be here all the same: a home without its uplink goes on with what it has.
      update(id) {
        $0.pullIsDone = true
        $0.pullError = error.description
      }
      if let command = record.command { create(id, command) }
    case .create:
      createFailed(id, error, at: moment)
    case .start:
      let failure = RunFailure(.start, error.description)
      fetchOutput(id, outcome: record.stopIsRequested ? .stopped : .failed(failure))
    case .wait where error.kind != .noSuchContainer:
      // It may well run: what the engine lists decides.
      suspend(id, at: moment)
      pending.append(.listContainers)
    case .wait, .inspect:
      let reason =
        error.kind == .noSuchContainer ? "the container was removed by somebody else" : error.description
      let ended =
        record.exitCode.map { RunState.finished(exitCode: $0) } ?? .failed(RunFailure(.lost, reason))
      update(id) { if error.kind == .noSuchContainer { $0.containerID = nil } }
      end(id, record.stopIsRequested ? .stopped : ended, at: moment)
    case .output:
      // A log driver that cannot be read costs the output, not the result.
      finish(id, at: moment)
    case .stop:
      // Whoever asked may ask again; the engine's end or the container's shows in `wait`.
      update(id) { $0.stopIsUnderWay = false }
    case .remove:
      break
    }
  }

  /// The connection broke under a call, whose effect is unknown: the list of containers tells.
  private mutating func broke(_ id: RunID, _ error: EngineError, at moment: Moment) {
    update(id) {
      $0.brokenCalls += 1
      $0.stopIsUnderWay = false
    }
    if let record = record(id), record.run.times.started == 0, record.brokenCalls > settings.brokenCalls {
      return end(
        id, record.stopIsRequested ? .stopped : .failed(RunFailure(.engine, error.description)), at: moment)
    }
    suspend(id, at: moment)
    if engineIsAvailable { pending.append(.listContainers) }
  }

  private mutating func removeFailed(_ id: RunID, _ error: EngineError, at moment: Moment) {
    update(id) {
      if error.kind == .noSuchContainer {
        $0.containerID = nil
      } else {
        $0.removalFailedAt = moment.instant
      }
    }
  }

  private mutating func createFailed(_ id: RunID, _ error: EngineError, at moment: Moment) {
    guard let record = record(id), let command = record.command else { return }
    if record.stopIsRequested { return end(id, .stopped, at: moment) }
    if error.kind == .noSuchImage {
      if !record.pullIsDone && command.pullPolicy != .never { return pull(id, command) }
      let reason = record.pullError ?? error.description
      return end(id, .failed(RunFailure(.pull, reason)), at: moment)
    }
    let conflicts = command.name == nil ? Self.ownNameConflicts : Self.nameConflicts
    if error.kind == .nameInUse && record.nameConflicts < conflicts {
      // Perhaps an earlier attempt of ours whose answer was lost: the list of containers tells.
      update(id) { $0.nameConflicts += 1 }
      suspend(id, at: moment)
      pending.append(.listContainers)
      return
    }
    end(id, .failed(RunFailure(.create, error.description)), at: moment)
  }
}

extension RunRecord {
  /// Appends a frame of output, dropping the oldest beyond `limit` bytes.
  mutating func keep(_ frame: [UInt8], limit: Int) {
    output.append(frame)
    outputBytes += frame.count
    while outputBytes > limit, output.count > 1 { outputBytes -= output.removeFirst().count }
  }
}
