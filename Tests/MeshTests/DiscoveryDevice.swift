import Basics
import Mesh
import Wire

/// One node under test in virtual time, with everything it sent and told.
final class DiscoveryDevice {
  struct Sent {
    let at: Instant
    let bytes: [UInt8]
    let message: DNSMessage
    let interface: Int32
    let to: DiscoveryDestination
  }

  static let uuid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  static let address = DNSAddress(192, 168, 1, 10)
  static let tool = DNSAddress(192, 168, 1, 99)
  static let eth0 = DiscoveryInterface(index: 2, name: "eth0", addresses: [.init(address, prefix: 24)])

  private(set) var discovery: Discovery
  private let seed: UInt64
  private let limits: DiscoveryLimits
  private let services: [String]
  private let interfaces: [DiscoveryInterface]
  private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
  private(set) var sent: [Sent] = []
  private(set) var news: [DiscoveryDirective] = []

  init(
    seed: UInt64 = 1, uuid: String = DiscoveryDevice.uuid, services: [String] = [],
    limits: DiscoveryLimits = DiscoveryLimits(), interfaces: [DiscoveryInterface] = [DiscoveryDevice.eth0]
  ) {
    self.seed = seed
    self.limits = limits
    self.services = services
    self.interfaces = interfaces
    discovery = Self.discovery(uuid, seed, limits)
    begin()
  }

  private static func discovery(_ uuid: String, _ seed: UInt64, _ limits: DiscoveryLimits) -> Discovery {
    Discovery(
      identity: DiscoveryIdentity(uuid: uuid, platform: "docker", executionType: "container"), seed: seed,
      limits: limits)
  }

  private func begin() {
    take(discovery.servicesChanged(services, at: now))
    take(discovery.interfacesChanged(interfaces, at: now))
  }

  /// The program ends and begins anew with another identity, which it has from a file.
  func restart(uuid: String) {
    take(discovery.stop(at: now))
    discovery = Self.discovery(uuid, seed, limits)
    begin()
  }

  /// A device that has probed and announced, its log cleared, two minutes after its start.
  static func settled(
    seed: UInt64 = 1, services: [String] = [], limits: DiscoveryLimits = DiscoveryLimits(),
    interfaces: [DiscoveryInterface] = [eth0]
  ) -> DiscoveryDevice {
    let device = DiscoveryDevice(seed: seed, services: services, limits: limits, interfaces: interfaces)
    device.run(.seconds(121))
    device.clear()
    return device
  }

  func clear() {
    sent = []
    news = []
  }

  func run(_ interval: Interval) {
    let end = now + interval
    while let due = discovery.nextDue, due <= end {
      now = max(now, due)
      take(discovery.tick(at: now))
    }
    now = end
  }

  func receive(
    _ message: DNSMessage, from address: DNSAddress = DiscoveryDevice.tool, port: UInt16 = 5353,
    interface: Int32 = 2, isMulticast: Bool = true, hops: UInt8? = 255, compressed: Bool = true
  ) {
    guard let bytes = message.encoded() else { return }
    receive(bytes, from: address, port: port, interface: interface, isMulticast: isMulticast, hops: hops)
  }

  func receive(
    _ bytes: [UInt8], from address: DNSAddress = DiscoveryDevice.tool, port: UInt16 = 5353,
    interface: Int32 = 2, isMulticast: Bool = true, hops: UInt8? = 255
  ) {
    let origin = DiscoveryOrigin(
      address: address, port: port, interface: interface, isMulticast: isMulticast, hops: hops)
    take(discovery.received(bytes, from: origin, at: now))
  }

  func perform(_ event: (Discovery, Instant) -> [DiscoveryDirective]) {
    take(event(discovery, now))
  }

  private func take(_ directives: [DiscoveryDirective]) {
    for directive in directives {
      guard case .send(let bytes, let interface, let to) = directive else {
        news.append(directive)
        continue
      }
      guard let message = try? DNSMessage(decoding: bytes) else { fatalError("sent what is no message") }
      sent.append(Sent(at: now, bytes: bytes, message: message, interface: interface, to: to))
    }
  }

  // MARK: What was sent

  var probes: [Sent] { sent.filter { !$0.message.isResponse && !$0.message.authorities.isEmpty } }
  var responses: [Sent] { sent.filter { $0.message.isResponse } }
  var multicasts: [Sent] {
    responses.filter { $0.to == .multicastIPv4 || $0.to == .multicastIPv6 }
  }
  /// Responses whose answers hold everything.
  var announcements: [Sent] {
    multicasts.filter { sent in
      let types = Set(sent.message.answers.map(\.type))
      return types.isSuperset(of: [.srv, .txt, .ptr, .a]) && sent.message.answers.allSatisfy { $0.ttl > 0 }
    }
  }
  var queries: [Sent] {
    sent.filter { sent in
      sent.message.questions.contains { $0.name == Names.service && $0.type == .ptr }
    }
  }

  var instance: DNSName { DNSName(label: Array(discovery.id.utf8), in: Names.service) ?? .root }
  var host: DNSName { DNSName(discovery.host) ?? .root }
}

enum Names {
  static let service = DNSName("_orchestration._tcp.local") ?? .root
  static let subtype = DNSName("_hearth._sub._orchestration._tcp.local") ?? .root
  static let types = DNSName("_services._dns-sd._udp.local") ?? .root
}

extension DNSMessage {
  var records: [DNSRecord] { answers + authorities + additionals }

  /// A query for one name.
  static func query(
    _ name: DNSName, _ type: DNSType, id: UInt16 = 0, unicast: Bool = false, known: [DNSRecord] = []
  ) -> DNSMessage {
    DNSMessage(
      id: id, flags: 0, questions: [DNSQuestion(name: name, type: type, wantsUnicast: unicast)],
      answers: known)
  }
}

/// The records of some other node, as it would announce them.
struct OtherNode {
  var uuid = "ffffffff-0000-4000-8000-000000000001"
  var address = DiscoveryDevice.tool
  var services: [String] = []
  var platform = "docker"
  var life: UInt32 = 3200
  var addressLife: UInt32 = 120

  var id: String { "edge-orchestration-" + uuid }
  var instance: DNSName { DNSName(label: Array(id.utf8), in: Names.service) ?? .root }
  var host: DNSName { DNSName("edge-\(uuid).local") ?? .root }

  var text: DNSRecord {
    let strings = ["Platform=\(platform)", "ExecType=container"] + services
    return DNSRecord(
      name: instance, cacheFlush: true, ttl: life, data: .text(DNSText(strings.map { Array($0.utf8) })))
  }
  var service: DNSRecord {
    DNSRecord(
      name: instance, cacheFlush: true, ttl: life,
      data: .service(DNSService(port: 42425, target: host)))
  }
  var pointer: DNSRecord { DNSRecord(name: Names.service, ttl: life, data: .pointer(instance)) }
  var addressRecord: DNSRecord {
    DNSRecord(name: host, cacheFlush: true, ttl: min(life, addressLife), data: .address(address))
  }
  var announcement: DNSMessage {
    DNSMessage(flags: 0x8400, answers: [service, text, pointer, addressRecord])
  }
  /// Home Edge's form of every 60 seconds.
  var advertise: DNSMessage {
    DNSMessage(
      flags: 0, questions: [DNSQuestion(name: instance, type: .txt)],
      additionals: [text, service, addressRecord])
  }
}

extension Interval {
  static func nanoseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count) }
}
