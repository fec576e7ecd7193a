import Basics
import Mesh
import Wire

/// A link with many nodes in virtual time: packets take time, get lost, and do not pass a partition.
final class DiscoveryNetwork {
  private struct Node {
    let discovery: Discovery
    let address: DNSAddress
    var island = 0
    var planned: Instant?
  }
  private enum Event {
    case wake(Int)
    case packet(DNSMessage, bytes: [UInt8], from: Int, to: DiscoveryDestination)
    case join(Int)
  }

  private(set) var now = Instant(nanoseconds: 0)
  private var nodes: [Node] = []
  private var heap: [(time: Instant, order: Int, event: Event)] = []
  private var order = 0
  private var random: SplitMix64
  /// The share of packets that one receiver does not get.
  var loss = 0.0
  /// Milliseconds that a packet takes at most.
  var delay = 3
  /// Nodes from this number on take part without hearing others, where only the traffic of a crowd matters.
  var hearing = Int.max
  private(set) var packets = 0
  private(set) var byteCount = 0
  /// What each node was told, newest last.
  private(set) var news: [[DiscoveryDirective]] = []

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  subscript(node: Int) -> Discovery { nodes[node].discovery }
  var count: Int { nodes.count }

  /// - Parameter after: when the node's interface comes up.
  @discardableResult
  func add(uuid: String? = nil, services: [String] = [], after: Interval = .zero) -> Int {
    let number = nodes.count
    let discovery = Discovery(
      identity: DiscoveryIdentity(
        uuid: uuid ?? "node-\(number)", platform: "docker", executionType: "container"), seed: random.next())
    let address = DNSAddress(10, 1, UInt8(number / 250), UInt8(1 + number % 250))
    nodes.append(Node(discovery: discovery, address: address))
    news.append([])
    _ = discovery.servicesChanged(services, at: now)
    push(now + after, .join(number))
    return number
  }

  func move(_ node: Int, to island: Int) { nodes[node].island = island }

  func perform(_ node: Int, _ event: (Discovery, Instant) -> [DiscoveryDirective]) {
    take(event(nodes[node].discovery, now), from: node)
  }

  func interface(of node: Int) -> DiscoveryInterface {
    DiscoveryInterface(index: 1, name: "eth0", addresses: [.init(nodes[node].address, prefix: 16)])
  }

  func run(_ interval: Interval) {
    let end = now + interval
    while let first = heap.first, first.time <= end {
      let item = pop() ?? first
      now = max(now, item.time)
      switch item.event {
      case .wake(let node):
        guard nodes[node].planned == item.time else { continue }
        nodes[node].planned = nil
        take(nodes[node].discovery.tick(at: now), from: node)
      case .join(let node):
        perform(node) { $0.interfacesChanged([interface(of: node)], at: $1) }
      case .packet(let message, _, let from, let to): deliver(message, from: from, to: to)
      }
    }
    now = end
  }

  private func deliver(_ message: DNSMessage, from: Int, to: DiscoveryDestination) {
    var hearers = 0..<min(nodes.count, hearing)
    if case .unicast(let address, _) = to {
      let bytes = address.bytes
      let target = Int(bytes[2]) * 250 + Int(bytes[3]) - 1
      hearers = hearers.contains(target) ? target..<(target + 1) : 0..<0
    }
    for node in hearers where node != from && nodes[node].island == nodes[from].island {
      var origin = DiscoveryOrigin(address: nodes[from].address, interface: 1)
      if case .unicast(let address, _) = to {
        guard nodes[node].address == address else { continue }
        origin.isMulticast = false
      }
      if loss > 0, Double.random(in: 0..<1, using: &random) < loss { continue }
      take(nodes[node].discovery.received(message, from: origin, at: now), from: node)
    }
  }

  private func take(_ directives: [DiscoveryDirective], from node: Int) {
    for directive in directives {
      guard case .send(let bytes, _, let to) = directive else {
        news[node].append(directive)
        continue
      }
      packets += 1
      byteCount += bytes.count
      guard let message = try? DNSMessage(decoding: bytes) else { fatalError("sent what is no message") }
      let time = now + .milliseconds(Int.random(in: 0...delay, using: &random))
      push(time, .packet(message, bytes: bytes, from: node, to: to))
    }
    guard let due = nodes[node].discovery.nextDue else { return }
    if let planned = nodes[node].planned, planned <= due { return }
    nodes[node].planned = max(now, due)
    push(max(now, due), .wake(node))
  }

  // MARK: A binary heap by time, then by order

  private func push(_ time: Instant, _ event: Event) {
    order += 1
    heap.append((time, order, event))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func pop() -> (time: Instant, order: Int, event: Event)? {
    guard !heap.isEmpty else { return nil }
    heap.swapAt(0, heap.count - 1)
    let first = heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
        least = child
      }
      if least == parent { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].order) < (heap[right].time, heap[right].order)
  }
}
