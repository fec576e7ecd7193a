internal import Basics
internal import Mesh

// Boards with a copy of one disk have one identity. An incarnation is on disk before it is told, so that one incarnation has one
// start of the agent; two of them are two boards.
extension Decider {
  /// Whether another board with this node's identity was heard of late: this one does nothing then.
  func isCloned(_ now: Instant) -> Bool {
    clonedAt.map { now - $0 < settings.contestTime } ?? false
  }

  /// Hears its own identity. A packet of an earlier start that comes late says less than this one knows of itself, and so does the
  /// older of two copies, which finds out itself.
  mutating func meetClone(_ message: Message, _ now: Instant) -> [Directive] {
    guard case .beat(let beat) = message, beat.start != start, storesDone > 0, without.obey(.clones),
      beat.incarnation >= durable.incarnation
    else { return takeDirectives() }
    look(now)
    if !isCloned(now) { out.append(.cloned) }
    clonedAt = now
    // The copy may have voted, and stored what this disk lacks: a majority has to say anew that it is no old one.
    counts = false
    confirmed = []
    isNewHere = true
    stepDown(now)
    if lease != nil { lapse(now) }
    return takeDirectives()
  }

  /// Whether another board may still run something as this node: the disk was not in this one all the time since it was switched
  /// on. Since the lease began a majority hears this board and no other by that name, so that the other's lease ends.
  func mayBeCopied(_ now: Instant) -> Bool {
    isNewHere && now - leaseSince < settings.silence + settings.kill && without.obey(.bootWait)
  }

  /// The only voter of a home has nobody to ask whether its disk is an old one.
  mutating func goOnAlone(_ now: Instant) {
    if !counts, durable.electorate.isOnly(id), !isCloned(now) { counts = true }
  }

  /// Whether this heartbeat is of one of two boards that have one disk's copy: both are as good as silent.
  mutating func isCopied(_ beat: Beat, _ place: Int, _ now: Instant) -> Bool {
    guard without.obey(.clones) else { return false }
    if let last = peers[place].beat, last.start != beat.start, last.incarnation == beat.incarnation {
      peers[place].clonedAt = now
    }
    return peers[place].clonedAt.map { now - $0 < settings.contestTime } ?? false
  }
}
