package import Basics

/// Who is in the home: alive, suspect, dead, left.
///
/// Each node multicasts a heartbeat. A peer that is silent for longer than its own period allows is asked, directly and
/// through others (SWIM: Das, Gupta, Motivala 2002); then suspected, which all hear and anyone with newer evidence
/// denies; then dead. A node judges by a clock that stands still while it is not running itself, and with more patience the
/// worse it does (Lifeguard, arXiv 1707.00788). No I/O: payloads and time go in, directives come out; who owns it
/// seals, sends and receives, and calls `tick` at `nextDue`. Packets that wait in the socket may be handed in before or
/// after a late tick.
package struct Membership: Sendable {
  /// This node's own identity. Newer packets in its name are of another device, which is told once.
  package let id: NodeID
  /// Fixed for the life of the value.
  package let settings: MembershipSettings
  /// All peers that are known, the dead and those that left included, in no order.
  package internal(set) var peers: [Peer] = []
  /// This node's own sign of life.
  package internal(set) var evidence = Evidence(incarnation: 1, sequence: 0)
  /// Lifeguard's local health multiplier: 0 is healthy, and more is worse. Each late tick, missing answer and suspicion of
  /// this node adds one, up to `worstLocalHealth`; this node judges others the more patiently the higher it is.
  package internal(set) var localHealth = 0
  /// Packets that no writer of this version makes, and peers that were too many.
  package internal(set) var refused: UInt64 = 0

  var index: [NodeID: Int] = [:]
  /// Peers that are alive or suspect.
  var counted = 0
  var load = NodeLoad(score: 0, runs: 0)
  var details: NodeDetails
  var detailsVersion: UInt8 = 0
  var random: SplitMix64

  /// Time in which this node did not run, and up to when that was looked at.
  var asleep = Interval.zero
  var accounted: Instant
  var slack = Interval.zero
  var lateAt: Instant
  var healthyBeats = 0

  let startedAt: Instant
  var started = false
  var ended = false
  var announcementsLeft: [Interval] = []
  var announcedAt: Instant
  /// Whether it keeps the slower pace of a node that knows of nobody.
  var isLonely = false
  /// Counts once the node is announced.
  var nextHeartbeat: Instant
  var lastHeartbeat: Instant?
  var beatsUntilDetails = 0
  /// Copies of the next heartbeat.
  var extraBeats = 0
  /// No check needs a step before this time; the truth may be later.
  var peersDue: AwakeInstant?
  var delayed: [Delayed] = []
  var relays: [Relay] = []
  /// What is said of others along with the next heartbeats, and how often still.
  var gossip: [(note: MembershipMessage.Note, repeats: Int)] = []
  /// Questions and answers that may still be sent before the next heartbeat.
  var allowance = 0
  var duplicateReported = false
  var out: [MembershipDirective] = []

  /// Something small to do a little later.
  struct Delayed {
    var due: Instant
    var what: What
    enum What: Equatable {
      /// A heartbeat with details to a newcomer.
      case joinReply(PeerEndpoint)
      /// Tell all that the node lives: others doubt it.
      case refute(NodeID)
    }
  }

  /// A ping on behalf of another.
  struct Relay {
    var target: NodeID
    var requester: PeerEndpoint
    /// When to say that there is no answer.
    var nackAt: AwakeInstant
  }

  static let maximumDelayed = 64
  static let maximumRelays = 32
  static let maximumGossip = 8

  /// A node that is not announced yet; `seed` makes its jitter, and nodes should differ in it.
  package init(
    id: NodeID, details: NodeDetails, seed: UInt64, settings: MembershipSettings = MembershipSettings(),
    at now: Instant
  ) {
    self.id = id
    self.details = details
    self.settings = settings
    random = SplitMix64(seed: seed)
    accounted = now
    lateAt = now
    startedAt = now
    announcedAt = now
    nextHeartbeat = now
  }

  /// When `tick` is to be called next; nil before `announce` and after `leave`.
  package var nextDue: Instant? {
    guard started, !ended else { return nil }
    var due = nextHeartbeat
    for item in delayed { due = min(due, item.due) }
    for relay in relays { due = min(due, instant(relay.nackAt)) }
    if let peersDue { due = min(due, instant(peersDue)) }
    return due
  }

  /// Whether packets are waited for: a check's, a newcomer's, or those that another asked for.
  package var expectsAnswers: Bool {
    if !announcementsLeft.isEmpty || !relays.isEmpty { return true }
    for position in peers.indices {
      if case .asking = peers[position].check { return true }
    }
    return false
  }

  /// The peer of this id, dead ones included.
  package func peer(_ id: NodeID) -> Peer? {
    index[id].map { peers[$0] }
  }

  /// Whether a peer that is there has named no IPv4 address.
  package var hasPeerWithoutIPv4: Bool {
    peers.contains { $0.isCounted && !$0.details.addresses.contains { $0.ipv4 != nil } }
  }

  /// The nodes of the home that are alive or suspect, this one included.
  package var homeSize: Int { counted + 1 }

  /// Says that this node is there: at the start, and again when a network interface comes up.
  package mutating func announce(at now: Instant) -> [MembershipDirective] {
    guard !ended else { return [] }
    if !started { accounted = now }
    started = true
    announcementsLeft = settings.announcements
    announcedAt = now
    nextHeartbeat = now
    return tick(at: now)
  }

  /// What the next heartbeats say; where the details changed, one is sent at once. Terms alone wait for the next
  /// heartbeat that has the details anyway.
  ///
  /// - Parameter isNews: whether load and terms are to be told at once too.
  package mutating func update(load: NodeLoad, details: NodeDetails, isNews: Bool = false, at now: Instant) {
    self.load = load
    if isNews, started {
      nextHeartbeat = min(nextHeartbeat, earliestBeat(now))
    }
    guard details != self.details else { return }
    let isNews = isNews || details.isNews(after: self.details)
    self.details = details
    guard isNews else { return }
    detailsVersion &+= 1
    beatsUntilDetails = 0
    if started { nextHeartbeat = min(nextHeartbeat, now) }
  }

  /// Whether a payload introduces its sender with all its details, so that it should also reach those who are not
  /// known yet.
  package static func isIntroduction(_ payload: [UInt8]) -> Bool {
    payload.count > 1
      && !MembershipMessage.Flags(rawValue: payload[1]).isDisjoint(with: [.details, .joining, .leaving])
  }

  /// Does what is due. Calling it early is harmless; late calls are noticed and make this node doubt itself.
  package mutating func tick(at now: Instant) -> [MembershipDirective] {
    guard started, !ended else { return [] }
    noticeLateness(now)
    let beats = now >= nextHeartbeat
    if beats { beat(now) }
    doDelayed(now)
    answerRelays(now)
    // `peersDue` may stand for a silence that a later heartbeat has ended. It is found anew with each heartbeat of this
    // node, or it would wake the node once a second for nothing.
    if beats || peersDue.map({ $0 <= awake(now) }) ?? false { checkPeers(now) }
    return takeDirectives()
  }

  /// Says goodbye, several times because a packet may be lost; afterwards the value does nothing more.
  package mutating func leave(at now: Instant) -> [MembershipDirective] {
    guard started, !ended else { return [] }
    for _ in 0..<settings.goodbyes {
      var message = message(.heartbeat)
      message.flags.insert(.leaving)
      multicast(message)
    }
    ended = true
    return takeDirectives()
  }

  mutating func takeDirectives() -> [MembershipDirective] {
    let taken = out
    out = []
    return taken
  }

  /// The waking clock: `now` without the time in which this node did not run.
  func awake(_ now: Instant) -> AwakeInstant {
    AwakeInstant(now, asleep: asleep)
  }

  /// When the waking clock shows this, if the node runs until then.
  func instant(_ awake: AwakeInstant) -> Instant {
    Instant(awake, asleep: asleep)
  }

  /// Takes the time that this node slept through out of the waking clock.
  mutating func noticeLateness(_ now: Instant) {
    let late = now - max(nextDue ?? now, accounted)
    accounted = max(accounted, now)
    guard late > settings.lateness else { return }
    asleep = asleep + late
    worsen()
    // A stopped node is not a starved one: it asks for no patience afterwards.
    guard late <= settings.longestSlack else { return }
    slack = min(settings.longestSlack, max(slack, late * 2))
    lateAt = now
    // It may sleep again at once, so this one heartbeat has to arrive.
    if late > settings.period { extraBeats = settings.starvedCopies }
  }

  /// Something shows that this node does badly.
  mutating func worsen() {
    localHealth = min(settings.worstLocalHealth, localHealth + 1)
    healthyBeats = 0
  }
}
