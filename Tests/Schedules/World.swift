import Basics
import Deciding
import Mesh

/// A home in virtual time: boards with disks and Engines over a network that loses, delays, doubles and cuts. Everything
/// follows from the seed.
final class World {
  /// What was violated, and when.
  struct Violation: Error { let text: String }

  let seed: UInt64
  let without: Rules
  var random: SplitMix64
  /// Nanoseconds.
  private(set) var now: Int64 = 0
  var boards: [Board] = []
  /// Those that are asked for; one that is removed has a new one in its place.
  var services: [SubjectID]
  /// A removal was asked for.
  var removing: Set<SubjectID> = []
  /// Were removed, as a client was told or a coordinator knew.
  var removed: Set<SubjectID> = []
  let settings: DecidingSettings
  let hasGateway: Bool
  let isFresh: Bool
  var violation: Violation?
  var trace: ((String) -> Void)?

  // MARK: Network

  /// Boards reach each other within a group.
  var group: [Int]
  var gatewayGroup = 0
  /// From, to.
  var cuts: Set<Way> = []
  /// When the gateway was lost last, by board.
  var gatewayLost: [Int64]
  var loss = 0.0
  var doubled = 0.0
  var late = 0.0
  /// Ways that lose most.
  var patchy: [Way: Double] = [:]
  /// What fetching records takes more.
  var slow: Int64 = 0
  /// Grows with each change of the network.
  var changes = 0
  /// Leases that ended, and coordinators that began.
  var lapses = 0
  var reigns = 0

  // MARK: Faults

  var isFaulty = false
  /// The share of writes in which their coordinator is stopped.
  var torn = 0.0
  /// Stops a coordinator in a write that it is made for; true once it has.
  var tear: ((Board, Write) -> Bool)?
  var revision: UInt32 = 0

  // MARK: Invariants

  /// The newest revision of each service that was acknowledged, or told by an acting coordinator.
  var promised: [SubjectID: ServiceRecord] = [:]
  /// The services of the writes that clients wait for.
  var tickets: [UInt64: (SubjectID, ServiceRecord)] = [:]
  /// Who had a write kept in a term of a home.
  var writers: [Reign: Int] = [:]
  var doubles: [Double2: DoubleSince] = [:]
  /// After a freeze the first 100 ms do not count.
  var excused: [Int64]

  struct Reign: Hashable { let lineage: Lineage, term: UInt32 }
  struct Way: Hashable { let from: Int, to: Int }
  struct Double2: Hashable { let service: SubjectID, first: Int, second: Int }
  struct DoubleSince { var since: Int64, stamp: [Int] }

  private struct Event {
    var at: Int64
    var order: UInt64
    var action: () -> Void
  }
  private var heap: [Event] = []
  private var order: UInt64 = 0

