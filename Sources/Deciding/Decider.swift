package import Basics
package import Mesh

/// Who may decide for the home, and what follows from it: leases by echoes, one coordinator a term, records that a majority
/// keeps, deaths, and the electorate itself (docs/deciding.md).
///
/// The protocols are known ones: Raft's election without its log, the changeover of Viewstamped Replication, leases as in
/// Chubby. No I/O: messages, times and what is on disk go in, directives come out; the owner calls `tick` at `nextDue`. What
/// others are told of a vote or a write waits until that is on disk.
package struct Decider: Sendable {
  /// This node.
  package let id: NodeID
  /// Fixed for the life of the value.
  package let settings: DecidingSettings
  /// What is on disk, or on its way there.
  package internal(set) var durable: Durable
  /// Rules that a test leaves out.
  package var without: Rules
  /// What runs here, as the Engine says (`update`).
  package internal(set) var runs: [Copy] = []

  /// Tells this start of the agent from others.
  let start: UInt32
  let born: Instant
  var random: SplitMix64
  var out: [Directive] = []

  // MARK: Disk

  var storesAsked: UInt64 = 0
  var storesDone: UInt64 = 0
  /// What the disk will tell, by the number of the store that puts it there.
  var storing: [(store: UInt64, position: Position, known: [Durable.Known])] = []
  /// What others may be told of the own disk, and of what it remembers of theirs.
  var storedPosition: Position
  var storedKnown: [Durable.Known]
  /// Wait for the disk.
  var unsent: [(after: UInt64, message: Message, lineage: Lineage, to: NodeID)] = []

  // MARK: Heartbeats and the lease

  var peers: [Peer] = []
  var sequence: UInt32 = 0
  /// When the newest heartbeats were sent.
  var sent: [(sequence: UInt32, at: Instant)] = []
  var nextBeat: Instant
  var lastBeat: Instant?
  /// Until when the lease lasts, or lasted; nil where there was none.
  package internal(set) var leaseEnd: Instant?
  /// nil while there is none.
  package internal(set) var lease: LeaseName?
  var leaseSince: Instant
  var leases: UInt32 = 0
  /// Whether a majority knows of no later life of this node.
  package internal(set) var counts = false
  var confirmed: [NodeID] = []
  /// How far the disk was when the agent started: what came since tells nothing of its age.
  var found: Position
  /// What is known of the gateway; for the next agent of this board.
  package internal(set) var gateway = Gateway()

  /// What others are told when they ask.
  var told: Status
  var knownToldAt: Instant

  // MARK: The coordinator

  /// When a coordinator with a lease was heard last.
  var coordinatorHeard: Instant
  var role = Role.follower
  /// Which election is under way.
  var candidacy: Candidacy?
  var nextElection: Instant?
  var won = Won()
  var lastFetch: Instant?
  /// Since when the present edition of the electorate is known here.
  var editionSince: Instant
  /// The coordinator that was heard last.
  package internal(set) var coordinator: NodeID?
  /// When another node that waits for a home was heard, which founds before this one.
  var waitedFor: Instant?
  /// When another home with services was heard last.
  var contestedAt: Instant?
  /// When the agent was told to end in order, and when it asks again to be held.
  var stopping: (since: Instant, again: Instant)?
  /// When another board with this node's identity was heard last.
  var clonedAt: Instant?
  /// Whether the disk may have been in another board since this one was switched on.
  var isNewHere = true
  /// Whether the owner takes this node out of the home: it votes no more.
  var isLeaving = false
  /// The last attempt of each service that is not here.
  var done: [Copy] = []

  enum Role: Equatable { case follower, winner, coordinator }

  /// An election that this node stands for.
  struct Candidacy {
    /// Who would vote for it, and the newest electorate that they know.
    var favour: [NodeID] = []
    var newest: Electorate
    /// The term that it asked for; nil before enough would vote for it.
    var term: UInt32?
    /// The store that puts the own vote on disk.
    var ownStore: UInt64 = 0
    var grants: [Grant] = []
  }

  /// A vote, and the set of who gave it.
  struct Grant {
    var from: NodeID
    var settled: UInt32
    var electorate: Electorate
    var records: RecordSet
  }

  /// What others have said.
  struct Peer {
    let id: NodeID
    /// Anything but an echo of a heartbeat proves nothing of the way back.
    var heard: Instant?
    var beat: Beat?
    var beatAt: Instant?
    var status: Status?
    var askedAt: Instant?
    /// When the newest of the own heartbeats was sent that it has echoed, and the edition that it then counted by.
    var echoed: Instant?
    /// When two starts with one incarnation were heard last.
    var clonedAt: Instant?
    var echoEdition: Version?

    /// Whether its status is what its newest heartbeat told of.
    var isStatusCurrent: Bool {
      guard let beat, let status else { return false }
      return status.start == beat.start && status.version == beat.statusVersion
    }
  }

  /// A node that starts; its incarnation has to be on disk before it says anything.
  ///
  /// - Parameters:
  ///   - durable: as the disk has it.
  ///   - start: random, another one at each start.
  ///   - seed: makes its jitter; nodes should differ in it.
  ///   - counts: whether nobody can know of a later life of it: only a node that founds a home does so.
  package init(
    id: NodeID, durable: Durable, start: UInt32, seed: UInt64,
    settings: DecidingSettings = DecidingSettings(),
    without: Rules = [], at now: Instant
  ) {
    self.id = id
    self.durable = durable
    self.start = start
    self.settings = settings
    self.without = without
    born = now
    random = SplitMix64(seed: seed)
    nextBeat = now
    leaseSince = now
    told = Status(start: start, version: 1, runs: [], done: [], known: [])
    knownToldAt = now
    coordinatorHeard = now
    editionSince = now
    storedPosition = durable.position
    found = durable.position
    storedKnown = durable.known
    self.durable.incarnation += 1
    // Where it is the only voter, nobody can know of a later life of its disk.
    counts = !without.obey(.amnesia) || durable.electorate.isOnly(id)
    store()
  }

  /// Takes over from an agent that ended on this board since it was switched on.
  ///
  /// - Parameters:
  ///   - end: when its lease ends, as the keeper was told; nil where it had none.
  ///   - counts: whether a majority knew of no later life of this disk: no other disk has come since.
  ///   - gateway: what it knew of the gateway.
  package mutating func adopt(leaseEnd end: Instant?, counts: Bool, gateway: Gateway, at now: Instant) {
    self.counts = self.counts || counts
    leaseEnd = end
    isNewHere = end == nil || !counts
    guard let end, now < end else { return }
    beginLease(now)
    guard let answered = gateway.answered, now - answered < settings.gatewayPause else {
      return
    }
    self.gateway = gateway
    self.gateway.unanswered = nil
  }

  /// When `tick` is to be called next.
  package var nextDue: Instant {
    guard storesDone > 0 else { return nextBeat + .seconds(3600) }
    var due = nextBeat
    if let end = leaseEnd, lease != nil {
      due = min(due, end)
      let low = end + settings.low * -1
      due = min(due, max(low, (lastBeat ?? low) + settings.askPause))
    }
    if let again = stopping?.again { due = min(due, again) }
    if let asked = gateway.unanswered { due = min(due, asked + settings.gatewayPatience) }
    switch role {
    case .follower:
      if isFresh { due = min(due, foundingDue) }
      if isVoter { due = min(due, nextElection ?? max(coordinatorHeard, born) + settings.silence) }
    case .winner, .coordinator:
      for write in won.writes { due = min(due, write.again) }
      if let busy = won.lookAgain { due = min(due, busy) }
    }
    return due
  }

  /// Does what is due; calling it early is harmless.
  package mutating func tick(at now: Instant) -> [Directive] {
    guard storesDone > 0 else { return takeDirectives() }
    look(now, isTick: true)
    stepDownIfStale(now)
    if now >= nextBeat {
      nextBeat = now + settings.beat
      beat(to: nil, asks: false, now)
      // The only voter hears nobody, and needs nobody.
      goOnAlone(now)
      renew(now)
    } else if let end = leaseEnd, lease != nil, end - now < settings.low,
      lastBeat.map({ now - $0 >= settings.askPause }) ?? true
    {
      beat(to: durable.electorate.voters.filter { $0 != id }, asks: true, now)
    }
    foundIfAlone(now)
    stand(now)
    confirmOwn(now)
    writeAgain(now)
    askToBeHeld(now)
    if isActing { coordinate(now) }
    return takeDirectives()
  }

  /// The disk has what the directive of this number asked for, and what was asked before.
  package mutating func stored(_ number: UInt64, at now: Instant) -> [Directive] {
    look(now)
    storesDone = max(storesDone, number)
    while let first = storing.first, first.store <= storesDone {
      storedPosition = first.position
      storedKnown = first.known
      storing.removeFirst()
    }
    while let first = unsent.first, first.after <= storesDone {
      out.append(.send(first.message, of: first.lineage, to: first.to))
      unsent.removeFirst()
    }
    voteForOneself(now)
    confirmOwn(now)
    return takeDirectives()
  }

  /// Takes what another node said.
  ///
  /// - Parameter lineage: the home of who said it, at that time: what is said in another home is none of this one's.
  package mutating func receive(
    _ message: Message, of lineage: Lineage, from node: NodeID, at now: Instant
  ) -> [Directive] {
    if node == id { return meetClone(message, now) }
    guard storesDone > 0, storesAsked - storesDone < DecidingLimits.stores,
      hasPlace(for: node, now)
    else { return takeDirectives() }
    look(now)
    if case .beat(let beat) = message { hear(beat, from: node, now) }
    guard lineage == durable.lineage || !without.obey(.lineage), !isFresh, !isCloned(now) else {
      return takeDirectives()
    }
    guard message.term <= durable.term + DecidingLimits.reach else {
      learn(message.term, now)
      return takeDirectives()
    }
    switch message {
    case .beat: break
    case .askStatus: answerStatus(node, now)
    case .status(let status): take(status, from: node, now)
    case .preVote: answerPreVote(node, now)
    case .preVoteGiven(let electorate): take(favourOf: node, electorate, now)
    case .vote(let term): answerVote(node, term, now)
    case .grant(let term, let settled, let electorate, let records):
      guard candidacy?.term == term || !without.obey(.wonOnce) else { break }
      guard term == durable.term, durable.vote == id else { break }
      take(Grant(from: node, settled: settled, electorate: electorate, records: records), now)
    case .term(let term): learn(term, now)
    case .write(let write): take(write, from: node, now)
    case .stored(let term, let number): confirm(by: node, term, number, now)
    case .fetch(let settled, let electorate, let versions): answerFetch(node, settled, electorate, versions)
    case .question(let about, let asked): answerQuestion(node, about, asked, now)
    case .silence(let about, let asked, let length, let edition):
      take(silenceOf: about, asked, length, edition, by: node, now)
    case .start(let copy, let term, let lease, let isBound): begin(copy, term, lease, isBound: isBound, now)
    case .stop(let copy, let term): end(copy, term, for: node)
    case .stopped(let copy, let term): confirmStop(copy, term, by: node)
    case .yield(let lineage, let term): yield(to: lineage, term, now)
    case .hold(let incarnation): hold(node, incarnation, now)
    case .holdKept(let incarnation): if incarnation == durable.incarnation { holdIsKept() }
    }
    return takeDirectives()
  }

  /// Whether this node decides for the home.
  package var isActing: Bool { role == .coordinator && lease != nil }

  /// Whether this node votes.
  package var isVoter: Bool { durable.electorate.voters.contains(id) }

  mutating func takeDirectives() -> [Directive] {
    let taken = out
    out = []
    return taken
  }

  // MARK: - Disk

  /// Has the disk get what must not be forgotten.
  mutating func store() {
    storesAsked += 1
    storing.append((storesAsked, durable.position, durable.known))
    out.append(.store(storesAsked))
  }

  /// Sends once all that was asked of the disk so far is there.
  mutating func sendStored(_ message: Message, to node: NodeID) {
    if storesDone >= storesAsked { return out.append(.send(message, of: durable.lineage, to: node)) }
    unsent.append((storesAsked, message, durable.lineage, node))
  }

  mutating func send(_ message: Message, to node: NodeID) {
    out.append(.send(message, of: durable.lineage, to: node))
  }

  /// The place of a node among those that were heard; it is added where it is new.
  mutating func place(of node: NodeID) -> Int {
    if let place = peers.firstIndex(where: { $0.id == node }) { return place }
    peers.append(Peer(id: node))
    return peers.count - 1
  }

  func peer(_ node: NodeID) -> Peer? { peers.first { $0.id == node } }

  /// Whether there is room for what a node says: of more nodes than a home has, who was not heard for longest goes, unless it
  /// votes.
  private mutating func hasPlace(for node: NodeID, _ now: Instant) -> Bool {
    guard peers.count >= DecidingLimits.members, peer(node) == nil else { return true }
    var oldest: Int?
    for place in peers.indices where !durable.electorate.voters.contains(peers[place].id) {
      if oldest.map({ heard(place) < heard($0) }) ?? true { oldest = place }
    }
    guard let oldest, now - heard(oldest) > settings.silence else { return false }
    peers.remove(at: oldest)
    return true
  }

  private func heard(_ place: Int) -> Instant { peers[place].heard ?? born }

  /// There is a later term than was known.
  mutating func learn(_ later: UInt32, _ now: Instant) {
    let term = min(later, durable.term + DecidingLimits.reach)
    guard term > durable.term else { return }
    durable.term = term
    durable.vote = nil
    store()
    stepDown(now)
  }
}
