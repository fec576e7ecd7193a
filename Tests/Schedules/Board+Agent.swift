import Basics
import Deciding
import Mesh

// The agent of a board: what it is handed, and what it wants done.
extension Board {
  // MARK: - The agent's life

  /// A new agent: its memory is empty, and it adopts what runs.
  func startAgent() {
    guard isUp, !hasAgent else { return }
    checkHeld()
    starts += 1
    isPaused = false
    inbox = []
    undone = []
    keeper.agentSpoke()
    if let fault = card.read(by: Board.node(identity)) { world.fail(fault) }
    if !world.without.obey(.voteOnDisk) { card.forgetVote() }
    post = BeatPost(version: UInt8(truncatingIfNeeded: world.random.next()))
    agentStart = UInt32(truncatingIfNeeded: world.random.next())
    var decider = Decider(
      id: Board.node(identity), durable: disk, start: agentStart,
      seed: world.random.next(), settings: world.settings, without: world.without, at: clock)
    decider.adopt(leaseEnd: keeper.leaseEnd, counts: counted, gateway: gateway, at: clock)
    self.decider = decider
    stores = []
    tickDue = .max
    tell()
    let now = clock
    act { $0.tick(at: now) }
  }

  func stopAgent() {
    guard hasAgent else { return }
    world.say(self, "agent dies")
    tearStore()
    decider = nil
    isPaused = false
    agentWent()
  }

  /// The agent is stopped as an upgrade does it, and starts again later.
  func stopInOrder(for span: Int64) {
    guard runs else { return }
    world.say(self, "agent is told to end")
    let (starts, now) = (starts, clock)
    act { $0.stop(at: now) }
    later(2_000_000_000) { [self] in if self.starts == starts { stopAgent() } }
    later(span) { [self] in startAgent() }
  }

  /// Its owner takes it out of the home no more.
  func stay() {
    guard runs else { return }
    let now = clock
    act { $0.leave(false, at: now) }
  }

  /// Nobody takes what runs here.
  func endHeld(_ until: Instant) {
    world.say(self, "agent ends, held")
    keeper.held(until: until)
    decider = nil
    isPaused = false
    heldContainers = engine.filter { !$0.isEnding }
    armKeeper()
  }

  /// What was held is still there where the agent is back in time.
  func checkHeld() {
    if let until = keeper.heldUntil, clock < until {
      for container in heldContainers
      where container.isEnding || !engine.contains(where: { $0 === container }) {
        world.fail("\(container.service.value) on \(number) was ended though it was held")
      }
    }
    heldContainers = []
  }

  /// The agent stands still; the board goes on.
  func pause(for span: Int64) {
    guard isUp, hasAgent, !isPaused else { return }
    world.say(self, "agent stands still for \(Double(span) / 1e9)")
    isPaused = true
    agentWent()
    let starts = starts
    later(span) { [self] in
      guard hasAgent, self.starts == starts else { return }
      isPaused = false
      keeper.agentSpoke()
      if !isFrozen { drain() }
    }
  }

  /// After standing still: what was under way first, then what waited in the socket.
  func drain() {
    carryOn()
    tell()
    let inbox = inbox
    self.inbox = []
    for (packet, from) in inbox { receive(packet, from: from) }
    tickDue = .max
    schedule()
  }

  // MARK: - The agent's work

  func receive(_ packet: Packet, from: Int) {
    guard isUp, hasAgent else { return }
    guard runs else {
      if !isFrozen || world.chance(0.3) {
        if inbox.count >= 100 { inbox.removeFirst() }
        inbox.append((packet, from))
      }
      return
    }
    let (now, node) = (clock, Board.node(from))
    guard packet.kind == .beat else {
      guard let (message, lineage) = Message.decoded(packet.bytes) else { return world.fail("unreadable") }
      return act { $0.receive(message, of: lineage, from: node, at: now) }
    }
    let (beat, isToAnswer) = post.decode(packet.bytes, from: node, start: packet.start, at: now)
    if let beat { act { $0.receive(.beat(beat), of: beat.lineage, from: node, at: now) } }
    if isToAnswer { act { $0.beat(to: node, at: now) } }
  }

