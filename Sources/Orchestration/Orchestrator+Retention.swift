import Containers

// How long runs that ended are kept, and what goes with them.
extension Orchestrator {
  /// An end that is on disk: announces it and lets the container go.
  ///
  /// - Parameter speed: what its host is told.
  mutating func settle(_ record: inout RunRecord, speed: Double?) {
    record.step = .settled
    announce(record)
    answerRequest(&record)
    letHostForget(record.run, speed: speed)
    remove(&record)
  }

  /// Removes the container, if there is one, of a run whose end is on disk.
  mutating func remove(_ record: inout RunRecord) {
    guard let container = record.attempt.containerID else { return }
    record.attempt.removalFailedAt = nil
    discard(container, of: record.run.id, volumes: record.dropsVolumes)
  }

  /// Removes a container. Its anonymous volumes, which may hold the only copy of somebody's data, stay unless the run is
  /// over and asked for that (`RunRecord.dropsVolumes`).
  @inline(never)
  mutating func discard(_ container: String, of id: RunID, volumes: Bool = false) {
    pending.append(.call(id, .remove, .remove(id: container, force: true, volumes: volumes)))
  }

  /// Forgets the oldest runs that ended, beyond those that are kept.
  mutating func forgetOldest() {
    let limit = settings.keptRuns
    var surplus = order.count - underWay - limit
    guard surplus > 0 else { return }
    forget { record in
      guard surplus > 0, record.step.isSettled else { return false }
      // A container that the engine does not let go of keeps its run, but not without end.
      // So does a copy that was not revoked, and a requester that has not seen the end.
      let isAwaited =
        record.attempt.containerID != nil || !record.run.orphans.isEmpty
        || record.run.isHosted && !record.hosting.endIsSeen
      guard !isAwaited || surplus > limit else { return false }
      surplus -= 1
      return true
    }
  }

  /// Forgets ended runs of other nodes where all together would be too large; false where that is not enough.
  mutating func makeRoom(for run: Run) -> Bool {
    let limit = settings.home.hostedBytes
    var sum = run.weight
    for record in records.values where record.run.isHosted && record.run.id != run.id {
      sum += record.run.weight
    }
    guard sum > limit else { return true }
    forget { record in
      guard sum > limit, record.run.id != run.id, record.run.isHosted, record.step.isSettled,
        record.attempt.containerID == nil
      else { return false }
      sum -= record.run.weight
      return true
    }
    return sum <= limit
  }

  /// Drops runs from memory and from disk.
  private mutating func forget(where isForgotten: (RunRecord) -> Bool) {
    var forgotten: [RunID] = []
    drop { record in
      guard isForgotten(record) else { return false }
      forgotten.append(record.run.id)
      return true
    }
    for id in forgotten { pending.append(.forget(id)) }
  }
}
