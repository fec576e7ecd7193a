import Basics
internal import Wire

/// The peers in the order in which they were first heard, found by instance name.
struct PeerTable {
  private(set) var all: [KnownInstance] = []
  private var places: [DNSName: Int] = [:]
  /// No peer is due before; it may be earlier than the first that is.
  private(set) var earliestDue: Instant?

  subscript(instance: DNSName) -> KnownInstance? {
    places[instance].map { all[$0] }
  }

  /// The peer of the name, made where there is none; nil where the table is full of peers that are heard.
  mutating func peer(
    _ instance: DNSName, on interface: Int32, at now: Instant, limit: Int
  ) -> (peer: KnownInstance, evicted: KnownInstance?)? {
    if let known = self[instance] { return (known, nil) }
    var evicted: KnownInstance?
    if all.count >= limit {
      guard let victim = victim(at: now) else { return nil }
      evicted = victim
      remove(victim)
    }
    let peer = KnownInstance(instance, on: interface, at: now)
    places[instance] = all.count
    all.append(peer)
    return (peer, evicted)
  }

  /// The peer that is missed least: one never complete, else the one unheard for longest, if that is five minutes.
  private func victim(at now: Instant) -> KnownInstance? {
    var oldest: KnownInstance?
    for peer in all {
      if !peer.isReported { return peer }
      if oldest.map({ peer.heard < $0.heard }) ?? true { oldest = peer }
    }
    guard let oldest, now - oldest.heard > .seconds(300) else { return nil }
    return oldest
  }

  mutating func remove(_ peer: KnownInstance) {
    guard let place = places.removeValue(forKey: peer.instance), let last = all.popLast(), last !== peer
    else { return }
    all[place] = last
    places[last.instance] = place
  }

  mutating func note(_ due: Instant?) {
    earliestDue = earliest(earliestDue, due)
  }

  /// After all that were due have been seen to.
  mutating func recount() {
    earliestDue = nil
    for peer in all { note(peer.due) }
  }
}