  /// Has the agent do something, and does what it wants done.
  func act(_ step: (inout Decider) -> [Directive]) {
    guard decider != nil else { return }
    undone += step(&decider!)
    if world.trace != nil { sayState() }
    counted = decider!.counts
    gateway = decider!.gateway
    if !isCarryingOut { carryOn() }
    schedule()
  }

  /// Does what is to be done in the order in which it was asked for, unless the agent stands still or ends in between.
  private func carryOn() {
    isCarryingOut = true
    while hasAgent, runs, !undone.isEmpty { carryOut(undone.removeFirst()) }
    isCarryingOut = false
  }

  func schedule() {
    guard let due = decider?.nextDue, runs else { return }
    let at = max(time(of: due), world.now + 1_000_000)
    guard at < tickDue else { return }
    tickDue = at
    let starts = starts
    later(at - world.now) { [self] in
      guard self.starts == starts, tickDue == at else { return }
      tickDue = .max
      guard runs else { return }
      let now = clock
      act { $0.tick(at: now) }
    }
  }

  func carryOut(_ directive: Directive) {
    switch directive {
    case .send(let message, let lineage, let to): send(message, of: lineage, to)
    case .store(let ticket): store(ticket)
    case .askGateway(let ticket): askGateway(ticket)
    case .lease(let until):
      keeper.told(leaseEnd: until)
      armKeeper()
    case .lapsed:
      world.say(self, "lease ends")
      world.lapses += 1
      for container in engine where endsWithLease(container) { end(container) }
    case .start(let copy, let lease, let isBound): startOrStand(copy, lease, isBound)
    case .end(let copy):
      for container in engine where container.service == copy.subject && container.attempt <= copy.attempt {
        end(container)
      }
    case .choose(let service, let among, let attempt): choose(service, among, attempt)
    case .kept(let ticket): world.kept(ticket, by: self)
    case .held(let until): endHeld(until)
    case .notKept(let ticket): world.tickets[ticket] = nil
    case .contested: world.say(self, "another home is there")
    case .cloned: world.say(self, "has a clone")
    case .joined: world.say(self, "joins another home")
    case .acting:
      world.reigns += 1
      world.acts(self)
    case .steppedDown: world.say(self, "steps down")
    }
  }

  func send(_ message: Message, of lineage: Lineage, _ to: NodeID?) {
    if case .write(let write) = message, to == nil {
      if let tear = world.tear, tear(self, write) { world.tear = nil }
      if world.isFaulty, world.chance(world.torn) { return sendTorn(message, of: lineage) }
    }
    if case .grant = message, world.isFaulty, world.chance(0.05) {
      world.after(1000) { [self] in stopAgent() }
      world.after(world.seconds(0.02, 0.2)) { [self] in startAgent() }
    }
    let packet = packet(message, of: lineage, to)
    // A node that a test made up is no board, and a clone is one more.
    for board in world.boards where board !== self && (to == nil || to == Board.node(board.identity)) {
      world.send(packet, from: self, to: board)
    }
  }

  /// What goes over the network.
  private func packet(_ message: Message, of lineage: Lineage, _ to: NodeID?) -> Packet {
    if case .beat(let beat) = message {
      return Packet(bytes: post.encode(beat, to: to), start: agentStart, kind: .beat)
    }
    var kind = Packet.Kind.other
    if case .write = message { kind = .write }
    guard let bytes = message.encoded(of: lineage) else { fatalError("no bytes of \(message)") }
    return Packet(bytes: bytes, start: agentStart, kind: kind)
  }

  /// Reaches some, and its sender is stopped.
  func sendTorn(_ message: Message, of lineage: Lineage) {
    let others = world.boards.filter { $0 !== self && world.chance(0.4) }
    let packet = packet(message, of: lineage, nil)
    for board in others.prefix((world.boards.count - 1) / 2) {
      world.send(packet, from: self, to: board)
    }
    world.say(self, "is torn out of a write")
    world.after(100_000) { [self] in world.tearOut(self) }
  }

  /// The disk takes one after the other.
  func store(_ ticket: UInt64) {
    guard let durable = decider?.durable else { return }
    stores.append((ticket, durable))
    if stores.count == 1 { workDisk() }
  }

