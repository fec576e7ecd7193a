import Basics
import Mesh
import Testing
import Wire

/// What Home Edge nodes send, expect and misunderstand (rules W1 to W7 of the specification).
@Suite struct DiscoveryHomeEdgeTests {
  static let uuid = DiscoveryDevice.uuid

  private static func bytes(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

  /// `edge-orchestration-<uuid>._orchestration._tcp.local.`
  private static let instanceName =
    bytes("edge-orchestration-" + uuid) + bytes("_orchestration") + bytes("_tcp") + bytes("local") + [0]
  private static let text = bytes("Platform=docker") + bytes("ExecType=container") + bytes("hello-world")
  private static let life: [UInt8] = [0, 0, 0x0C, 0x80]

  /// TXT, SRV and A as they follow a header; `start` says how the instance is written first and where it is.
  private static func block(instance: [UInt8], at place: UInt8) -> [UInt8] {
    let local = place + 56 + 15 + 5
    let described: [UInt8] = instance + [0, 16, 0x80, 1] + life + [0, UInt8(text.count)] + text
    // 0 0 42425, the host with `local` as a pointer.
    let served: [UInt8] = [0xC0, place, 0, 33, 0x80, 1] + life + [0, 50, 0, 0, 0, 0, 0xA5, 0xB9]
    return described + served + bytes("edge-" + uuid) + [0xC0, local]
  }

  private static func address(hostAt place: Int) -> [UInt8] {
    [0xC0 | UInt8(place >> 8), UInt8(place & 255), 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192, 168, 1, 10]
  }

  private func serving() -> DiscoveryDevice { DiscoveryDevice.settled(services: ["hello-world"]) }

  @Test func w1TheIdIsTheInstanceAndTheHostIsEdgeAndTheUUID() throws {
    let device = DiscoveryDevice(services: ["hello-world"])
    device.run(.seconds(3))
    #expect(device.discovery.id == "edge-orchestration-" + Self.uuid)
    #expect(device.discovery.host == "edge-\(Self.uuid).local.")
    let answers = try #require(device.announcements.first).message.answers
    #expect(answers.map(\.type) == [.srv, .txt, .ptr, .ptr, .a, .ptr])
    #expect(answers.map(\.ttl) == [3200, 3200, 3200, 3200, 120, 3200])
    #expect(answers[0].name.bytes == Self.instanceName)
    #expect(answers[2].name == Names.service && answers[2].data == .pointer(device.instance))
    #expect(answers[3].name == Names.types && answers[3].data == .pointer(Names.service))
    // The mark of a Hearth node, last: Home Edge skips pointers.
    #expect(answers[5].name == Names.subtype && answers[5].data == .pointer(device.instance))
  }

  @Test(arguments: [0, 1, 2]) func w2APeerIsLearntFromAnySection(section: Int) {
    let device = DiscoveryDevice.settled()
    let other = OtherNode(services: ["ls", "camera"])
    let records = [other.text, other.service, other.addressRecord]
    var message = DNSMessage(flags: 0x8400)
    if section == 0 { message.answers = records }
    if section == 1 { message.authorities = records }
    if section == 2 { message.additionals = records }
    device.receive(message)
    let peer = DiscoveredPeer(
      id: other.id, kind: .homeEdge, host: "edge-\(other.uuid).local.", port: 42425,
      addresses: [DiscoveredAddress(address: DiscoveryDevice.tool, interface: 2)], platform: "docker",
      executionType: "container", services: ["ls", "camera"])
    #expect(device.news == [.found(peer)])
  }

  @Test func w2StringsMeanTheSameInAnyOrderAndOursBeginWithPlatformAndExecType() throws {
    let device = serving()
    var other = OtherNode().advertise
    other.additionals[0].data = .text(
      DNSText(["one", "ExecType=native=x", "my Platform=linux", "k=v"].map { Array($0.utf8) }))
    device.receive(other)
    let peer = try #require(device.discovery.peers.first)
    #expect(peer.executionType == "native" && peer.platform == "linux" && peer.services == ["one", "k=v"])
    device.receive(.query(device.instance, .txt))
    let answer = try #require(device.multicasts.first?.message.answers.first { $0.type == .txt })
    #expect(
      answer.data
        == .text(DNSText(["Platform=docker", "ExecType=container", "hello-world"].map { Array($0.utf8) })))
  }

