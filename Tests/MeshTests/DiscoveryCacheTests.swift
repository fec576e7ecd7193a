import Basics
import Mesh
import Testing
import Wire

/// What is kept of peers, for how long, and what is asked about them.
@Suite struct DiscoveryCacheTests {
  private let other = OtherNode()

  private func questions(_ device: DiscoveryDevice, _ name: DNSName) -> [(at: Instant, type: DNSType)] {
    device.sent.flatMap { sent in
      sent.message.questions.filter { $0.name == name }.map { (sent.at, $0.type) }
    }
  }

  @Test func aRecordIsAskedForAt80To95PercentOfItsLifeAndThePeerLostAtItsEnd() {
    let device = DiscoveryDevice.settled()
    let start = device.now
    device.receive(other.announcement)
    device.run(.seconds(125))
    let times = questions(device, other.host).filter { $0.type == .a }.map { ($0.at - start).seconds / 120 }
    #expect(times.count == 4)
    for (time, share) in zip(times, [0.80, 0.85, 0.90, 0.95]) {
      #expect((share...(share + 0.02)).contains(time))
    }
    #expect(device.news.last == .lost(id: other.id))
    #expect(device.discovery.peers.isEmpty)
  }

  @Test func anAnsweredRefreshKeepsThePeerWithoutNews() {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    for _ in 0..<30 {
      device.run(.seconds(100))
      device.receive(DNSMessage(flags: 0x8400, answers: [other.addressRecord]))
    }
    #expect(device.news.count == 1)
    #expect(device.discovery.peers.count == 1)
  }

  @Test func aGoodbyeEndsThePeerAfterASecondAndNewsWithinItKeepsIt() {
    var goodbye = other.announcement
    for index in goodbye.answers.indices { goodbye.answers[index].ttl = 0 }
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    device.receive(goodbye)
    device.run(.milliseconds(900))
    #expect(device.discovery.peers.count == 1)
    device.receive(other.announcement)
    device.run(.seconds(5))
    #expect(device.discovery.peers.count == 1)
    device.receive(goodbye)
    device.run(.milliseconds(1001))
    #expect(device.news.last == .lost(id: other.id))
  }

  @Test func aFlushedAddressGoesAfterASecondAndOneWithoutFlushStays() throws {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    device.run(.seconds(2))
    var moved = other.addressRecord
    moved.data = .address(DNSAddress(192, 168, 1, 50))
    moved.cacheFlush = false
    device.receive(DNSMessage(flags: 0x8400, answers: [moved]))
    device.run(.seconds(2))
    #expect(device.discovery.peers.first?.addresses.count == 2)
    moved.cacheFlush = true
    device.receive(DNSMessage(flags: 0x8400, answers: [moved]))
    device.run(.milliseconds(1001))
    #expect(device.discovery.peers.first?.addresses.map(\.address) == [DNSAddress(192, 168, 1, 50)])
  }

  @Test func aPointerAloneIsResolvedByQuestions() {
    let device = DiscoveryDevice.settled()
    device.receive(DNSMessage(flags: 0x8400, answers: [other.pointer]))
    device.run(.milliseconds(200))
    #expect(Set(questions(device, other.instance).map(\.type)) == [.srv, .txt])
    device.receive(DNSMessage(flags: 0x8400, answers: [other.service, other.text]))
    device.run(.milliseconds(1500))
    #expect(Set(questions(device, other.host).map(\.type)) == [.a, .aaaa])
    device.receive(DNSMessage(flags: 0x8400, answers: [other.addressRecord]))
    #expect(device.discovery.peers.map(\.id) == [other.id])
    // One that never answers is not asked forever.
    let silent = OtherNode(uuid: "silent")
    device.clear()
    device.receive(DNSMessage(flags: 0x8400, answers: [silent.pointer]))
    device.run(.seconds(1000))
    #expect((5...7).contains(questions(device, silent.instance).filter { $0.type == .srv }.count))
  }

