internal import Basics
internal import Mesh

// What a host does that is told to start or to end something.
extension Decider {
  mutating func begin(_ copy: Copy, _ term: UInt32, _ named: LeaseName, isBound: Bool, _ now: Instant) {
    if without.obey(.directiveTerm), term < durable.term { return }
    guard let lease, named == lease || !without.obey(.directiveLease) else { return }
    if without.obey(.directiveOrder), lastDone(copy.subject) >= copy.attempt { return }
    if mayBeCopied(now), durable.records.service(copy.subject)?.isExclusive ?? true { return }
    // It runs as far as anybody knows, until the owner says what became of it: its end is no end that can be confirmed now.
    if without.obey(.startRuns), attempt(of: copy.subject, on: id) == nil { runs.append(copy) }
    out.append(.start(copy, lease: lease, isBound: isBound))
  }

  mutating func end(_ copy: Copy, _ term: UInt32, for node: NodeID) {
    if without.obey(.directiveTerm), term < durable.term { return }
    // Nobody was ever told to start what is far beyond what was assigned or runs.
    let known = max(
      durable.records.assignment(copy.subject)?.attempt ?? 0, attempt(of: copy.subject, on: id) ?? 0)
    guard copy.attempt <= known + DecidingLimits.reach else { return }
    noteDone(copy)
    if let running = runs.first(where: { $0.subject == copy.subject }) {
      if running.attempt <= copy.attempt { out.append(.end(running)) }
    } else if node == id {
      confirmStop(copy, term, by: id)
    } else {
      send(.stopped(copy, term: term), to: node)
    }
  }

  /// A node has a newer copy of what runs here.
  mutating func endOlder(than status: Status) {
    guard without.obey(.olderEnds) else { return }
    for newer in status.runs {
      for older in runs where older.subject == newer.subject && older.attempt < newer.attempt {
        out.append(.end(older))
      }
    }
  }

  private func lastDone(_ subject: SubjectID) -> UInt32 { done.first { $0.subject == subject }?.attempt ?? 0 }

  private mutating func noteDone(_ copy: Copy) {
    if let place = done.firstIndex(where: { $0.subject == copy.subject }) {
      done[place].attempt = max(done[place].attempt, copy.attempt)
    } else {
      if done.count >= DecidingLimits.copies { done.removeFirst() }
      done.append(copy)
    }
  }
}