  @Test func w3TheAdvertiseQueryIsHomeEdgesByteForByteAndTheMarkFollows() throws {
    let device = serving()
    device.run(.seconds(60))
    let sent = try #require(device.sent.first { $0.message.questions.first?.type == .txt })
    #expect(sent.to == .multicastIPv4)
    let question = Self.instanceName + [0, 16, 0, 1]
    var expected: [UInt8] =
      [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4] + question + Self.block(instance: [0xC0, 12], at: 12)
    expected += Self.address(hostAt: expected.count - 44)
    #expect(Array(sent.bytes.prefix(expected.count)) == expected)
    let rest = try #require(sent.message.additionals.last)
    #expect(rest.name == Names.subtype && sent.message.additionals.count == 4)
  }

  @Test func w3EveryPacketWithTXTOrSRVHasAddressesToo() {
    let device = DiscoveryDevice(services: ["a"])
    device.run(.seconds(5))
    device.perform { $0.servicesChanged(["a", "b"], at: $1) }
    device.run(.seconds(5))
    for type in [.srv, .txt, .any, .ptr] as [DNSType] {
      device.receive(.query(device.instance, type))
      device.receive(.query(Names.service, type))
      device.run(.milliseconds(700))
    }
    device.perform { $0.stop(at: $1) }
    var count = 0
    for sent in device.sent {
      let types = Set(sent.message.records.map(\.type))
      guard types.contains(.srv) || types.contains(.txt) else { continue }
      count += 1
      #expect(types.isSuperset(of: [.srv, .txt, .a]))
    }
    #expect(count > 8)
  }

  @Test func w4AHomeEdgeNodeThatShowsItselfAndAsksIsAnsweredByUnicastByteForByte() throws {
    let device = serving()
    var query = OtherNode().advertise
    query.id = 0x1234
    device.receive(query, port: 5353)
    let sent = try #require(device.sent.first)
    #expect(sent.to == .unicast(DiscoveryDevice.tool, port: 5353))
    var expected: [UInt8] =
      [0x12, 0x34, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 3] + Self.block(instance: Self.instanceName, at: 12)
    expected += Self.address(hostAt: expected.count - 44)
    #expect(sent.bytes == expected)
    #expect(device.sent.count == 1)
  }

  @Test func w4AHearthNodeIsNotAnsweredForEachOfItsAdvertises() {
    let device = serving()
    var query = OtherNode().advertise
    query.additionals.append(
      DNSRecord(name: Names.subtype, ttl: 3200, data: .pointer(OtherNode().instance)))
    device.receive(query)
    device.run(.milliseconds(300))
    #expect(device.sent.isEmpty)
    #expect(device.discovery.peers.first?.kind == .hearth)
  }

  @Test func w5TheInterfacesOwnFirstAddressIsTheFirstRecord() throws {
    let second = DNSAddress(192, 168, 1, 11)
    let device = DiscoveryDevice(interfaces: [
      DiscoveryInterface(
        index: 2, name: "eth0",
        addresses: [.init(second, prefix: 24), .init(DiscoveryDevice.address, prefix: 24)])
    ])
    device.run(.seconds(3))
    let addresses = try #require(device.announcements.first).message.answers.filter { $0.type == .a }
    #expect(addresses.map(\.data) == [.address(second), .address(DiscoveryDevice.address)])
    // And a peer's order is kept.
    var other = OtherNode().announcement
    other.answers.append(other.answers[3])
    other.answers[4].data = .address(DNSAddress(192, 168, 1, 5))
    device.receive(other)
    let peer = try #require(device.discovery.peers.first)
    #expect(peer.addresses.map(\.address) == [DiscoveryDevice.tool, DNSAddress(192, 168, 1, 5)])
  }

