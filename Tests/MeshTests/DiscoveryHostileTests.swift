import Basics
import Mesh
import Testing
import Wire

/// Floods and nonsense: bounded memory, bounded traffic, no end of the program.
@Suite struct DiscoveryHostileTests {
  @Test func damagedPacketsNeverTrapAndTimeAlwaysGoesOn() {
    var random = SplitMix64(seed: 1)
    let device = DiscoveryDevice.settled(services: ["a"])
    let other = OtherNode(services: ["x"])
    var goodbye = other.announcement
    for index in goodbye.answers.indices { goodbye.answers[index].ttl = 0 }
    let probe = DiscoveryConformanceProbingTests.probe(like: device, wins: true)
    let denial = DiscoveryConformanceProbingTests.denial(of: device, host: false)
    let corpus = [
      other.announcement, other.advertise, goodbye, probe, denial, .query(Names.service, .ptr),
      .query(device.instance, .any, unicast: true), .query(device.host, .aaaa),
    ].compactMap { $0.encoded() }
    for number in 0..<20_000 {
      var bytes = corpus[Int(random.next() % UInt64(corpus.count))]
      for _ in 0..<(random.next() % 6) {
        let place = Int(random.next() % UInt64(bytes.count))
        bytes[place] = random.next() % 3 == 0 ? 0xC0 : UInt8(truncatingIfNeeded: random.next())
      }
      let origin = DNSAddress(192, 168, 1, UInt8(truncatingIfNeeded: random.next()))
      let port: UInt16 = random.next() % 4 == 0 ? UInt16(truncatingIfNeeded: random.next()) : 5353
      device.receive(bytes, from: origin, port: port, isMulticast: random.next() % 4 > 0)
      if number % 20 == 0 {
        device.run(.milliseconds(Int(random.next() % 3000)))
        device.clear()
      }
    }
    device.run(.seconds(100_000))
    #expect(device.discovery.peers.isEmpty)
    #expect(device.discovery.nextDue.map { $0 > device.now } == true)
  }

  @Test func aFloodOfPeersStopsAtTheLimitAndThoseHeardAreKept() {
    var limits = DiscoveryLimits()
    limits.peers = 50
    let device = DiscoveryDevice.settled(limits: limits)
    for number in 0..<50 { device.receive(OtherNode(uuid: "real-\(number)").announcement) }
    for number in 0..<1000 { device.receive(OtherNode(uuid: "fake-\(number)").announcement) }
    #expect(device.discovery.peers.count == 50)
    #expect(device.discovery.peers.allSatisfy { $0.id.contains("real") })
    // Those that were never complete make room at once.
    let second = DiscoveryDevice.settled(limits: limits)
    for number in 0..<1000 {
      second.receive(DNSMessage(flags: 0x8400, answers: [OtherNode(uuid: "p-\(number)").pointer]))
    }
    second.receive(OtherNode(uuid: "real").announcement)
    #expect(second.discovery.peers.map(\.id) == ["edge-orchestration-real"])
  }

  @Test func aFloodOfQuestionsIsAnsweredAtABoundedRate() {
    let device = DiscoveryDevice.settled()
    for number in 0..<5000 {
      let origin = DNSAddress(192, 168, 1, UInt8(number % 250))
      device.receive(.query(Names.service, .ptr, unicast: true), from: origin)
      device.receive(.query(device.host, .a, id: 5), from: origin, port: 7777)
    }
    device.run(.milliseconds(900))
    #expect(device.responses.count <= 2 * DiscoveryLimits().unicastRepliesPerSecond + 2)
  }

  @Test func whatOnePeerCanMakeUsKeepIsBounded() {
    let device = DiscoveryDevice.settled()
    var other = OtherNode(services: (0..<200).map { "service-number-\($0)" }).announcement
    for number in 0..<200 {
      var record = OtherNode().addressRecord
      record.data = .address(DNSAddress(192, 168, 2, UInt8(number)))
      other.answers.append(record)
    }
    device.receive(other)
    let peer = device.discovery.peers.first
    #expect(peer?.addresses.count == 6)
    let size = (peer?.services ?? []).reduce(0) { $0 + $1.utf8.count }
    #expect(size > 300 && size <= 432)
  }

  @Test func oneRunIsLikeAnother() {
    func run() -> [[UInt8]] {
      let device = DiscoveryDevice(seed: 42)
      for number in 0..<30 {
        device.receive(OtherNode(uuid: "peer-\(number)").announcement)
        device.run(.seconds(7))
      }
      return device.sent.map(\.bytes)
    }
    #expect(run() == run())
  }
}
