import Basics
internal import Mesh
internal import Readings
import Scoring

func meshSections(_ sections: inout [Section]) {
  sections.append(sealSection())
  sections.append(homeSection(nodes: 8, seed: 50))
  sections.append(homeSection(nodes: 16, seed: 51))
  sections.append(hostileSection())
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  var text = ""
  for byte in bytes { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
  return text
}

/// Keys by HKDF-SHA256, packets by ChaCha20-Poly1305.
private func sealSection() -> Section {
  var section = Section("sealing")
  guard let key = SealKey(fileContents: Array("0123456789abcdef".utf8)),
    let other = SealKey(fileContents: Array("fedcba9876543210".utf8))
  else {
    section.show("no key")
    return section
  }
  section.show(hexadecimal(key.tlsSecret))
  var sender = Sealer(key: key, salt: 0x0123_4567_89ab_cdef)
  section.show(hexadecimal(sender.seal([1, 2, 3]) ?? []))
  var receiver = Sealer(key: other, salt: 7)
  receiver.use(key, accepting: [other])
  var dice = SplitMix64(seed: 52)
  for number in 0..<2_000 {
    var payload: [UInt8] = []
    for _ in 0..<dice.below(300) { payload.append(UInt8(truncatingIfNeeded: dice.next())) }
    var packet = sender.seal(payload) ?? []
    section.add(packet)
    if number % 3 == 0, !packet.isEmpty { packet[dice.below(packet.count)] ^= 1 << UInt8(dice.below(8)) }
    switch receiver.open(packet, from: PeerAddress(ipv4: UInt32(truncatingIfNeeded: dice.next()))) {
    case .payload(let opened): section.digest.add(opened)
    case .foreign(let report): section.digest.add(report ? "foreign, told" : "foreign")
    case .replayed: section.digest.add("replayed")
    case .own: section.digest.add("own")
    case .malformed: section.digest.add("malformed")
    }
  }
  return section
}

/// A home in virtual time over a network that loses, delays and doubles; a node crashes, and one leaves.
private func homeSection(nodes count: Int, seed: UInt64) -> Section {
  var section = Section("membership of \(count)")
  var home = VirtualHome(count: count, seed: seed)
  home.run(seconds: 20, into: &section)
  home.crash(1)
  home.run(seconds: 20, into: &section)
  home.leave(2, into: &section)
  home.run(seconds: 20, into: &section)
  section.show("\(home.happenings) happenings, \(home.packets) packets, sizes \(home.sizes)")
  return section
}

/// Damaged messages of a home, at one member.
private func hostileSection() -> Section {
  var section = Section("membership messages")
  var home = VirtualHome(count: 4, seed: 53)
  home.run(seconds: 5, into: &section)
  var mutations = Mutations(of: home.samples, seed: 54)
  for number in 0..<10_000 { home.inject(mutations.next(), number: number, into: &section) }
  return section
}

/// A few memberships, a network between them and the time.
struct VirtualHome {
  private var members: [Membership?] = []
  private var packetsUnderWay: [(due: Int64, from: Int, to: Int, payload: [UInt8])] = []
  private var now: Int64 = 0
  private var dice: SplitMix64
  private(set) var happenings = 0
  private(set) var packets = 0
  /// Payloads that were sent, for mutation.
  private(set) var samples: [[UInt8]] = []

  init(count: Int, seed: UInt64) {
    dice = SplitMix64(seed: seed)
    for index in 0..<count {
      members.append(
        Membership(id: id(index), details: details(index), seed: dice.next(), at: time(of: index)))
    }
    for index in 0..<count {
      let moment = time(of: index)
      let load = NodeLoad(score: 100.5, runs: 3, memory: 5 << 30)
      let details = details(index)
      members[index]?.update(load: load, details: details, at: moment)
      var ignored = Section("")
      let directives = members[index]?.announce(at: moment) ?? []
      take(directives, of: index, into: &ignored)
    }
  }

  /// How many nodes each running one counts.
  var sizes: String {
    var text = ""
    for member in members { text += member.map { " \($0.homeSize)" } ?? " -" }
    return text
  }

  mutating func crash(_ index: Int) {
    members[index] = nil
  }

  mutating func leave(_ index: Int, into section: inout Section) {
    let moment = time(of: index)
    take(members[index]?.leave(at: moment) ?? [], of: index, into: &section)
    members[index] = nil
  }

  mutating func run(seconds: Int64, into section: inout Section) {
    let end = now + seconds * 1_000_000_000
    while now < end {
      now += 1_000_000
      let due = packetsUnderWay.filter { $0.due <= now }
      packetsUnderWay.removeAll { $0.due <= now }
      for packet in due { deliver(packet.payload, from: packet.from, to: packet.to, into: &section) }
      for index in members.indices {
        let moment = time(of: index)
        guard let next = members[index]?.nextDue, next <= moment else { continue }
        take(members[index]?.tick(at: moment) ?? [], of: index, into: &section)
      }
    }
  }

  /// Gives a made-up payload to the first member.
  mutating func inject(_ payload: [UInt8], number: Int, into section: inout Section) {
    now += 10_000_000
    deliver(payload, from: 1 + number % (members.count - 1), to: 0, into: &section)
    section.add("\(members[0]?.homeSize ?? 0) \(members[0]?.nextDue?.nanoseconds ?? 0)")
  }

  private mutating func deliver(_ payload: [UInt8], from: Int, to: Int, into section: inout Section) {
    let endpoint = PeerEndpoint(address: PeerAddress(ipv4: 0x0A00_0000 + UInt32(from)), port: 56003)
    let moment = time(of: to)
    take(members[to]?.received(payload, from: endpoint, at: moment) ?? [], of: to, into: &section)
  }

  private mutating func take(_ directives: [MembershipDirective], of index: Int, into section: inout Section)
  {
    for directive in directives {
      switch directive {
      case .multicast(let payload):
        for to in members.indices where to != index { send(payload, from: index, to: to) }
        section.digest.add(payload)
      case .unicast(let payload, let endpoint):
        for to in members.indices where endpoint.address == PeerAddress(ipv4: 0x0A00_0000 + UInt32(to)) {
          send(payload, from: index, to: to)
        }
        section.digest.add(payload)
      case .event(let event): note(event, of: index, into: &section)
      case .duplicateID: section.add("twin")
      }
    }
  }

  private mutating func note(_ event: PeerEvent, of index: Int, into section: inout Section) {
    switch event {
    case .appeared(let id): note("appeared", id, of: index, into: &section)
    case .changed(let id): note("changed", id, of: index, into: &section)
    case .suspected(let id): note("suspected", id, of: index, into: &section)
    case .recovered(let id): note("trusted", id, of: index, into: &section)
    case .died(let id): note("died", id, of: index, into: &section)
    case .left(let id): note("left", id, of: index, into: &section)
    case .returned(let id): note("returned", id, of: index, into: &section)
    }
  }

  private mutating func note(_ what: String, _ id: NodeID, of index: Int, into section: inout Section) {
    happenings += 1
    let peer = members[index]?.peer(id)
    section.add("\(now) \(index) \(what) \(id.low) \(peer?.load.score ?? 0) \(peer?.details.port ?? 0)")
  }

  private mutating func send(_ payload: [UInt8], from: Int, to: Int) {
    packets += 1
    if samples.count < 40 { samples.append(payload) }
    guard dice.below(100) >= 5 else { return }
    for _ in 0..<(dice.below(50) == 0 ? 2 : 1) {
      let due = now + 300_000 + Int64(dice.below(5_000_000))
      packetsUnderWay.append((due, from, to, payload))
    }
  }

  /// Each device's clock began at another time, some of them beyond 32 bits of seconds.
  private func time(of index: Int) -> Instant {
    Instant(nanoseconds: now + Int64(index) * 100_000_000_000_000_000)
  }

  private func id(_ index: Int) -> NodeID { NodeID(high: 0xABCD_0000_0000_0000, low: UInt64(index)) }

  private func details(_ index: Int) -> NodeDetails {
    NodeDetails(
      addresses: [
        PeerAddress(ipv4: 0x0A00_0000 + UInt32(index)), PeerAddress(high: 0xFE80 << 48, low: UInt64(index)),
      ],
      port: 56002, terms: [UInt8](repeating: 200, count: 14), abilities: .containers, facts: 9)
  }
}