  @Test func theContinuousQueryIsAskedEverMoreRarelyUpToAnHour() {
    let device = DiscoveryDevice()
    device.run(.seconds(40_000))
    let times = device.queries.map(\.at)
    #expect(device.queries[0].message.questions[0].wantsUnicast)
    #expect(!device.queries[1].message.questions[0].wantsUnicast)
    var previous = Interval.milliseconds(450)
    for (earlier, later) in zip(times, times.dropFirst()) {
      let pause = later - earlier
      #expect(pause >= min(.seconds(3600), previous + previous) - .seconds(360))
      #expect(pause <= .seconds(3960))
      previous = pause
    }
    #expect((18...24).contains(times.count))
  }

  @Test func anothersQueryCountsAsOursUnlessItKnowsMore() throws {
    let device = DiscoveryDevice.settled()
    let next = try #require(device.discovery.nextDue)
    #expect(next > device.now)
    device.run(.seconds(100))
    device.clear()
    for _ in 0..<60 {
      device.receive(.query(Names.service, .ptr))
      device.run(.seconds(60))
    }
    #expect(device.queries.isEmpty)
    for _ in 0..<120 {
      device.receive(.query(Names.service, .ptr, known: [other.pointer]))
      device.run(.seconds(60))
    }
    #expect(!device.queries.isEmpty)
  }

  @Test func knownAnswersThatNeedSeveralPacketsSaySoInAllButTheLast() {
    let device = DiscoveryDevice.settled()
    for number in 0..<60 {
      device.receive(
        OtherNode(uuid: "00000000-0000-4000-8000-0000000000\(10 + number)", addressLife: 3000).announcement)
    }
    device.clear()
    device.perform {
      $0.interfacesChanged(
        [
          DiscoveryInterface(
            index: 2, name: "eth0", addresses: [.init(DNSAddress(192, 168, 1, 12), prefix: 24)])
        ], at: $1)
    }
    device.run(.milliseconds(130))
    let packets = device.sent.filter { !$0.message.answers.isEmpty && !$0.message.isResponse }
    #expect(packets.count > 2)
    #expect(packets.allSatisfy { $0.bytes.count <= 1452 })
    #expect(packets.dropLast().allSatisfy { $0.message.isTruncated })
    #expect(packets.last?.message.isTruncated == false)
    #expect(packets.dropFirst().allSatisfy { $0.message.questions.isEmpty })
    #expect(packets.flatMap(\.message.answers).count == 60)
  }

  @Test func aTruncatedQueryIsAnsweredAfterItsFurtherKnownAnswers() {
    for isKnown in [true, false] {
      let device = DiscoveryDevice.settled()
      let start = device.now
      var query = DNSMessage.query(Names.service, .ptr)
      query.flags = DNSMessage.truncatedFlag
      device.receive(query)
      device.run(.milliseconds(100))
      if isKnown {
        let known = DNSRecord(name: Names.service, ttl: 3000, data: .pointer(device.instance))
        device.receive(DNSMessage(flags: 0, answers: [known]))
      }
      device.run(.seconds(1))
      #expect(device.multicasts.count == (isKnown ? 0 : 1))
      #expect(device.multicasts.allSatisfy { (400...500).contains(($0.at - start).milliseconds) })
    }
  }

  @Test func aRecordIsMulticastOnceASecondButDefendedEvery250Milliseconds() {
    let device = DiscoveryDevice.settled()
    for _ in 0..<50 {
      device.receive(.query(device.host, .a))
      device.run(.milliseconds(100))
    }
    #expect((5...6).contains(device.multicasts.count))
    device.run(.seconds(5))
    device.clear()
    let probe = DNSMessage(
      flags: 0, questions: [DNSQuestion(name: device.host, type: .any)],
      authorities: [DNSRecord(name: device.host, ttl: 120, data: .address(DiscoveryDevice.tool))])
    for _ in 0..<10 {
      device.receive(probe)
      device.run(.milliseconds(250))
    }
    #expect((9...10).contains(device.multicasts.count))
  }

