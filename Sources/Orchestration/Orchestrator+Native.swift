package import Basics

// The life of a native program: spawn, then what its supervisor tells.
extension Orchestrator {
  mutating func beginNative(_ record: inout RunRecord, _ command: [String], at moment: Moment) {
    if record.hosting.awaitsCommit { return awaitCommit(&record, at: moment) }
    record.step = .native
    enter(&record, .starting)
    let native = NativeCommand(
      arguments: command, environment: [(name: "REQUEST", value: record.run.requesterAddress)])
    pending.append(.spawn(record.run.id, native))
  }

  /// What became of a run's native program.
  package mutating func native(_ event: NativeEvent, for id: RunID, at moment: Moment) -> [Directive] {
    guard var record = records[id], !record.run.state.isFinal else { return [] }
    handle(event, &record, at: moment)
    return drain(storing: record)
  }

  private mutating func handle(_ event: NativeEvent, _ record: inout RunRecord, at moment: Moment) {
    switch event {
    case .started:
      record.step = .native
      record.noteStart(at: moment)
      pending.append(.note(record.run.id))
      enter(&record, .running)
      if record.stopIsRequested { pending.append(.terminate(record.run.id)) }
    case .failed(let reason):
      end(&record, .failed(RunFailure(.start, reason)), at: moment)
    case .exited(let code):
      end(&record, record.end(as: .finished(exitCode: code)), at: moment)
    case .signalled(let number):
      let failure = RunFailure(.signal, "it was ended by signal \(number)", exitCode: 128 + number)
      end(&record, record.end(as: .failed(failure)), at: moment)
    case .timeLimitReached(let seconds):
      let failure = RunFailure(.timeLimit, "it ran longer than its limit of \(seconds) s")
      end(&record, .failed(failure), at: moment)
    case .neverStarted where record.hosting.mayNotStart:
      giveBackUnstarted(&record, at: moment)
    case .neverStarted:
      begin(&record, at: moment)
    case .lost:
      end(&record, .failed(RunFailure(.lost, "its supervisor left no result")), at: moment)
    }
  }
}
