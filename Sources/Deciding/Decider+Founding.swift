package import Basics
internal import Mesh

// Foundings: homes begin with one node, and two that meet become one or ask their owner.
extension Decider {
  /// Whether this node belongs to no home yet.
  var isFresh: Bool { durable.lineage == .none }

  /// Whether anything is kept here that a yielding home would lose.
  var hasServices: Bool {
    durable.records.records.contains {
      if case .service = $0.value { return true }
      return false
    }
  }

  /// When a fresh node founds a home, if nobody else does.
  var foundingDue: Instant { max(born, waitedFor ?? born) + settings.foundingTime }

  /// A node that has waited in vain for a home founds one.
  mutating func foundIfAlone(_ now: Instant) {
    guard isFresh, now >= foundingDue else { return }
    var id = random.next()
    if id == 0 { id = 1 }
    found(Lineage(id: id, generation: 1), now)
  }

  private mutating func found(_ lineage: Lineage, _ now: Instant) {
    durable.lineage = lineage
    durable.isEmptied = false
    let version = Version(term: durable.term, counter: 0)
    durable.electorate = Electorate(version: version, edition: version, voters: [id], hasGateway: false)
    counts = true
    editionSince = now
    store()
  }

  /// The owner has this node go on without the others, of which a majority is gone for good: its records become those of a
  /// home of one, and whoever is left of the former one yields to it.
  package mutating func foundAnew(at now: Instant) -> [Directive] {
    look(now)
    guard !isFresh else { return takeDirectives() }
    stepDown(now)
    // Whatever was kept where this node did not hear of it is lost; a term beyond all that it heard of has one writer.
    durable.term += 1
    durable.vote = nil
    found(Lineage(id: durable.lineage.id, generation: durable.lineage.generation + 1), now)
    return takeDirectives()
  }

  /// A node of another home, or of none, was heard.
  mutating func meet(_ beat: Beat, from node: NodeID, _ now: Instant) {
    if beat.lineage == .none {
      // Of those that wait the smallest founds.
      if isFresh, node < id { waitedFor = now }
      return
    }
    if isFresh { return join(beat.lineage, now) }
    if beat.lineage.id == durable.lineage.id {
      if beat.lineage.generation > durable.lineage.generation { join(beat.lineage, now) }
      return
    }
    let isSmaller = beat.lineage.id < durable.lineage.id
    if hasServices, beat.hasServices {
      contest(with: beat.lineage, now)
    } else if !hasServices, beat.hasServices || isSmaller {
      yield(to: beat, now)
    }
  }

  /// Two homes that both keep something: neither decides while it hears of the other, and the owner is asked.
  private mutating func contest(with lineage: Lineage, _ now: Instant) {
    if contestedAt == nil { out.append(.contested(lineage)) }
    contestedAt = now
    stepDown(now)
  }

  /// Whether another home with services was heard of late.
  func isContested(_ now: Instant) -> Bool {
    contestedAt.map { now - $0 < settings.contestTime } ?? false
  }

  /// A home without services goes over to another as its coordinator says.
  private mutating func yield(to beat: Beat, _ now: Instant) {
    guard isActing, won.writes.isEmpty else { return }
    let yield = Message.yield(to: beat.lineage, term: durable.term)
    out.append(.send(yield, of: durable.lineage, to: nil))
    join(beat.lineage, now)
  }

  /// The coordinator has given this home up.
  mutating func yield(to lineage: Lineage, _ term: UInt32, _ now: Instant) {
    guard term >= durable.term, !hasServices else { return }
    join(lineage, now)
  }

  /// Belongs to another home from now on, as a node without records that is to be added.
  private mutating func join(_ lineage: Lineage, _ now: Instant) {
    stepDown(now)
    let incarnation = durable.incarnation
    // Who votes there comes with its records.
    durable = Durable(electorate: .nobody)
    durable.isEmptied = true
    durable.lineage = lineage
    durable.incarnation = incarnation
    // Its voice counted in another home; here a majority has to know it first.
    counts = false
    confirmed = []
    peers = []
    coordinatorHeard = now
    editionSince = now
    contestedAt = nil
    coordinator = nil
    gateway = Gateway()
    if lease != nil { lapse(now) }
    store()
    out.append(.joined(lineage))
  }
}