  @Test func aQuestionForUnicastIsAnsweredSoUnlessTheRecordWasLongUnheard() {
    let device = DiscoveryDevice.settled()
    device.receive(.query(device.instance, .srv, unicast: true))
    #expect(device.responses.map(\.to) == [.unicast(DiscoveryDevice.tool, port: 5353)])
    #expect(device.responses[0].message.answers[0].cacheFlush)
    device.run(.seconds(801))
    device.clear()
    device.receive(.query(device.instance, .srv, unicast: true))
    #expect(device.responses.map(\.to) == [.multicastIPv4])
  }

  @Test func typesThatDoNotExistAreDenied() {
    let device = DiscoveryDevice.settled()
    device.receive(.query(device.host, .aaaa))
    #expect(device.multicasts.first?.message.answers.map(\.data) == [.types(next: device.host, [.a])])
    device.receive(.query(device.instance, .a))
    #expect(
      device.multicasts.last?.message.answers.map(\.data) == [.types(next: device.instance, [.txt, .srv])])
    device.clear()
    device.receive(.query(OtherNode().host, .a))
    device.run(.seconds(1))
    #expect(device.responses.isEmpty)
  }

  // MARK: Interfaces

  @Test func aChangedAddressIsProbedAndAnnouncedAndNoPeerForgotten() {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    device.clear()
    let moved = DiscoveryInterface(
      index: 2, name: "eth0", addresses: [.init(DNSAddress(10, 0, 0, 7), prefix: 8)])
    device.perform { $0.interfacesChanged([moved], at: $1) }
    device.run(.seconds(3))
    #expect(device.probes.count == 3 && device.announcements.count == 2)
    #expect(device.announcements[0].message.answers.contains { $0.data == .address(DNSAddress(10, 0, 0, 7)) })
    device.perform { $0.interfacesChanged([], at: $1) }
    device.run(.seconds(60))
    #expect(device.discovery.peers.map(\.id) == [other.id])
  }

  @Test func eachInterfaceTellsItsOwnAddressesInItsOwnFamilies() throws {
    let six = try #require(DNSAddress(bytes: [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [5]))
    let wlan = DiscoveryInterface(index: 3, name: "wlan0", addresses: [.init(six, prefix: 64)])
    let device = DiscoveryDevice(interfaces: [DiscoveryDevice.eth0, wlan])
    device.run(.seconds(3))
    let onWlan = device.multicasts.filter { $0.interface == 3 }
    #expect(onWlan.count == 2 && onWlan.allSatisfy { $0.to == .multicastIPv6 })
    #expect(
      onWlan[0].message.answers.filter { $0.type == .a || $0.type == .aaaa }.map(\.data) == [.address(six)])
    let onEth = device.multicasts.filter { $0.interface == 2 }
    #expect(onEth.count == 2 && onEth.allSatisfy { $0.to == .multicastIPv4 })
    // Both on one wire: what one interface hears of the other is no conflict.
    for sent in onEth { device.receive(sent.message, from: DiscoveryDevice.address, interface: 3) }
    #expect(device.discovery.id == "edge-orchestration-" + DiscoveryDevice.uuid)
    device.clear()
    device.run(.seconds(3))
    #expect(device.probes.isEmpty)
  }

  @Test func aResponseFromAnotherPortOrAnErrorIsIgnored() {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement, port: 5354)
    var error = other.announcement
    error.flags |= 3
    device.receive(error)
    var update = other.announcement
    update.flags |= 5 << 11
    device.receive(update)
    device.receive(other.announcement, interface: 9)
    device.receive(other.announcement, from: DNSAddress(8, 8, 8, 8), isMulticast: false)
    #expect(device.news.isEmpty && device.discovery.peers.isEmpty)
  }
}
