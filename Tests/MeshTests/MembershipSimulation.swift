import Basics
import Mesh

/// A home in virtual time: any number of memberships over a network that loses, delays, doubles and splits, on
/// devices that crash, stop, starve and restart. Everything follows from the seed.
final class MembershipSimulation {
  /// What the network does to each copy of a packet on its way to one receiver.
  struct Network {
    var loss = 0.0
    var duplication = 0.0
    /// 0.3 to 5 ms: a home's Wi-Fi under load.
    var delay: ClosedRange<Int64> = 300_000...5_000_000
  }

  struct Device {
    var membership: Membership?
    /// The monotonic clock starts at another time on each device.
    var clockOffset: Int64
    var stoppedUntil: Int64 = 0
    /// The agent reads heartbeats in groups: what comes meanwhile waits in the socket.
    var coalescesUntil: Int64 = 0
    var side = 0
    var tickAt = Int64.max
    var tickNumber: UInt64 = 0
    var inbox: [(payload: [UInt8], from: Int)] = []
    var packets = 0
    var bytes = 0
    /// The copies by IPv6 of what introduces a node, which an interface with both families sends too.
    var copies = (packets: 0, bytes: 0)
    /// Starved: runs for a random time up to the first, then stands for one up to the second.
    var starvation: (runs: Int64, stands: Int64)?
  }

  enum Happening: Equatable { case appeared, suspected, recovered, died, left, returned, duplicateID }

  struct Entry {
    var time: Int64
    var observer: Int
    var subject: Int
    var what: Happening
  }

  private enum Step {
    case tick(UInt64)
    case packet([UInt8], from: Int)
    case wake
    case coalesced
    case starve
  }

  private struct Event {
    var time: Int64
    var order: UInt64
    var device: Int
    var step: Step
  }

  /// As `Home` reads its sockets.
  static let coalescing: Int64 = 200_000_000
  /// Seal (31) and IPv4 and UDP headers (28).
  static let packetOverhead = 59
  /// What a header of IPv6 has more.
  static let longerHeader = 20

