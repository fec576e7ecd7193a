package import Basics

/// What the handshakes of clients without a key may cost, in all and of one address, so that whoever opens connections does
/// not have the processor.
///
/// It is counted in time, for a hello takes 3 ms on a fast machine and 100 ms on a Raspberry Pi 1. Who has shown a key is
/// given back what it took, and counts no more in all: the nodes of a home do not hold each other up.
package struct HelloBudget {
  private struct Source {
    let address: DNSAddress
    /// When what it has spent is paid for.
    var paidAt: Instant
    var hasKey = false
  }

  private var paidAt = Instant(nanoseconds: 0)
  private var sources: [Source] = []

  /// A tenth of the time for all clients without a key, a fortieth for one address.
  static let share: Int64 = 10
  static let sourceShare: Int64 = 40
  /// So long before it is paid for, more may be spent: 40 ms in all at one time, after which others have their turn.
  static let credit = Interval.milliseconds(400)
  /// Addresses that are remembered; the one that was paid for first goes first, of those without a key.
  static let sourceLimit = 256

  /// One from which nobody has come yet.
  package init() {}

  /// Whether a client at that address may begin its handshake now.
  package func admits(_ address: DNSAddress, at now: Instant) -> Bool {
    let source = sources.first { $0.address == address }
    if let source, source.paidAt - now > Self.credit { return false }
    return source?.hasKey == true || paidAt - now <= Self.credit
  }

  /// So much was spent on a handshake from there.
  package mutating func spend(_ cost: Interval, by address: DNSAddress, at now: Instant) {
    paidAt = max(paidAt, now) + Self.price(cost, Self.share)
    let index = index(of: address, at: now)
    sources[index].paidAt = max(sources[index].paidAt, now) + Self.price(cost, Self.sourceShare)
  }

  /// The client has shown a key: what its handshake has cost is no stranger's.
  package mutating func giveBack(_ cost: Interval, to address: DNSAddress, at now: Instant) {
    paidAt = paidAt + (.zero - Self.price(cost, Self.share))
    let index = index(of: address, at: now)
    sources[index].hasKey = true
    sources[index].paidAt = sources[index].paidAt + (.zero - Self.price(cost, Self.sourceShare))
  }

  private mutating func index(of address: DNSAddress, at now: Instant) -> Int {
    if let index = sources.firstIndex(where: { $0.address == address }) { return index }
    if sources.count >= Self.sourceLimit { sources.remove(at: leastMissed) }
    sources.append(Source(address: address, paidAt: now))
    return sources.count - 1
  }

  private var leastMissed: Int {
    var chosen = 0
    for index in sources.indices {
      let this = sources[index], best = sources[chosen]
      if this.hasKey != best.hasKey ? best.hasKey : this.paidAt < best.paidAt { chosen = index }
    }
    return chosen
  }

  private static func price(_ cost: Interval, _ share: Int64) -> Interval {
    // A clock that stood still, or a machine that slept meanwhile.
    Interval(nanoseconds: min(max(cost.nanoseconds, 0), 1_000_000_000) * share)
  }
}
