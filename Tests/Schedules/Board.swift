import Basics
import Deciding
import Mesh

/// What a board sends: the start of its agent is told by what seals it.
struct Packet {
  enum Kind { case beat, write, other }

  let bytes: [UInt8]
  let start: UInt32
  let kind: Kind
}

/// A board: a disk, an Engine whose containers do not need the agent, a keeper that lives as long as the board is up, and an
/// agent.
final class Board {
  /// A container of the Engine.
  final class Container {
    let service: SubjectID
    var attempt: UInt32
    /// Nobody else may start it, so it does not end with the lease.
    var isBound: Bool
    var isLive = false
    var isEnding = false
    init(_ copy: Copy, isBound: Bool) {
      service = copy.subject
      attempt = copy.attempt
      self.isBound = isBound
    }
  }

  unowned let world: World
  let number: Int
  /// Whose disk it has: its own but for a clone.
  var identity: Int
  /// The disk that waits for a clone to be its own board again.
  var ownCard: Card?
  let hosts: Bool
  /// The clock drifts by up to 1 %.
  let rate: Double

  var card: Card
  var isReadOnly = false
  var isUp = false
  var isFrozen = false
  var isPaused = false
  private(set) var boots = 0
  var bootedAt: Int64 = 0
  var stoodStill: Int64 = 0
  /// The disk is of some time ago.
  var isRestored = false

  var engine: [Container] = []
  var keeper = Keeper()
  var heldContainers: [Container] = []
  var keeperDue = Int64.max

  var decider: Decider?
  var starts = 0
  /// Of the present agent, random.
  var agentStart: UInt32 = 0
  var tickDue = Int64.max
  /// What was said last of what decides.
  var said = ""
  /// Not on disk yet.
  var stores: [(ticket: UInt64, durable: Durable)] = []
  var inbox: [(Packet, Int)] = []
  var post = BeatPost(version: 0)
  /// What the agent is still to do.
  var undone: [Directive] = []
  var isCarryingOut = false
  /// What /run tells the next agent of this board.
  var counted = false
  var gateway = Gateway()

  init(_ number: Int, in world: World, hosts: Bool, disk: Durable) {
    self.number = number
    identity = number
    self.world = world
    self.hosts = hosts
    card = Card(disk)
    rate = world.chance(0.8) ? (world.chance(0.5) ? 0.99 : 1.01) : 0.99 + 0.02 * world.fraction
  }

  static func node(_ number: Int) -> NodeID { NodeID(high: 0x4000, low: UInt64(number)) }
  static func number(_ node: NodeID) -> Int { Int(node.low) }

  var hasAgent: Bool { decider != nil }
  var isActing: Bool { isUp && !isFrozen && decider?.isActing ?? false }
  var hasLease: Bool { decider?.leaseEnd.map { clock < $0 } ?? (keeper.leaseEnd.map { clock < $0 } ?? false) }
  /// What runs here goes on without an agent, for a while.
  var isHeld: Bool { !hasAgent && keeper.heldUntil.map { clock < $0 } ?? false }
  /// Whether the agent does anything.
  var runs: Bool { hasAgent && !isPaused && !isFrozen }

  var disk: Durable { card.durable }

  // MARK: - The board

  /// CLOCK_BOOTTIME: goes on in a freeze, drifts.
  var clock: Instant {
    Instant(nanoseconds: Int64(Double(world.now - bootedAt - stoodStill) * rate))
  }

  /// When the own clock will show this.
  func time(of instant: Instant) -> Int64 {
    world.now + Int64((Double((instant - clock).nanoseconds) / rate).rounded(.up)) + 1
  }

  func boot() {
    guard !isUp else { return }
    isUp = true
    isFrozen = false
    boots += 1
    bootedAt = world.now
    stoodStill = 0
    engine = []
    keeper = Keeper()
    keeperDue = .max
    heldContainers = []
    counted = false
    gateway = Gateway()
    world.say(self, "boots")
    startAgent()
  }

  /// A boot under way does not come.
  func forgetBoots() { boots += 1 }

  func crash() {
    guard isUp else { return }
    world.say(self, "board dies")
    isUp = false
    isPaused = false
    isFrozen = false
    tearStore()
    decider = nil
    engine = []
    world.look()
  }

  /// Does something later, unless the board went down in between.
  func later(_ span: Int64, _ action: @escaping () -> Void) {
    let boots = boots
    world.after(span) { [self] in
      if isUp, self.boots == boots { action() }
    }
  }