  var network = Network()
  var devices: [Device] = []
  var log: [Entry] = []
  /// The log without `changed` grows slowly; a long run may do without it.
  var settings = MembershipSettings()
  private(set) var now: Int64 = 0
  private(set) var delivered = 0
  var random: SplitMix64
  private var heap: [Event] = []
  private var order: UInt64 = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D &+ 1)
  }

  func nodeID(_ device: Int) -> NodeID { NodeID(high: 0xABCD_0000_0000_0000, low: UInt64(device)) }
  func endpoint(_ device: Int) -> PeerEndpoint {
    PeerEndpoint(address: PeerAddress(ipv4: 0x0A00_0000 + UInt32(device)), port: 56003)
  }

  func details(_ device: Int) -> NodeDetails {
    NodeDetails(
      addresses: [
        PeerAddress(ipv4: 0x0A00_0000 + UInt32(device)), PeerAddress(high: 0xFE80 << 48, low: UInt64(device)),
      ],
      port: 56002, terms: [UInt8](repeating: 200, count: 14), abilities: .containers, facts: 9)
  }

  @discardableResult func addDevice() -> Int {
    devices.append(
      Device(membership: nil, clockOffset: Int64.random(in: 0...1_000_000_000_000_000, using: &random)))
    return devices.count - 1
  }

  /// Starts the program on a device: a new life with nothing remembered.
  func start(_ device: Int) {
    devices[device].inbox = []
    devices[device].stoppedUntil = 0
    devices[device].coalescesUntil = 0
    var membership = Membership(
      id: nodeID(device), details: details(device), seed: random.next(), settings: settings, at: local(device)
    )
    membership.update(load: NodeLoad(score: 10_000, runs: 0), details: details(device), at: local(device))
    let directives = membership.announce(at: local(device))
    devices[device].membership = membership
    carryOut(directives, device)
    schedule(device)
    if devices[device].starvation != nil { push(device, now, .starve) }
  }

  /// What the agent says of its node after each sample.
  func say(_ device: Int, _ load: NodeLoad, terms: [UInt8], isNews: Bool) {
    var details = details(device)
    details.terms = terms
    let time = local(device)
    devices[device].membership?.update(load: load, details: details, isNews: isNews, at: time)
    schedule(device)
  }

  func crash(_ device: Int) {
    devices[device].membership = nil
    devices[device].tickNumber += 1
    devices[device].tickAt = .max
  }

  func leave(_ device: Int) {
    let time = local(device)
    let directives = devices[device].membership?.leave(at: time) ?? []
    carryOut(directives, device)
    crash(device)
  }

  /// SIGSTOP and SIGCONT: packets wait in the socket meanwhile.
  func stop(_ device: Int, for interval: Int64) {
    devices[device].stoppedUntil = max(devices[device].stoppedUntil, now + interval)
    push(device, devices[device].stoppedUntil, .wake)
  }

  func beginStarving(_ device: Int) {
    push(device, now, .starve)
  }

  func run(for seconds: Double) {
    run(until: now + Int64(seconds * 1e9))
  }

  func run(until end: Int64) {
    while let event = heap.first, event.time <= end {
      popFirst()
      now = event.time
      handle(event)
    }
    now = end
  }

  func resetTraffic() {
    for device in devices.indices {
      devices[device].packets = 0
      devices[device].bytes = 0
      devices[device].copies = (0, 0)
    }
  }

  /// Whether every running device sees exactly the other running ones as alive.
  var isAgreed: Bool {
    let running = devices.indices.filter { devices[$0].membership != nil }
    return running.allSatisfy { observer in
      let alive =
        devices[observer].membership?.peers.filter { $0.state == .alive }.map { Int($0.id.low) } ?? []
      return alive.sorted() == running.filter { $0 != observer }
    }
  }

  private func local(_ device: Int) -> Instant {
    Instant(nanoseconds: now + devices[device].clockOffset)
  }

  private func handle(_ event: Event) {
    let device = event.device
    switch event.step {
    case .tick(let number):
      guard number == devices[device].tickNumber else { return }
      devices[device].tickAt = .max
      guard devices[device].stoppedUntil <= now else { return }
      readWaiting(device)
      tick(device)
    case .packet(let payload, let from):
      guard devices[device].membership != nil else { return }
      delivered += 1
      guard devices[device].stoppedUntil <= now, devices[device].coalescesUntil <= now else {
        // A socket buffer of 208 KiB holds some 300 small packets.
        if devices[device].inbox.count < 300 { devices[device].inbox.append((payload, from)) }
        return
      }
      receive(device, payload, from)
      coalesce(device)
    case .coalesced:
      guard devices[device].membership != nil, devices[device].stoppedUntil <= now,
        devices[device].coalescesUntil == now, !devices[device].inbox.isEmpty
      else { return }
      readWaiting(device)
      coalesce(device)
    case .wake:
      guard devices[device].membership != nil, devices[device].stoppedUntil <= now else { return }
      // Either may come first when the device runs again.
      if Bool.random(using: &random) { tick(device) }
      readWaiting(device)
      tick(device)
    case .starve:
      guard devices[device].membership != nil, let starvation = devices[device].starvation else { return }
      let runs = Int64.random(in: 0...starvation.runs, using: &random)
      let stands = Int64.random(in: 0...starvation.stands, using: &random)
      stop(device, for: stands)
      push(device, now + stands + runs, .starve)
    }
  }

  private func readWaiting(_ device: Int) {
    let inbox = devices[device].inbox
    devices[device].inbox = []
    for item in inbox { receive(device, item.payload, item.from) }
  }

  private func coalesce(_ device: Int) {
    guard devices[device].membership?.expectsAnswers == false else { return }
    devices[device].coalescesUntil = now + Self.coalescing
    push(device, now + Self.coalescing, .coalesced)
  }

  private func tick(_ device: Int) {
    let time = local(device)
    let directives = devices[device].membership?.tick(at: time) ?? []
    if devices[device].membership?.expectsAnswers == true { devices[device].coalescesUntil = now }
    carryOut(directives, device)
    schedule(device)
  }

  private func receive(_ device: Int, _ payload: [UInt8], _ from: Int) {
    let time = local(device)
    let directives = devices[device].membership?.received(payload, from: endpoint(from), at: time) ?? []
    carryOut(directives, device)
    schedule(device)
  }

  private func schedule(_ device: Int) {
    guard let due = devices[device].membership?.nextDue else { return }
    let time = max(due.nanoseconds - devices[device].clockOffset, now)
    guard time != devices[device].tickAt else { return }
    devices[device].tickAt = time
    devices[device].tickNumber += 1
    push(device, time, .tick(devices[device].tickNumber))
  }

  private func carryOut(_ directives: [MembershipDirective], _ device: Int) {
    for directive in directives {
      switch directive {
      case .multicast(let payload):
        count(payload, device)
        for receiver in devices.indices where receiver != device { send(payload, device, receiver) }
      case .unicast(let payload, let endpoint):
        count(payload, device)
        let receiver = Int(endpoint.address.ipv4 ?? 0) - 0x0A00_0000
        if devices.indices.contains(receiver) { send(payload, device, receiver) }
      case .event(let event): note(event, device)
      case .duplicateID(let endpoint):
        log.append(Entry(time: now, observer: device, subject: Int(endpoint.port), what: .duplicateID))
      }
    }
  }

  private func note(_ event: PeerEvent, _ device: Int) {
    switch event {
    case .appeared(let id): note(device, id, .appeared)
    case .suspected(let id): note(device, id, .suspected)
    case .recovered(let id): note(device, id, .recovered)
    case .died(let id): note(device, id, .died)
    case .left(let id): note(device, id, .left)
    case .returned(let id): note(device, id, .returned)
    case .changed: break
    }
  }

  private func note(_ device: Int, _ id: NodeID, _ what: Happening) {
    log.append(Entry(time: now, observer: device, subject: Int(id.low), what: what))
  }

  private func count(_ payload: [UInt8], _ device: Int) {
    devices[device].packets += 1
    devices[device].bytes += payload.count + Self.packetOverhead
    guard Membership.isIntroduction(payload) else { return }
    devices[device].copies.packets += 1
    devices[device].copies.bytes += payload.count + Self.packetOverhead + Self.longerHeader
  }

  private func send(_ payload: [UInt8], _ sender: Int, _ receiver: Int) {
    guard devices[receiver].membership != nil, devices[sender].side == devices[receiver].side else { return }
    let copies =
      network.duplication > 0 && Double.random(in: 0..<1, using: &random) < network.duplication ? 2 : 1
    for _ in 0..<copies {
      if network.loss > 0, Double.random(in: 0..<1, using: &random) < network.loss { continue }
      push(receiver, now + Int64.random(in: network.delay, using: &random), .packet(payload, from: sender))
    }
  }

  private func push(_ device: Int, _ time: Int64, _ step: Step) {
    order += 1
    heap.append(Event(time: time, order: order, device: device, step: step))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(child, parent) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private func popFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count && isBefore(child, least) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    heap[left].time != heap[right].time
      ? heap[left].time < heap[right].time : heap[left].order < heap[right].order
  }
}
