import Basics
import Mesh
import Testing
import Wire

/// The lines on probing, conflicts and renaming of Apple's Bonjour conformance test 1.5.1, in its order; each test
/// bears the name of its line.
@Suite struct DiscoveryConformanceProbingTests {
  /// A response that holds the device's name with other data.
  static func denial(of device: DiscoveryDevice, host: Bool) -> DNSMessage {
    let data: DNSData =
      host
      ? .address(DNSAddress(192, 168, 1, 77))
      : .service(DNSService(port: 80, target: DNSName("other.local") ?? .root))
    let record = DNSRecord(
      name: host ? device.host : device.instance, cacheFlush: true, ttl: 120, data: data)
    return DNSMessage(flags: 0x8400, answers: [record])
  }

  /// A probe for the device's names whose proposals stand behind (or before) the device's.
  static func probe(like device: DiscoveryDevice, wins: Bool) -> DNSMessage {
    let address = wins ? DNSAddress(255, 0, 0, 1) : DNSAddress(1, 0, 0, 1)
    return DNSMessage(
      flags: 0, questions: [DNSQuestion(name: device.host, type: .any)],
      authorities: [DNSRecord(name: device.host, ttl: 120, data: .address(address))])
  }

  @Test func initialProbing() {
    for seed in 1...50 as ClosedRange<UInt64> {
      let device = DiscoveryDevice(seed: seed)
      let start = device.now
      device.run(.seconds(2))
      let probes = device.probes
      #expect(probes.count == 3)
      #expect(probes[0].at - start < .milliseconds(250))
      #expect(probes[1].at - probes[0].at == .milliseconds(250))
      #expect(probes[2].at - probes[1].at == .milliseconds(250))
      #expect(device.announcements.first.map { $0.at - probes[2].at } == .milliseconds(250))
      for probe in probes {
        #expect(probe.message.questions.map(\.name) == [device.instance, device.host])
        #expect(probe.message.questions.allSatisfy { $0.type == .any && $0.wantsUnicast })
        #expect(Set(probe.message.authorities.map(\.type)) == [.srv, .txt, .a])
      }
    }
  }

  @Test func probingSimultaneousProbeConflict() throws {
    let device = DiscoveryDevice()
    device.run(.milliseconds(300))
    let before = device.probes.count
    #expect((1...2).contains(before))
    let start = device.now
    device.receive(Self.probe(like: device, wins: true))
    device.run(.seconds(3))
    let later = device.probes.dropFirst(before)
    // The loser waits a second and then asks for the same names again, in full.
    #expect(try #require(later.first).at - start == .seconds(1))
    #expect(later.count == 3)
    #expect(device.news.isEmpty)
    #expect(device.discovery.id == "edge-orchestration-" + DiscoveryDevice.uuid)
  }

