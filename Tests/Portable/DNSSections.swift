import Basics
internal import Mesh
internal import Readings
internal import Wire

func dnsSections(_ sections: inout [Section]) {
  sections.append(messageSection())
  sections.append(discoverySection())
}

private let instance =
  DNSName(labels: bytes(["edge-orchestration-1", "_orchestration", "_tcp", "local"])) ?? .root
private let service = DNSName("_orchestration._tcp.local.") ?? .root
private let host = DNSName("edge-1.local.") ?? .root

private let messages: [DNSMessage] = [
  DNSMessage(
    flags: DNSMessage.queryFlags,
    questions: [
      DNSQuestion(name: service, type: .ptr, wantsUnicast: true), DNSQuestion(name: host, type: .any),
    ]),
  DNSMessage(
    flags: DNSMessage.responseFlags,
    answers: [
      DNSRecord(name: service, ttl: 4500, data: .pointer(instance)),
      DNSRecord(
        name: instance, cacheFlush: true, ttl: .max, data: .service(DNSService(port: 56001, target: host))),
      DNSRecord(name: instance, ttl: 4500, data: .text(DNSText(bytes(["v=1", "container", "ls"])))),
      DNSRecord(name: host, ttl: 120, data: .address(DNSAddress(10, 0, 0, 7))),
    ]),
]

private func messageSection() -> Section {
  var section = Section("DNS messages")
  var corpus: [[UInt8]] = []
  for message in messages { corpus.append(message.encoded() ?? []) }
  func check(_ packet: [UInt8]) {
    do throws(DNSError) {
      let message = try DNSMessage(decoding: packet)
      section.add(message.encoded() ?? [])
      for record in message.answers {
        section.digest.add("\(record.name.text) \(record.type.rawValue) \(record.ttl)")
      }
    } catch {
      section.add(error.description)
    }
  }
  for packet in corpus { check(packet) }
  var mutations = Mutations(of: corpus, seed: 10)
  for _ in 0..<20_000 { check(mutations.next()) }
  return section
}

/// One packet in ten with a bit turned over.
private func sometimesDamaged(_ packet: [UInt8], _ dice: inout SplitMix64) -> [UInt8] {
  var packet = packet
  if dice.below(10) == 0, !packet.isEmpty {
    packet[dice.below(packet.count)] ^= 1 << UInt8(dice.below(8))
  }
  return packet
}

/// Four nodes find each other, with damaged copies of their packets among the good ones.
private func discoverySection() -> Section {
  var section = Section("discovery")
  var nodes: [Discovery] = []
  var queue: [(node: Int, packet: [UInt8])] = []
  var now = Instant(nanoseconds: 1_000_000_000_000_000)
  var dice = SplitMix64(seed: 11)

  func take(_ directives: [DiscoveryDirective], of node: Int) {
    for directive in directives {
      switch directive {
      case .send(let packet, _, _):
        section.digest.add(packet)
        queue.append((node, packet))
      case .found(let peer): section.add("\(node) found \(peer.id) \(peer.host) \(peer.port)")
      case .changed(let peer):
        section.add("\(node) changed \(peer.id) \(peer.services.joined(separator: ","))")
      case .lost(let id): section.add("\(node) lost \(id)")
      case .renamed(let id, let host): section.add("\(node) renamed \(id) \(host)")
      case .leftOut(let names): section.add("\(node) leftOut \(names.count)")
      }
    }
  }
  func address(_ node: Int) -> DNSAddress { DNSAddress(10, 0, 0, UInt8(node + 1)) }

  for index in 0..<4 {
    let identity = DiscoveryIdentity(uuid: "u\(index / 2 * 2)", platform: "p", executionType: "container")
    let node = Discovery(identity: identity, seed: UInt64(index) + 1)
    nodes.append(node)
    let link = DiscoveryInterface(index: 2, name: "eth0", addresses: [.init(address(index), prefix: 24)])
    take(node.interfacesChanged([link], at: now), of: index)
    take(node.servicesChanged(["hello", "s\(index)"], at: now), of: index)
  }
  for step in 0..<3_000 {
    now = now + .milliseconds(20)
    if step == 1_500 { take(nodes[3].stop(at: now), of: 3) }
    let packets = queue
    queue = []
    for (sender, sound) in packets {
      for index in nodes.indices where index != sender {
        let packet = sometimesDamaged(sound, &dice)
        let origin = DiscoveryOrigin(address: address(sender), interface: 2)
        take(nodes[index].received(packet, from: origin, at: now), of: index)
      }
    }
    for index in nodes.indices {
      if let due = nodes[index].nextDue, due <= now { take(nodes[index].tick(at: now), of: index) }
    }
  }
  return section
}