  func workDisk() {
    let starts = starts
    later(world.chance(0.05) ? world.seconds(0.005, 0.1) : world.seconds(0.0001, 0.004)) { [self] in
      guard self.starts == starts, hasAgent, let (ticket, durable) = stores.first else { return }
      guard !isReadOnly, runs else { return workDisk() }
      card.write(durable)
      stores.removeFirst()
      if !stores.isEmpty { workDisk() }
      let now = clock
      act { $0.stored(ticket, at: now) }
    }
  }

  /// The agent is gone: what was being written is on the disk in whole, in part or not at all.
  func tearStore() {
    guard hasAgent, !isReadOnly, let (_, durable) = stores.first else { return }
    card.tear(durable, at: world.pick([0, world.fraction, 1]))
    stores = []
  }

  func askGateway(_ ticket: UInt64) {
    guard world.reachesGateway(number) else { return }
    let starts = starts
    later(world.seconds(0.001, 0.005)) { [self] in
      guard runs, self.starts == starts, world.isLinkedToGateway(number) else { return }
      let now = clock
      act { $0.gatewayAnswered(ticket, at: now) }
    }
  }

  /// Stands still at the worst place, now and then.
  func startOrStand(_ copy: Copy, _ lease: LeaseName, _ isBound: Bool) {
    guard world.isFaulty, world.chance(0.03) else { return start(copy, lease, isBound: isBound) }
    undone.insert(.start(copy, lease: lease, isBound: isBound), at: 0)
    pause(for: world.seconds(0.5, 5))
  }

  func choose(_ service: SubjectID, _ among: [NodeID], _ attempt: UInt32) {
    guard let decider else { return }
    var best: (load: Int, node: NodeID)?
    for node in among where world.boards[Board.number(node)].hosts {
      var load = 0
      for record in decider.durable.records.records {
        if case .assignment(let assignment) = record.value, assignment.host == node { load += 1 }
      }
      if best.map({ (load, node) < ($0.load, $0.node) }) ?? true { best = (load, node) }
    }
    guard let best else { return }
    world.say(self, "assigns \(service.value) to \(Board.number(best.node)) attempt \(attempt + 1)")
    let now = clock
    act { $0.assign(service, to: best.node, after: attempt, at: now) }
  }

  /// Says what has changed of what decides.
  private func sayState() {
    let text = description
    if text != said { world.say(self, text) }
    said = text
  }

  /// For who looks at a schedule.
  var description: String {
    guard let decider else { return "no agent" }
    let durable = decider.durable
    return
      "counts \(decider.counts), old \(durable.isEmptied), term \(durable.term), settled \(durable.settled).\(durable.counter), "
      + "voters \(durable.electorate.voters.map(Board.number)), lease \(decider.lease != nil), "
      + "incarnation \(durable.incarnation), knows "
      + durable.known.map {
        "\(Board.number($0.node)): \($0.incarnation) \($0.position.term).\($0.position.settled).\($0.position.counter)"
      }.joined(separator: ", ")
  }

  // MARK: - Clients

  func put(_ service: SubjectID, _ wanted: ServiceRecord, _ ticket: UInt64) {
    let now = clock
    ask(service, wanted, ticket) { $0.put(service, wanted, ticket: ticket, at: now) }
  }

  func remove(_ service: SubjectID, _ ticket: UInt64) {
    let now = clock
    guard runs, var wanted = decider?.durable.records.service(service) else { return }
    wanted.isRemoved = true
    world.removing.insert(service)
    ask(service, wanted, ticket) { $0.remove(service, ticket: ticket, at: now) }
  }

  /// A client waits by its ticket, unless the request is refused.
  private func ask(
    _ service: SubjectID, _ wanted: ServiceRecord, _ ticket: UInt64,
    _ request: (inout Decider) -> [Directive]?
  ) {
    guard runs else { return }
    world.tickets[ticket] = (service, wanted)
    act { decider in
      guard let directives = request(&decider) else {
        world.tickets[ticket] = nil
        return []
      }
      return directives
    }
  }

  func move(_ service: SubjectID, to target: Int) {
    guard runs else { return }
    let now = clock
    act { $0.move(service, to: Board.node(target), at: now) }
  }
}
