import Basics
import Wire

/// The state of discovery on one interface.
final class Link {
  enum Phase: Equatable {
    /// Probes sent so far, 0 to 3 (RFC 6762 8.1).
    case probing(Int)
    /// Announcements sent so far (RFC 6762 8.3).
    case announcing(Int)
    case established
  }

  /// A reply that waits for its time, to one asker.
  struct DelayedReply {
    var origin: DiscoveryOrigin
    var due: Instant
    var multicast: OwnRecords
    var unicast: OwnRecords
    /// Whether more known answers are to come (RFC 6762 7.2).
    var waitsForMore: Bool
  }

  var interface: DiscoveryInterface
  var phase = Phase.probing(0)
  var phaseDue: Instant?
  /// Per record of our own: when it is to be multicast.
  var due: [Instant?]
  /// Per record of our own: when it was last multicast.
  var lastSent: [Instant?]
  var pendingIPv4 = false
  var pendingIPv6 = false
  var delayedReplies: [DelayedReply] = []
  var nextAdvertise: Instant?
  var nextQuery: Instant?
  /// Between the last continuous query and the next; zero before the first.
  var queryInterval = Interval.zero
  /// When somebody last asked all of the link for the marks of Hearth nodes.
  private var markAsked: Instant?
  private var unicastWindow = Instant(nanoseconds: .min / 2)
  private var unicastCount = 0

  init(_ interface: DiscoveryInterface) {
    self.interface = interface
    due = [Instant?](repeating: nil, count: OwnRecords.bitCount)
    lastSent = due
  }

  /// Whether the names are ours, so that questions are answered.
  var isEstablished: Bool {
    if case .probing = phase { return false }
    return true
  }

  /// The kinds of addresses there are.
  var addressRecords: OwnRecords {
    (interface.hasIPv4 ? OwnRecords.ipv4 : []).union(interface.hasIPv6 ? .ipv6 : [])
  }

  var nextDue: Instant? {
    var result = phaseDue
    for item in due { result = earliest(result, item) }
    for reply in delayedReplies { result = earliest(result, reply.due) }
    return earliest(earliest(result, nextAdvertise), nextQuery)
  }

  /// Starts probing anew; what was to be said under the old names or addresses is dropped.
  func probe(at start: Instant) {
    phase = .probing(0)
    phaseDue = start
    nextAdvertise = nil
    delayedReplies = []
    for bit in due.indices { due[bit] = nil }
  }

  /// When a record may be multicast again (RFC 6762 6).
  ///
  /// SRV and TXT never go without the addresses, so all of them have to be permitted.
  func permitted(_ bit: Int, gap: Interval) -> Instant? {
    let own = OwnRecords(bit: bit)
    let all: OwnRecords = own == .service || own == .text ? [.service, .text, .ipv4, .ipv6] : own
    var result: Instant?
    for bit in all.bits {
      guard let last = lastSent[bit] else { continue }
      result = max(result ?? last + gap, last + gap)
    }
    return result
  }

  func isPermitted(_ bit: Int, at now: Instant, gap: Interval) -> Bool {
    guard let time = permitted(bit, gap: gap) else { return true }
    return time <= now
  }

  /// Whether others have heard the record lately, in the last quarter of its life (RFC 6762 5.4).
  func wasSentLately(_ bit: Int, at now: Instant) -> Bool {
    guard let last = lastSent[bit] else { return false }
    return now - last <= .seconds(Int(DiscoveryRecordSet.life(OwnRecords(bit: bit)) / 4))
  }

  /// Takes one unicast reply from the second's budget.
  func takeUnicast(at now: Instant, limit: Int) -> Bool {
    if now - unicastWindow >= .seconds(1) {
      unicastWindow = now
      unicastCount = 0
    }
    unicastCount += 1
    return unicastCount <= limit
  }

  /// Notes that the marks are asked for now.
  ///
  /// - Returns: whether the question before is so long ago that its answers do not serve this one too (RFC 6762 7.3).
  func takeMarkQuestion(at now: Instant) -> Bool {
    if let markAsked, now - markAsked < .seconds(1) { return false }
    markAsked = now
    return true
  }

  /// Whether the packet is from a neighbour on this link (RFC 6762 11).
  ///
  /// One sent to the group did not pass a router; where its source is foreign, a TTL that a router would have
  /// lowered has to confirm that.
  func isNeighbour(_ origin: DiscoveryOrigin) -> Bool {
    if origin.address.isLinkLocal { return true }
    if interface.addresses.contains(where: { $0.address.isInSubnet(of: origin.address, prefix: $0.prefix) }) {
      return true
    }
    return origin.isMulticast && (origin.hops ?? 255) == 255
  }
}

func earliest(_ left: Instant?, _ right: Instant?) -> Instant? {
  guard let left else { return right }
  guard let right else { return left }
  return min(left, right)
}
