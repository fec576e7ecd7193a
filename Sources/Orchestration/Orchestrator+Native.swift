import Basics

// The life of a native program: spawn, then what its supervisor tells.
extension Orchestrator {
  mutating func beginNative(_ id: RunID, _ command: [String], at moment: Moment) {
    guard let record = record(id) else { return }
    if record.awaitsWord { return hold(id, at: moment) }
    update(id) { $0.step = .native }
    enter(id, .starting)
    let native = NativeCommand(
      arguments: command, environment: [(name: "REQUEST", value: record.run.requesterAddress)])
    pending.append(.spawn(id, native))
  }

  mutating func handle(_ event: NativeEvent, of record: RunRecord, at moment: Moment) {
    let id = record.run.id
    switch event {
    case .started:
      update(id) {
        $0.step = .native
        if $0.run.times.started == 0 { $0.run.times.started = moment.wallMilliseconds }
        if $0.startedInstant == nil { $0.startedInstant = moment.instant }
      }
      pending.append(.note(id))
      enter(id, .running)
      if record.stopIsRequested { pending.append(.terminate(id)) }
    case .failed(let reason):
      end(id, .failed(RunFailure(.start, reason)), at: moment)
    case .exited(let code):
      end(id, record.stopIsRequested ? .stopped : .finished(exitCode: code), at: moment)
    case .signalled(let number):
      let failure = RunFailure(.signal, "it was ended by signal \(number)", exitCode: 128 + number)
      end(id, record.stopIsRequested ? .stopped : .failed(failure), at: moment)
    case .timeLimitReached(let seconds):
      end(id, .failed(RunFailure(.timeLimit, "it ran longer than its limit of \(seconds) s")), at: moment)
    case .neverStarted where record.mayNotStart:
      giveBackUnstarted(id, at: moment)
    case .neverStarted:
      begin(id, at: moment)
    case .lost:
      end(id, .failed(RunFailure(.lost, "its supervisor left no result")), at: moment)
    }
  }
}