  @Test func w6TheNodeIsHeardAtLeastEvery60Seconds() {
    let device = DiscoveryDevice.settled()
    device.run(.seconds(1800))
    let times = device.sent.filter { $0.message.questions.first?.type == .txt }.map(\.at)
    #expect(times.count >= 30)
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier <= .seconds(60)) }
  }

  @Test func w7OrdinaryBrowsersAreAnsweredAndAnExitIsAGoodbye() throws {
    let device = serving()
    device.receive(.query(Names.service, .ptr))
    device.run(.milliseconds(200))
    #expect(device.multicasts.first?.message.answers.first?.data == .pointer(device.instance))
    device.clear()
    device.perform { $0.stop(at: $1) }
    let goodbye = try #require(device.sent.first).message
    #expect(device.sent.count == 1 && goodbye.flags == 0x8400)
    #expect(goodbye.answers.map(\.type) == [.srv, .txt, .ptr, .a, .ptr])
    #expect(goodbye.answers.allSatisfy { $0.ttl == 0 })
    #expect(device.discovery.nextDue == nil)
  }

  @Test func aServiceAddedIsToldWithEverythingElse() throws {
    let device = serving()
    device.perform { $0.servicesChanged(["hello-world", "new"], at: $1) }
    device.run(.seconds(3))
    #expect(device.announcements.count == 2)
    let first = try #require(device.sent.first).message
    #expect(Set(first.answers.map(\.type)) == [.srv, .txt, .ptr, .a])
  }

  @Test func namesBeyond400BytesAreLeftOutAndNamed() throws {
    let device = DiscoveryDevice(services: [])
    let names = (0..<10).map { "service-\($0)-" + String(repeating: "x", count: 50) }
    device.perform { $0.servicesChanged(names + ["", "ExecType=fake"], at: $1) }
    // 15 + 18 bytes are the fixed strings; five names of 60 follow.
    let expected = [DiscoveryDirective.leftOut(Array(names[6...]) + ["", "ExecType=fake"])]
    #expect(device.news == expected)
    device.run(.seconds(3))
    let record = try #require(device.announcements.first?.message.answers.first { $0.type == .txt })
    guard case .text(let text) = record.data else { return }
    #expect(text.strings.count == 8 && text.strings.reduce(0) { $0 + $1.count } <= 400)
  }

  @Test func aPacketWithoutAddressesTakesNoneAway() {
    let device = DiscoveryDevice.settled()
    let other = OtherNode()
    device.receive(other.advertise)
    device.clear()
    // Home Edge's update when a service is added.
    var update = other
    update.services = ["late"]
    device.receive(DNSMessage(flags: 0x8000, answers: [update.text]))
    #expect(device.discovery.peers.first?.services == ["late"])
    #expect(device.discovery.peers.first?.addresses.count == 1)
    #expect(device.news.count == 1)
  }

  @Test func homeEdgesProbeWithoutAddressIsHeardButNotYetAPeer() {
    let device = DiscoveryDevice.settled()
    let other = OtherNode()
    device.receive(
      DNSMessage(
        flags: 0, questions: [DNSQuestion(name: other.instance, type: .ptr)],
        authorities: [other.service, other.text]))
    #expect(device.discovery.peers.isEmpty)
    // It is answered as Home Edge expects, and asked for its address.
    #expect(device.sent.first?.to == .unicast(DiscoveryDevice.tool, port: 5353))
    device.run(.milliseconds(200))
    #expect(device.sent.last?.message.questions.first == DNSQuestion(name: other.host, type: .a))
  }
}
