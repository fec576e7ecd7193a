import Basics
import Deciding
import Mesh

// What must hold in every schedule.
extension World {
  /// Boards on which this service's process runs now; what is excused after a freeze is left out.
  func running(_ service: SubjectID) -> [Int] {
    boards.filter { board in
      guard board.isUp, !board.isFrozen, board.engine.contains(where: { $0.service == service && $0.isLive })
      else { return false }
      return !(isExclusive(service) && excused[board.number] >= now)
    }.map(\.number)
  }

  /// Something has started or ended: no service may run twice.
  func look() {
    for service in services + removed {
      let on = running(service)
      let isCopied = isBound(service) && Set(on.map { boards[$0].identity }).count < on.count
      if on.count > 1, isExclusive(service), !isCopied { fail("exclusive \(service.value) runs on \(on)") }
      var pairs: Set<Double2> = []
      for first in on {
        for second in on where first < second && mustEnd(first, second) {
          pairs.insert(Double2(service: service, first: first, second: second))
        }
      }
      for pair in doubles.keys where pair.service == service && !pairs.contains(pair) { doubles[pair] = nil }
      for pair in pairs { watch(pair) }
    }
  }

  private func watch(_ pair: Double2) {
    let stamp = [changes, state(pair.first), state(pair.second)]
    if let known = doubles[pair], known.stamp == stamp {
      if now - known.since > 2_000_000_000 {
        fail("\(pair.service.value) runs on \(pair.first) and \(pair.second) for more than 2 s")
      }
    } else {
      doubles[pair] = DoubleSince(since: now, stamp: stamp)
      after(2_001_000_000) { [self] in look() }
    }
  }

  private func state(_ board: Int) -> Int {
    boards[board].starts * 4 + (boards[board].hasAgent ? 2 : 0) + (boards[board].isPaused ? 1 : 0)
  }

  /// Two copies there must end: the boards reach each other and nothing is lost, or an agent is gone and not held.
  private func mustEnd(_ first: Int, _ second: Int) -> Bool {
    // Of two boards with a copy of one disk, each goes on with what it may.
    if boards[first].identity == boards[second].identity { return false }
    let away = [boards[first], boards[second]].filter { !$0.hasAgent || $0.isPaused }
    if !away.isEmpty { return away.contains { !$0.hasLease && !$0.isHeld } }
    return reaches(first, second) && reaches(second, first) && loss == 0 && late == 0 && patchy.isEmpty
      && slow == 0
  }

  /// A client is told that its request is kept.
  func kept(_ ticket: UInt64, by board: Board) {
    wrote(board)
    guard let (service, wanted) = tickets.removeValue(forKey: ticket) else { return }
    say(board, "has \(service.value) revision \(wanted.revision) kept, wanted \(wanted.isWanted)")
    promise(service, wanted)
  }

  private func promise(_ service: SubjectID, _ wanted: ServiceRecord) {
    if wanted.isRemoved { return isGone(service) }
    guard !removed.contains(service) else { return }
    if promised[service].map({ $0.revision < wanted.revision }) ?? true { promised[service] = wanted }
  }

  /// It is never to be back; another one takes its place.
  private func isGone(_ service: SubjectID) {
    guard removed.insert(service).inserted else { return }
    promised[service] = nil
    if let place = services.firstIndex(of: service) { services[place] = SubjectID(value: service.value + 7) }
  }

  private func wrote(_ board: Board) {
    guard let durable = board.decider?.durable else { return }
    let reign = Reign(lineage: durable.lineage, term: durable.term)
    if let writer = writers[reign], writer != board.number {
      return fail("term \(durable.term): \(board.number) and \(writer) both had a write kept")
    }
    writers[reign] = board.number
  }

  /// A coordinator begins to act: it has all that was promised, and what it tells is promised from now on.
  func acts(_ board: Board) {
    guard let durable = board.decider?.durable else { return }
    say(board, "acts in term \(durable.term)")
    wrote(board)
    for service in services
    where removing.contains(service) && durable.records.service(service)?.isRemoved ?? true {
      isGone(service)
    }
    for (service, wanted) in promised {
      let has = durable.records.service(service)?.revision ?? 0
      if has < wanted.revision {
        fail("coordinator \(board.number) lacks \(service.value) revision \(wanted.revision), has \(has)")
      }
    }
    for service in removed {
      if let back = durable.records.service(service), !back.isRemoved {
        fail("coordinator \(board.number) has \(service.value), which was removed")
      }
    }
    for service in services { if let wanted = durable.records.service(service) { promise(service, wanted) } }
  }

  /// After the quiet there is one coordinator, and everything wanted runs once.
  func checkProgress() {
    let acting = boards.filter(\.isActing)
    guard acting.count == 1, let durable = acting[0].decider?.durable else {
      for board in boards { say(board, board.description) }
      return fail("progress: \(acting.map(\.number)) decide after the quiet")
    }
    for service in removed where !running(service).isEmpty {
      fail("progress: \(service.value) was removed and runs on \(running(service)) after the quiet")
    }
    for service in services {
      var isWanted = durable.records.service(service)?.isWanted ?? false
      // What is bound to a board that does not come back waits for its owner's word.
      if let assignment = durable.records.assignment(service), assignment.isBound,
        !boards[Board.number(assignment.host)].isUp
      {
        isWanted = false
      }
      let on = running(service)
      if on.count != (isWanted ? 1 : 0) {
        fail("progress: \(service.value), wanted \(isWanted), runs on \(on) after the quiet")
      }
    }
  }
}
