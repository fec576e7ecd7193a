package import Basics
internal import Mesh

// What runs on each node: told when it changes, asked for where a heartbeat says that there is news.
extension Decider {
  /// What runs here, and is being started: told when it changes, and after each start that was asked for, also where it was
  /// refused.
  package mutating func update(runs: [Copy], at now: Instant) -> [Directive] {
    guard storesDone > 0 else {
      self.runs = runs
      return takeDirectives()
    }
    look(now)
    guard runs != self.runs else { return takeDirectives() }
    self.runs = runs
    noticeNews(now)
    // Who decides is told at once, the others with the next heartbeat.
    if isActing {
      coordinate(now)
    } else if let coordinator, coordinator != id {
      send(.status(told), to: coordinator)
    }
    return takeDirectives()
  }

  /// Counts the changes of what others may ask for.
  mutating func noticeNews(_ now: Instant) {
    let isKnownNews = told.known != storedKnown && now - knownToldAt >= settings.knownPause
    guard told.runs != runs || told.done != done || isKnownNews else { return }
    if isKnownNews { knownToldAt = now }
    told = Status(start: start, version: told.version + 1, runs: runs, done: done, known: storedKnown)
  }

  mutating func askStatus(of node: NodeID, _ now: Instant) {
    let place = place(of: node)
    guard peers[place].askedAt.map({ now - $0 >= settings.statusPause }) ?? true else { return }
    peers[place].askedAt = now
    send(.askStatus, to: node)
  }

  mutating func answerStatus(_ node: NodeID, _ now: Instant) {
    noticeNews(now)
    var status = told
    // Who asks may be waiting to hear what is known of its own disk.
    status.known = storedKnown
    send(.status(status), to: node)
  }

  mutating func take(_ status: Status, from node: NodeID, _ now: Instant) {
    let place = place(of: node)
    guard let beat = peers[place].beat, beat.start == status.start else { return }
    if let last = peers[place].status, last.start == status.start, last.version > status.version { return }
    peers[place].status = status
    remember(status, of: node, now)
    endOlder(than: status)
    renew(now)
    if isActing { coordinate(now) }
  }
}
