package import Basics

/// What ends containers at the lease's end, also where the agent is gone or hangs: a small process of its own, which is told
/// the lease's end before anything is started under it.
package struct Keeper: Sendable {
  /// What is to be ended.
  package enum Order: Equatable, Sendable {
    /// What must never run twice; all that others may start where the agent is gone.
    case exclusive
    /// All that others may start.
    case all
  }

  /// How long the rest goes on without a lease and without an agent.
  package static let grace = Interval.seconds(1)

  /// Until when the lease lasts, or lasted; nil before the first.
  package private(set) var leaseEnd: Instant?
  /// Since when the agent has not spoken; nil while it does.
  package private(set) var goneSince: Instant?
  /// Until when nobody takes what runs here, though there is no agent.
  package private(set) var heldUntil: Instant?
  private var ended: Instant?
  private var hasEndedAll = false

  /// Nothing was told yet.
  package init() {}

  /// The agent says until when its lease lasts.
  package mutating func told(leaseEnd end: Instant) {
    leaseEnd = end
    hasEndedAll = false
  }

  /// The agent is gone, or hangs.
  package mutating func agentWent(at now: Instant) {
    goneSince = goneSince ?? now
  }

  /// The agent ends in order: all goes on until then.
  package mutating func held(until end: Instant) { heldUntil = end }

  /// An agent speaks.
  package mutating func agentSpoke() {
    goneSince = nil
    heldUntil = nil
    hasEndedAll = false
  }

  /// When `tick` is to be called next; nil where nothing is due.
  package var nextDue: Instant? {
    if let heldUntil { return hasEndedAll ? nil : heldUntil }
    let lapse = leaseEnd == ended ? nil : leaseEnd
    guard let goneSince, !hasEndedAll else { return lapse }
    let rest = max(goneSince + Self.grace, leaseEnd ?? goneSince)
    return min(lapse ?? rest, rest)
  }

  /// What is to be ended now.
  package mutating func tick(at now: Instant) -> Order? {
    if let heldUntil {
      guard now >= heldUntil, !hasEndedAll else { return nil }
      hasEndedAll = true
      ended = leaseEnd
      return .all
    }
    var order: Order?
    if let end = leaseEnd, end != ended, now >= end {
      ended = end
      order = goneSince == nil ? .exclusive : .all
    }
    if let goneSince, !hasEndedAll, now - goneSince >= Self.grace, leaseEnd.map({ now >= $0 }) ?? true {
      hasEndedAll = true
      order = .all
    }
    return order
  }
}