  @Test func probingRateLimiting() throws {
    let device = DiscoveryDevice()
    var tries: [Instant] = []
    for _ in 0..<25 {
      let count = device.probes.count
      while device.probes.count == count { device.run(.milliseconds(10)) }
      tries.append(try #require(device.probes.last).at)
      device.receive(Self.denial(of: device, host: true))
    }
    // Quick at first, one try in five seconds after fifteen conflicts within ten.
    #expect(tries[14] - tries[0] < .seconds(10))
    for index in 15..<25 { #expect(tries[index] - tries[index - 1] >= .seconds(5)) }
  }

  @Test func probingProbeDenials() throws {
    let device = DiscoveryDevice()
    device.run(.milliseconds(300))
    device.receive(Self.denial(of: device, host: true))
    #expect(device.discovery.host == "edge-\(DiscoveryDevice.uuid)-2.local.")
    device.run(.milliseconds(300))
    device.receive(Self.denial(of: device, host: false))
    device.run(.seconds(3))
    let id = "edge-orchestration-\(DiscoveryDevice.uuid)-2"
    #expect(device.discovery.id == id)
    #expect(device.news.last == .renamed(id: id, host: device.discovery.host))
    let announcement = try #require(device.announcements.first)
    #expect(announcement.message.answers.filter { $0.type == .srv }.map(\.name) == [device.instance])
    #expect(announcement.message.answers.filter { $0.type == .a }.map(\.name) == [device.host])
  }

  @Test func probing() {
    // A name that nobody denies is taken after three probes; our own looped packets are no conflict.
    let device = DiscoveryDevice()
    for _ in 0..<100 {
      let count = device.sent.count
      device.run(.milliseconds(50))
      for sent in device.sent.dropFirst(count) {
        device.receive(sent.bytes, from: DiscoveryDevice.address)
      }
    }
    #expect(device.probes.count == 3)
    #expect(device.news.isEmpty)
    #expect(device.responses.count == 2)
  }

  private func winning(_ device: DiscoveryDevice) {
    let known = device.probes.count
    while device.probes.count < known + 3 {
      let count = device.probes.count
      device.run(.milliseconds(10))
      if device.probes.count > count { device.receive(Self.probe(like: device, wins: false)) }
    }
  }

  @Test func winningSimultaneousProbesAnnouncements() {
    let device = DiscoveryDevice()
    winning(device)
    device.run(.seconds(3))
    #expect(device.announcements.count == 2)
    #expect(device.announcements[1].at - device.announcements[0].at >= .seconds(1))
  }

  @Test func winningSimultaneousProbesWinningSimultaneousProbes() {
    let device = DiscoveryDevice()
    winning(device)
    device.run(.seconds(3))
    #expect(device.probes.count == 3)
    #expect(device.probes[2].at - device.probes[0].at == .milliseconds(500))
  }

  @Test func winningSimultaneousProbes() {
    // Two devices of one identity that start together: one name each in the end.
    for seed in 1...20 as ClosedRange<UInt64> {
      let network = DiscoveryNetwork(seed: seed)
      let first = network.add(uuid: "same")
      let second = network.add(uuid: "same")
      network.run(.seconds(10))
      #expect(network[first].host != network[second].host)
      #expect(Set([network[first].host, network[second].host]).contains("edge-same.local."))
    }
  }

  @Test func srvProbingAnnouncementsBasic() throws {
    let device = DiscoveryDevice()
    device.run(.seconds(3))
    let proposed = try #require(device.probes.first?.message.authorities.first { $0.type == .srv })
    let announced = try #require(device.announcements.first?.message.answers.first { $0.type == .srv })
    #expect(proposed.data == announced.data)
    #expect(proposed.data == .service(DNSService(port: 42425, target: device.host)))
  }

  @Test func srvProbingAnnouncements() {
    // A denial of the instance alone leaves the host its name.
    let device = DiscoveryDevice()
    device.run(.milliseconds(300))
    device.receive(Self.denial(of: device, host: false))
    device.run(.seconds(3))
    #expect(device.discovery.id.hasSuffix("-2"))
    #expect(device.discovery.host == "edge-\(DiscoveryDevice.uuid).local.")
    #expect(device.announcements.count == 2)
  }

  /// A conflict over a name in use, asserted again against every probe: the device gives way.
  static func subsequentConflict(_ device: DiscoveryDevice, host: Bool) {
    device.clear()
    device.receive(denial(of: device, host: host))
    let old = denial(of: device, host: host)
    for _ in 0..<100 where device.probes.isEmpty { device.run(.milliseconds(10)) }
    device.receive(old)
    device.run(.seconds(5))
  }

  @Test func subsequentConflictAnnouncementsOfA() {
    let device = DiscoveryDevice.settled()
    Self.subsequentConflict(device, host: true)
    #expect(device.announcements.count == 2)
    #expect(device.announcements.allSatisfy { $0.message.answers.contains { $0.name == device.host } })
  }

  @Test func subsequentConflictA() throws {
    let device = DiscoveryDevice.settled()
    let start = device.now
    Self.subsequentConflict(device, host: true)
    // First the old name is probed for once more, at once; only when that is denied comes the new one.
    let probe = try #require(device.probes.first)
    #expect(probe.at - start <= .milliseconds(250))
    #expect(
      probe.message.questions.map(\.name).contains(DNSName("edge-\(DiscoveryDevice.uuid).local") ?? .root))
    #expect(device.discovery.host == "edge-\(DiscoveryDevice.uuid)-2.local.")
    #expect(device.discovery.id == "edge-orchestration-" + DiscoveryDevice.uuid)
  }

  @Test func subsequentConflictAnnouncementsOfSRV() {
    let device = DiscoveryDevice.settled()
    Self.subsequentConflict(device, host: false)
    #expect(device.announcements.count == 2)
    #expect(device.announcements.allSatisfy { $0.message.answers.contains { $0.name == device.instance } })
  }

  @Test func subsequentConflictSRV() {
    let device = DiscoveryDevice.settled()
    Self.subsequentConflict(device, host: false)
    #expect(device.discovery.id == "edge-orchestration-\(DiscoveryDevice.uuid)-2")
    #expect(device.discovery.host == "edge-\(DiscoveryDevice.uuid).local.")
  }

  @Test func subsequentConflict() {
    // A conflict that nobody repeats ends with the old name.
    let device = DiscoveryDevice.settled()
    var both = Self.denial(of: device, host: true)
    both.answers += Self.denial(of: device, host: false).answers
    device.receive(both)
    device.run(.seconds(5))
    #expect(device.probes.count == 3)
    #expect(device.news.isEmpty)
    #expect(device.discovery.id == "edge-orchestration-" + DiscoveryDevice.uuid)
  }

  // MARK: Names changed by hand, which is a restart, cables pulled and put in

  @Test func manualNameChangeAnnouncements() throws {
    let device = DiscoveryDevice.settled()
    device.restart(uuid: "new")
    device.run(.seconds(3))
    #expect(device.probes.count == 3)
    #expect(device.announcements.count == 2)
    #expect(device.announcements[0].message.answers.contains { $0.name == device.instance })
    #expect(device.discovery.id == "edge-orchestration-new")
  }

  @Test func manualNameChange() throws {
    let device = DiscoveryDevice.settled()
    let old = device.instance
    device.restart(uuid: "new")
    let goodbye = try #require(device.sent.first).message
    #expect(goodbye.isResponse && goodbye.answers.allSatisfy { $0.ttl == 0 })
    #expect(goodbye.answers.contains { $0.name == Names.service && $0.data == .pointer(old) })
    #expect(device.discovery.id == "edge-orchestration-new" && device.discovery.host == "edge-new.local.")
  }

  /// A settled device whose cable was pulled for a minute and is put in.
  static func replugged() -> DiscoveryDevice {
    let device = DiscoveryDevice.settled()
    device.perform { $0.interfacesChanged([], at: $1) }
    device.run(.seconds(60))
    #expect(device.sent.isEmpty)
    device.perform { $0.interfacesChanged([DiscoveryDevice.eth0], at: $1) }
    return device
  }

  @Test func hotPluggingProbingSimultaneousProbeConflict() {
    let device = Self.replugged()
    device.run(.milliseconds(300))
    let before = device.probes.count
    device.receive(Self.probe(like: device, wins: true))
    device.run(.milliseconds(990))
    #expect(device.probes.count == before)
    device.run(.seconds(2))
    #expect(device.probes.count == before + 3)
  }

  @Test func hotPluggingProbingRateLimiting() {
    let device = Self.replugged()
    var times: [Instant] = []
    for _ in 0..<18 {
      let count = device.probes.count
      while device.probes.count == count { device.run(.milliseconds(10)) }
      times.append(device.now)
      device.receive(Self.denial(of: device, host: true))
    }
    #expect(times[17] - times[16] >= .seconds(5))
  }

  @Test func hotPluggingProbingProbeDenials() {
    let device = Self.replugged()
    device.run(.milliseconds(300))
    device.receive(Self.denial(of: device, host: false))
    device.run(.seconds(3))
    #expect(device.discovery.id.hasSuffix("-2"))
    #expect(device.announcements.count == 2)
  }

  @Test func hotPluggingWinningSimultaneousProbesAnnouncements() {
    let device = Self.replugged()
    winning(device)
    device.run(.seconds(3))
    #expect(device.announcements.count == 2)
  }

  @Test func hotPluggingWinningSimultaneousProbesWinningSimultaneousProbes() {
    let device = Self.replugged()
    winning(device)
    device.run(.seconds(3))
    #expect(device.probes.count == 3)
    #expect(device.news.isEmpty)
  }

  @Test func hotPluggingSubsequentConflictAnnouncementsOfA() {
    let device = Self.replugged()
    device.run(.seconds(130))
    Self.subsequentConflict(device, host: true)
    #expect(device.announcements.count == 2)
  }

  @Test func hotPluggingSubsequentConflictA() {
    let device = Self.replugged()
    device.run(.seconds(130))
    Self.subsequentConflict(device, host: true)
    #expect(device.discovery.host.hasSuffix("-2.local."))
  }

  @Test func hotPluggingSubsequentConflictAnnouncementsOfSRV() {
    let device = Self.replugged()
    device.run(.seconds(130))
    Self.subsequentConflict(device, host: false)
    #expect(device.announcements.count == 2)
  }

  @Test func hotPluggingSubsequentConflictSRV() {
    let device = Self.replugged()
    device.run(.seconds(130))
    Self.subsequentConflict(device, host: false)
    #expect(device.discovery.id.hasSuffix("-2"))
  }
}