  /// - Parameter isFresh: the boards were never in a home, or are one that was founded before; some of each where it is not
  ///   said.
  init(seed: UInt64, nodes: Int, without: Rules = [], isFresh: Bool? = nil) {
    self.seed = seed
    self.without = without
    random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(nodes))
    let witness = random.below(nodes % 2 == 0 ? 3 : 2)
    hasGateway = witness == 1
    let total = nodes + (witness == 2 ? 1 : 0)
    var settings = DecidingSettings()
    settings.returnTime = .seconds(8)
    settings.holdTime = .seconds(8)
    settings.goneAfter = [.seconds(10), .seconds(3), .milliseconds(200)][Int(random.below(3))]
    settings.backAfter = [.seconds(3), .milliseconds(200)][Int(random.below(2))]
    settings.maximumVoters = nodes == 5 ? [3, 7][Int(random.below(2))] : 7
    settings.hasGatewayWitness = hasGateway
    settings.marks = [1, 4, 32][Int(random.below(3))]
    self.settings = settings
    services = (1...7).map { SubjectID(value: UInt64($0)) }
    group = [Int](repeating: 0, count: total)
    gatewayLost = [Int64](repeating: -1_000_000_000, count: total)
    excused = [Int64](repeating: -1, count: total)
    let voters = (0..<min(total, settings.maximumVoters)).map(Board.node)
    let chance = random.below(8) == 0
    let isFresh = isFresh ?? chance
    self.isFresh = isFresh
    var first = Durable(
      electorate: Electorate(
        version: .none, edition: .none, voters: isFresh ? [] : voters,
        hasGateway: !isFresh && hasGateway && voters.count == 2))
    if !isFresh { first.lineage = Lineage(id: 1, generation: 1) }
    for number in 0..<total {
      boards.append(Board(number, in: self, hosts: number < nodes, disk: first))
    }
  }

  /// Of seven services four must never run twice, and one of each kind may not start elsewhere.
  func isExclusive(_ service: SubjectID) -> Bool { kind(service) < 4 }
  func isBound(_ service: SubjectID) -> Bool { kind(service) == 3 || kind(service) == 6 }
  private func kind(_ service: SubjectID) -> UInt64 { (service.value - 1) % 7 }

  func say(_ board: Board?, _ text: @autoclosure () -> String) {
    guard let trace else { return }
    let time = (Double(now) / 1e9 * 1000).rounded() / 1000
    trace("\(time)  \(board.map { String($0.number) } ?? "home"): \(text())")
  }

  func fail(_ text: String) {
    guard violation == nil else { return }
    violation = Violation(text: "\((Double(now) / 1e6).rounded() / 1000): \(text)")
  }

  // MARK: - Time

  func at(_ time: Int64, _ action: @escaping () -> Void) {
    order += 1
    heap.append(Event(at: max(time, now), order: order, action: action))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  func after(_ span: Int64, _ action: @escaping () -> Void) { at(now + span, action) }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    heap[left].at != heap[right].at ? heap[left].at < heap[right].at : heap[left].order < heap[right].order
  }

  private func next() -> Event {
    let first = heap[0]
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if isBefore(child, least) { least = child }
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  func run(until end: Int64) {
    while violation == nil, let first = heap.first, first.at <= end {
      let event = next()
      now = event.at
      event.action()
    }
    now = max(now, end)
  }

  func run(for span: Int64) { run(until: now + span) }

  // MARK: - Chance

  /// From 0 up to 1.
  var fraction: Double { Double(random.next() >> 11) * 0x1p-53 }

  func chance(_ share: Double) -> Bool { share > 0 && fraction < share }

  /// Nanoseconds between so many seconds.
  func seconds(_ low: Double, _ high: Double) -> Int64 {
    Int64((low + (high - low) * fraction) * 1e9)
  }

  func pick<Element>(_ list: [Element]) -> Element { list[Int(random.below(Int64(list.count)))] }

  // MARK: - Network

  func isLinkedToGateway(_ board: Int) -> Bool {
    group[board] == gatewayGroup && !cuts.contains { $0.from == board || $0.to == board }
  }

  /// What a question says; a gateway that was lost counts as lost for 0.2 s.
  func reachesGateway(_ board: Int) -> Bool {
    isLinkedToGateway(board) && now - gatewayLost[board] >= 200_000_000
  }

  func reaches(_ from: Int, _ to: Int) -> Bool {
    group[from] == group[to] && !cuts.contains(Way(from: from, to: to))
  }

  /// The network changes; who lacks the gateway before or after has lost it now.
  func link(_ group: [Int]? = nil, cuts: Set<Way> = [], gateway: Int? = nil) {
    let before = boards.map { !isLinkedToGateway($0.number) }
    self.group = group ?? [Int](repeating: 0, count: boards.count)
    self.cuts = cuts
    gatewayGroup = gateway ?? gatewayGroup
    for board in boards where before[board.number] || !isLinkedToGateway(board.number) {
      gatewayLost[board.number] = now
    }
    changes += 1
    look()
  }

  func heal() { link(gateway: 0) }

  func send(_ packet: Packet, from: Board, to: Board) {
    let way = Way(from: from.number, to: to.number)
    guard reaches(way.from, way.to) else { return }
    let sender = from.identity
    // The assumption on which the gateway stands: two that reach it reach each other.
    let isGood = hasGateway && isLinkedToGateway(way.from) && isLinkedToGateway(way.to)
    for _ in 0..<(chance(doubled) ? 2 : 1) {
      if !isGood, chance(max(loss, patchy[way] ?? 0)) { continue }
      var delay = seconds(0.001, 0.01)
      if late > 0, chance(late), !(isGood && packet.kind == .beat) {
        delay = chance(0.5) ? seconds(0.01, 0.5) : seconds(0.5, 4)
      }
      let isSlow = slow > 0 && packet.kind == .write
      if isSlow { delay += slow }
      after(delay) { [self] in
        // A connection that a cut has ended in between brings nothing.
        if isSlow, group[way.from] != group[way.to] { return }
        to.receive(packet, from: sender)
      }
    }
  }
}
