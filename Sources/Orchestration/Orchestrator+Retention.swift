import Basics
import Containers
import Scoring

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
    let current = order.count - underWay
    limitEnded(to: max(0, limit - current))
    var surplus = current + ended.count - limit
    guard surplus > 0 else { return }
    let most = min(limit, settings.runsUnderWay)
    forget { record in
      // What is waited for keeps its run, but not without end.
      guard surplus > 0, record.step.isSettled, !record.isAwaited || surplus > most else { return false }
      surplus -= 1
      return true
    }
  }

  /// Clients wait while runs are packed: of what has ended so much is put away at a time, and one run more.
  private static let putAwayBytes = 256 << 10

  /// Puts runs away to which nothing more happens; what is too much for once, the next time.
  mutating func putEndedAway() {
    let sampled = measured.from
    guard records.values.contains(where: { $0.isOver(for: sampled) }) else { return }
    var gone: [RunRecord] = []
    var room = Self.putAwayBytes
    drop { record in
      guard room > 0, record.isOver(for: sampled) else { return false }
      room -= record.run.weight
      gone.append(record)
      return true
    }
    for record in gone { ended.insert(record.run, ordinal: record.ordinal) }
    limitEnded()
  }

  /// Forgets the oldest of those that were put away, where they are too many or too large.
  mutating func limitEnded(to count: Int? = nil) {
    let gone = ended.limit(count: count ?? settings.keptRuns, weight: settings.endedBytes)
    for id in gone { pending.append(.forget(id)) }
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

extension RunRecord {
  /// Whether something that ended with it is still to come: the removal of a container, the end of a copy elsewhere, a
  /// requester that hears of the end.
  var isAwaited: Bool {
    attempt.containerID != nil || !run.orphans.isEmpty || run.isHosted && !hosting.endIsSeen
  }

  /// Whether nothing more happens to it, and no sample since `sampled` shows it.
  func isOver(for sampled: Instant) -> Bool {
    guard step.isSettled, !isAwaited, !persistIsDue else { return false }
    return attempt.endedAt.map { $0 <= sampled } ?? true
  }
}
