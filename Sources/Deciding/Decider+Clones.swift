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
    stepDown(now)
    if lease != nil { lapse(now) }
    return takeDirectives()
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
