import Basics
import Mesh
import Testing
import Wire

/// The lines on answers of Apple's Bonjour conformance test 1.5.1 and its part on interoperability, in its order;
/// each test bears the name of its line.
@Suite struct DiscoveryConformanceAnswerTests {
  /// A packet's records without the lives and flush bits, which must be unique in it.
  static func keys(_ message: DNSMessage) -> [String] {
    message.records.map { "\($0.name.text) \($0.data)" }
  }

  @Test func simpleReplyResponseTime() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let device = DiscoveryDevice.settled(seed: seed)
      let start = device.now
      device.receive(.query(device.host, .a))
      device.run(.milliseconds(10))
      #expect(try #require(device.multicasts.first).at - start <= .milliseconds(10))
    }
  }

  @Test func simpleReplyVerification() throws {
    let device = DiscoveryDevice.settled()
    device.receive(.query(device.host, .a, id: 77))
    let reply = try #require(device.multicasts.first)
    #expect(reply.to == .multicastIPv4)
    #expect(reply.message.id == 0 && reply.message.flags == 0x8400 && reply.message.questions.isEmpty)
    let expected = DNSRecord(
      name: device.host, cacheFlush: true, ttl: 120, data: .address(DiscoveryDevice.address))
    #expect(reply.message.answers == [expected])
  }

  /// The delays of replies to a query for the service by 400 devices, in milliseconds.
  private func sharedDelays(_ query: (DiscoveryDevice) -> DNSMessage) throws -> [Double] {
    try (1...400).map { seed in
      let device = DiscoveryDevice.settled(seed: UInt64(seed))
      let start = device.now
      device.receive(query(device))
      device.run(.milliseconds(200))
      return (try #require(device.multicasts.first).at - start).seconds * 1000
    }
  }

  private func isUniform(_ delays: [Double]) -> Bool {
    // A quarter of the replies in each quarter of the time, give or take a third of that.
    (0..<4).allSatisfy { quarter in
      let low = 20 + 25 * Double(quarter)
      let share = delays.filter { $0 >= low && $0 < low + 25 }.count
      return (67...133).contains(share)
    }
  }

  @Test func sharedReplyTimingUniformRandomReplyTimeDistribution() throws {
    #expect(isUniform(try sharedDelays { _ in .query(Names.service, .ptr) }))
  }

  @Test func sharedReplyTiming() throws {
    let delays = try sharedDelays { _ in .query(Names.service, .ptr) }
    #expect(delays.allSatisfy { (20...120).contains($0) })
  }

  private func pointer(_ device: DiscoveryDevice, ttl: UInt32 = 3200) -> DNSRecord {
    DNSRecord(name: Names.service, ttl: ttl, data: .pointer(device.instance))
  }

  @Test func duplicateSuppression() {
    let device = DiscoveryDevice.settled()
    device.receive(.query(Names.service, .ptr, known: [pointer(device, ttl: 1600)]))
    device.run(.seconds(1))
    #expect(device.multicasts.isEmpty)
    // Known for less than half of its life, it is told again.
    device.receive(.query(Names.service, .ptr, known: [pointer(device, ttl: 1599)]))
    device.run(.seconds(1))
    #expect(device.multicasts.count == 1)
  }

  @Test func distributedDuplicateSuppression() {
    let device = DiscoveryDevice.settled()
    let types = DNSRecord(name: Names.types, ttl: 3200, data: .pointer(Names.service))
    device.receive(.query(Names.types, .ptr))
    device.receive(DNSMessage(flags: 0x8400, answers: [types]))
    device.run(.seconds(1))
    #expect(device.multicasts.isEmpty)
    // Another's answer of a shorter life does not do.
    var short = types
    short.ttl = 10
    device.receive(.query(Names.types, .ptr))
    device.receive(DNSMessage(flags: 0x8400, answers: [short]))
    device.run(.seconds(1))
    #expect(device.multicasts.count == 1)
  }

  private func several(_ device: DiscoveryDevice) -> DNSMessage {
    DNSMessage(
      flags: 0,
      questions: [
        DNSQuestion(name: Names.service, type: .ptr), DNSQuestion(name: device.host, type: .a),
        DNSQuestion(name: Names.types, type: .ptr),
      ])
  }

  @Test func multipleQuestionsSharedReplyTimingUniformRandomReplyTimeDistribution() throws {
    #expect(isUniform(try sharedDelays { several($0) }))
  }

  @Test func multipleQuestionsSharedReplyTiming() throws {
    let device = DiscoveryDevice.settled()
    device.receive(several(device))
    device.run(.milliseconds(200))
    #expect(device.multicasts.count == 1)
    #expect(
      Set(device.multicasts[0].message.answers.map(\.name)) == [Names.service, Names.types, device.host])
    #expect(try sharedDelays { several($0) }.allSatisfy { (20...120).contains($0) })
  }

  @Test func multipleQuestionsDuplicateSuppression() {
    let device = DiscoveryDevice.settled()
    var query = several(device)
    query.answers = [pointer(device)]
    device.receive(query)
    device.run(.seconds(1))
    #expect(!device.multicasts.flatMap(\.message.answers).contains { $0.name == Names.service })
    #expect(device.multicasts.flatMap(\.message.answers).contains { $0.name == Names.types })
  }

  @Test func multipleQuestionsDistributedDuplicateSuppression() {
    let device = DiscoveryDevice.settled()
    device.receive(several(device))
    device.receive(
      DNSMessage(
        flags: 0x8400, answers: [DNSRecord(name: Names.types, ttl: 3200, data: .pointer(Names.service))]))
    device.run(.seconds(1))
    #expect(!device.multicasts.flatMap(\.message.answers).contains { $0.name == Names.types })
    #expect(device.multicasts.flatMap(\.message.answers).contains { $0.name == Names.service })
  }

  @Test func replyAggregation() {
    let device = DiscoveryDevice.settled()
    device.receive(.query(Names.service, .ptr))
    device.run(.milliseconds(5))
    device.receive(.query(Names.types, .ptr))
    device.run(.seconds(1))
    #expect(device.multicasts.count == 1)
    #expect(device.multicasts.first?.message.answers.count == 2)
  }

  /// Everything a device sends in its start, for many kinds of questions, on a change and at its end.
  private func everything() -> DiscoveryDevice {
    let device = DiscoveryDevice(services: ["a", "b"])
    device.run(.seconds(10))
    let names = [Names.service, Names.types, Names.subtype, device.instance, device.host]
    for name in names {
      for type in [.ptr, .srv, .txt, .a, .aaaa, .any] as [DNSType] {
        device.receive(.query(name, type))
        device.run(.milliseconds(1500))
        device.receive(.query(name, type, unicast: true))
        device.receive(.query(name, type, id: 9), port: 40000)
        device.run(.milliseconds(1500))
      }
    }
    device.perform { $0.servicesChanged(["c"], at: $1) }
    device.run(.seconds(3))
    device.perform { $0.stop(at: $1) }
    return device
  }

  /// The line whose name the published result file holds only in part, which is about records repeated in packets.
  @Test func noDuplicateRecordsInAnyPacketOfALife() {
    for sent in everything().sent {
      let keys = Self.keys(sent.message)
      #expect(Set(keys).count == keys.count)
    }
  }

  @Test func noDuplicateRecordsInPackets() {
    let device = DiscoveryDevice.settled()
    device.receive(
      DNSMessage(
        flags: 0,
        questions: [Names.service, device.instance, device.host].map { DNSQuestion(name: $0, type: .any) }))
    device.run(.seconds(1))
    let keys = device.multicasts.map { Self.keys($0.message) }
    #expect(keys.count == 1)
    #expect(keys.allSatisfy { Set($0).count == $0.count })
  }

  @Test func requiredAdditionalRecordsInAnswers() throws {
    let device = DiscoveryDevice.settled()
    device.receive(.query(Names.service, .ptr))
    device.run(.seconds(2))
    let reply = try #require(device.multicasts.first).message
    #expect(Set(reply.additionals.map(\.type)).isSuperset(of: [.srv, .txt, .a]))
    device.receive(.query(device.instance, .srv))
    device.run(.seconds(2))
    #expect(try #require(device.multicasts.last).message.additionals.contains { $0.type == .a })
  }

  @Test func legalCharactersInAddressRecordNames() {
    let device = DiscoveryDevice(uuid: "Küche & Flur.1")
    device.run(.seconds(3))
    let names = device.sent.flatMap(\.message.records).filter { $0.type == .a }.map(\.name)
    #expect(!names.isEmpty)
    for name in names {
      #expect(
        name.firstLabel.allSatisfy { byte in
          Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8).contains(byte)
        })
    }
  }

  @Test func cacheFlushBitSetInNonSharedResponses() {
    for sent in everything().multicasts {
      for record in sent.message.records { #expect(record.cacheFlush == (record.type != .ptr)) }
    }
  }

  @Test func cacheFlushBitNotSetInProposedAnswerOfProbes() {
    let device = everything()
    #expect(device.probes.count == 3)
    for probe in device.probes { #expect(probe.message.authorities.allSatisfy { !$0.cacheFlush }) }
  }

  // MARK: Network interoperability

  private func legacy(_ device: DiscoveryDevice, _ name: DNSName, _ type: DNSType) -> [DiscoveryDevice.Sent] {
    device.clear()
    device.receive(.query(name, type, id: 0x4242), port: 33333)
    device.run(.milliseconds(200))
    return device.responses
  }

  @Test func cacheFlushBitNotSetInUnicastResponse() {
    let device = DiscoveryDevice.settled()
    let records = legacy(device, device.instance, .srv).flatMap(\.message.records)
    #expect(records.contains { $0.type == .srv })
    #expect(records.allSatisfy { !$0.cacheFlush })
  }

  @Test func unicastInteroperability() throws {
    let device = DiscoveryDevice.settled()
    let reply = try #require(legacy(device, device.host, .a).first)
    #expect(reply.to == .unicast(DiscoveryDevice.tool, port: 33333))
    #expect(reply.message.id == 0x4242 && reply.message.flags == 0x8400)
    #expect(reply.message.questions == [DNSQuestion(name: device.host, type: .a)])
    #expect(reply.message.answers.map(\.data) == [.address(DiscoveryDevice.address)])
    #expect(reply.message.records.allSatisfy { $0.ttl <= 10 })
    // The target is written out, for old resolvers do not look for a pointer there (RFC 6762 18.14).
    let service = try #require(legacy(device, device.instance, .srv).first)
    let host = device.host.bytes
    let places = service.bytes.indices.filter { service.bytes[$0...].starts(with: host) }
    #expect(!places.isEmpty)
  }

  @Test func chattiness() {
    let device = DiscoveryDevice.settled()
    device.run(.seconds(3600))
    // Home Edge has to hear from each node every minute; besides that there is hardly a query an hour.
    #expect((60...63).contains(device.sent.count - device.queries.count))
    #expect(device.queries.count <= 6)
    #expect(device.responses.isEmpty)
  }

  @Test func mDNSIPTTLCheck() {
    // What is sent has 255 by the directive's contract; what comes from elsewhere is not answered.
    let far = DNSAddress(203, 0, 113, 5)
    let device = DiscoveryDevice.settled()
    device.receive(.query(device.host, .a), from: far, isMulticast: false, hops: 255)
    device.receive(.query(device.host, .a), from: far, isMulticast: true, hops: 254)
    device.receive(.query(device.host, .a), from: far, port: 999, isMulticast: false, hops: 64)
    device.run(.seconds(2))
    #expect(device.responses.isEmpty)
    // A neighbour without an address in our subnet is one all the same.
    device.receive(.query(device.host, .a), from: far, isMulticast: true, hops: 255)
    #expect(device.responses.count == 1)
  }

  @Test func duplicateRecordsCheck() {
    // Answers that several questions want come once.
    let device = DiscoveryDevice.settled()
    for _ in 0..<5 { device.receive(.query(Names.service, .ptr)) }
    device.run(.seconds(1))
    #expect(device.multicasts.count == 1)
    #expect(device.multicasts[0].message.answers.count == 1)
  }

  @Test func additionalRecordsInAnswerCheck() throws {
    let device = DiscoveryDevice.settled()
    device.receive(.query(device.host, .a))
    // That there is no AAAA is told with it (RFC 6762 6.2).
    let additional = try #require(device.multicasts.first).message.additionals
    #expect(additional.map(\.data) == [.types(next: device.host, [.a])])
    for record in additional { #expect(!device.multicasts[0].message.answers.contains(record)) }
  }
}