  /// The whole board stands still: no container, no agent.
  func freeze(for span: Int64) {
    guard isUp, !isFrozen else { return }
    world.say(self, "freezes for \(Double(span) / 1e9)")
    isFrozen = true
    later(span) { [self] in wake(span) }
  }

  func wake(_ span: Int64) {
    isFrozen = false
    if !world.without.obey(.bootClock) { stoodStill += span }
    world.say(self, "wakes")
    if let end = keeper.leaseEnd, clock >= end {
      // The fault model: what must end is ended within 100 ms of waking, before anything else.
      world.excused[number] = world.now + 100_000_000
      for container in engine where container.isEnding && world.isExclusive(container.service) {
        later(world.seconds(0, 0.1)) { [self] in gone(container) }
      }
      keep(isWaking: true)
      world.after(100_100_000) { [self] in world.look() }
    }
    if runs { drain() }
    world.look()
  }

  // MARK: - Engine and keeper

  /// The Engine is called; the lease is looked at once more.
  func start(_ copy: Copy, _ lease: LeaseName, isBound: Bool) {
    if world.without.obey(.startGate) {
      guard let decider, decider.lease == lease, let end = decider.leaseEnd, clock < end else {
        return tell()
      }
    }
    if let container = engine.first(where: { $0.service == copy.subject }) {
      if !container.isEnding, container.attempt <= copy.attempt {
        container.attempt = copy.attempt
        container.isBound = isBound
      }
      return tell()
    }
    let container = Container(copy, isBound: isBound)
    engine.append(container)
    world.say(self, "starts \(copy.subject.value) attempt \(copy.attempt)")
    work(world.pick([20_000_000, 20_000_000, 100_000_000, world.seconds(0.3, 1)]), container) { [self] in
      container.isLive = true
      world.look()
    }
    tell()
  }

  /// Work of the Engine stands still while the board does.
  func work(_ span: Int64, _ container: Container, _ action: @escaping () -> Void) {
    later(span) { [self] in
      if isFrozen { return work(20_000_000, container, action) }
      if engine.contains(where: { $0 === container }) { action() }
    }
  }

  func end(_ container: Container, isWaking: Bool = false) {
    guard !container.isEnding else { return }
    container.isEnding = true
    world.say(self, "ends \(container.service.value) attempt \(container.attempt)")
    let slowest = world.settings.kill.nanoseconds
    let span =
      isWaking
      ? world.seconds(0, 0.1) : world.chance(0.5) ? slowest - 1_000_000 : world.random.below(slowest)
    work(span, container) { [self] in gone(container) }
  }

  func gone(_ container: Container) {
    engine.removeAll { $0 === container }
    tell()
    world.look()
  }

  /// The agent knows what runs.
  func tell() {
    guard runs else { return }
    let (copies, now) = (engine.map { Copy(subject: $0.service, attempt: $0.attempt) }, clock)
    act { $0.update(runs: copies, at: now) }
  }

  func armKeeper() {
    guard let due = keeper.nextDue else { return }
    var at = time(of: due)
    if !world.without.obey(.checkBeforeUse) { at += 250_000_000 }
    guard at < keeperDue else { return }
    keeperDue = at
    later(at - world.now) { [self] in
      keeperDue = .max
      keep()
    }
  }

  func endsWithLease(_ container: Container) -> Bool {
    guard !container.isBound else { return false }
    return world.isExclusive(container.service) || !world.without.obey(.goesOn)
  }

  /// The keeper looks.
  func keep(isWaking: Bool = false) {
    guard !isFrozen else { return }
    let isAgentGone = !hasAgent || isPaused
    if isAgentGone, !world.without.obey(.fence) { return }
    switch keeper.tick(at: clock) {
    case nil: break
    case .all:
      if keeper.leaseEnd == nil || isAgentGone || !world.without.obey(.goesOn) {
        for container in engine where !container.isBound { end(container, isWaking: isWaking) }
      }
    case .exclusive:
      for container in engine where endsWithLease(container) { end(container, isWaking: isWaking) }
    }
    armKeeper()
  }

  func agentWent() {
    if world.without.obey(.keeperRest), world.without.obey(.fence) {
      keeper.agentWent(at: clock)
      armKeeper()
    }
    world.look()
  }
}
