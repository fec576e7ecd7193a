import Basics
import Testing
import Wire

@Suite struct DNSMessageTests {
  static let service = DNSName("_orchestration._tcp.local") ?? .root
  static let instance = DNSName(label: Array("Küche 2".utf8), in: service) ?? .root
  static let host = DNSName("kitchen.local") ?? .root

  static let everything = DNSMessage(
    id: 0x1234, flags: DNSMessage.responseFlags,
    questions: [
      DNSQuestion(name: service, type: .ptr, wantsUnicast: true), DNSQuestion(name: host, type: .any),
    ],
    answers: [
      DNSRecord(name: service, ttl: 4500, data: .pointer(instance)),
      DNSRecord(
        name: instance, cacheFlush: true, ttl: 120,
        data: .service(DNSService(priority: 1, weight: 2, port: 65535, target: host))),
      DNSRecord(name: instance, cacheFlush: true, ttl: 4500, data: .text(DNSText([[1, 2], [], [3]]))),
    ],
    authorities: [
      DNSRecord(name: host, ttl: .max, data: .address(DNSAddress(192, 168, 0, 1)))
    ],
    additionals: [
      DNSRecord(
        name: host, cacheFlush: true, ttl: 120,
        data: .address(
          DNSAddress(bytes: [0xFE, 0x80] + [UInt8](repeating: 7, count: 14)) ?? .init(0, 0, 0, 0))),
      DNSRecord(name: host, ttl: 120, data: .types(next: host, [.a, .aaaa, DNSType(rawValue: 257)])),
      DNSRecord(name: .root, recordClass: 1440, ttl: 0x1122_3344, data: .other(.opt, [0, 4, 0, 1, 9])),
      DNSRecord(name: host, ttl: 1, data: .other(DNSType(rawValue: 13), [1, 2, 3])),
    ])

  @Test func everyKindOfRecordComesBackAsItWasSent() throws {
    let bytes = try #require(Self.everything.encoded())
    #expect(try DNSMessage(decoding: bytes) == Self.everything)
    let plain = try #require(Self.everything.encoded(compressesTargets: false))
    #expect(plain.count > bytes.count)
    #expect(try DNSMessage(decoding: plain) == Self.everything)
  }

  @Test func aQuestionIsTheBytesOfTheStandard() {
    let message = DNSMessage(
      flags: 0, questions: [DNSQuestion(name: Self.service, type: .ptr, wantsUnicast: true)])
    let header: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    let name = Array("\u{e}_orchestration\u{4}_tcp\u{5}local\0".utf8)
    let expected: [UInt8] = header + name + [0, 12, 0x80, 1]
    #expect(message.encoded() == expected)
  }

  @Test func aNameSeenBeforeIsAPointer() throws {
    let record = DNSRecord(name: Self.host, ttl: 1, data: .pointer(Self.host))
    let bytes = try #require(DNSMessage(flags: 0, answers: [record]).encoded())
    #expect(Array(bytes.suffix(4)) == [0, 2, 0xC0, 12])
  }

  @Test func aNameOnlyEndsAtItsOwnLabels() throws {
    let name = try #require(DNSName("itchen.local"))
    let records = [Self.host, name].map { DNSRecord(name: $0, ttl: 1, data: .pointer($0)) }
    let bytes = try #require(DNSMessage(flags: 0, answers: records).encoded())
    #expect(try DNSMessage(decoding: bytes).answers == records)
  }

  @Test func namesAreEqualWithoutRegardToTheCaseOfASCII() throws {
    let small = try #require(DNSName("edge-abc.local"))
    let large = try #require(DNSName("EDGE-ABC.Local."))
    #expect(small == large)
    #expect(small.hashValue == large.hashValue)
    #expect(Set([small, large]).count == 1)
    #expect(large.text == "EDGE-ABC.Local.")
    // RFC 6762 16: no folding beyond ASCII.
    #expect(DNSName("Ä.local") != DNSName("ä.local"))
    // @ and ` differ by the bit that tells the cases apart.
    #expect(DNSName("@.local") != DNSName("`.local"))
  }

  @Test func labelsAndNamesHaveTheirLimits() {
    #expect(DNSName(labels: [[UInt8](repeating: 97, count: 63)]) != nil)
    #expect(DNSName(labels: [[UInt8](repeating: 97, count: 64)]) == nil)
    #expect(DNSName(labels: [[]]) == nil)
    let label = [UInt8](repeating: 97, count: 63)
    #expect(DNSName(labels: [label, label, label, Array(label.prefix(61))])?.bytes.count == 255)
    #expect(DNSName(labels: [label, label, label, Array(label.prefix(62))]) == nil)
    #expect(DNSName(label: label, in: DNSName(labels: [label, label, label]) ?? .root) == nil)
  }

  @Test func anInstanceIsOneLabelInFrontOfItsService() throws {
    #expect(Self.instance.isChild(of: Self.service))
    #expect(!Self.service.isChild(of: Self.service))
    let deeper = try #require(DNSName(label: [97], in: Self.instance))
    #expect(!deeper.isChild(of: Self.service))
    #expect(deeper.isChild(of: Self.instance))
  }

  static func packet(_ rest: [UInt8], questions: UInt8 = 1, answers: UInt8 = 0) -> [UInt8] {
    [0, 0, 0, 0, 0, questions, 0, answers, 0, 0, 0, 0] + rest
  }

  @Test(arguments: [
    packet([0xC0, 12, 0, 1, 0, 1]),  // to itself
    packet([0xC0, 14, 0, 1, 0, 1]),  // forward
    packet([1, 97, 0xC0, 12, 0, 1, 0, 1]),  // back into the name that it ends
    packet([0xC0, 0, 0, 1, 0, 1]),  // into the header
    packet((0..<5).flatMap { _ in [63] + [UInt8](repeating: 97, count: 63) } + [0, 0, 1, 0, 1]),  // over 255
    packet([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3], questions: 0, answers: 1),  // A of 3 bytes
    packet([0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 2, 1], questions: 0, answers: 1),  // TXT over its end
    packet([0, 0, 12, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0], questions: 0, answers: 1),  // PTR shorter than its data
    packet([0, 0, 12, 0, 1, 0, 0, 0, 0, 0, 2, 0xC0, 25], questions: 0, answers: 1),  // PTR to itself
    packet([0, 0, 33, 0, 1, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 1, 64], questions: 0, answers: 1),  // no target
    packet([0, 0, 33, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0], questions: 0, answers: 1),  // SRV over its end
    packet([0, 0, 47, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0], questions: 0, answers: 1),  // empty bit map
    packet([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4], questions: 0, answers: 1),  // of no name
  ])
  func whatIsWrongWithinAPartCostsThatPart(bytes: [UInt8]) throws {
    // A good record behind it, and bytes that belong to nobody.
    let good: [UInt8] = [1, 98, 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1]
    let message = try DNSMessage(decoding: (bytes + good + [7, 7]).with(1, at: 9))
    #expect(message.questions.isEmpty && message.answers.isEmpty && message.authorities == [Self.small])
  }

  static let small = DNSRecord(
    name: DNSName(labels: [[98]]) ?? .root, ttl: 9, data: .address(DNSAddress(10, 0, 0, 1)))

  @Test(arguments: [
    packet([64] + [UInt8](repeating: 97, count: 64) + [0, 0, 1, 0, 1]),  // reserved kind of label
    packet([0x80, 0, 0, 1, 0, 1]),  // another
    packet([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4], questions: 0, answers: 1),  // data over the end
    packet([0, 0, 1, 0, 1], questions: 2),  // one fewer than is said
    packet([3, 97], questions: 1),  // a label over the end
  ])
  func whatBreaksTheFramingCostsTheMessage(bytes: [UInt8]) {
    #expect(throws: (DNSError).self) { try DNSMessage(decoding: bytes) }
  }

  @Test func everyPrefixOfAMessageIsRefused() throws {
    let bytes = try #require(Self.everything.encoded())
    for count in 0..<bytes.count {
      #expect(throws: (DNSError).self) { try DNSMessage(decoding: Array(bytes[..<count])) }
    }
  }

  @Test func moreRecordsOrBytesThanTheBoundAreRefusedBeforeTheyAreRead() {
    #expect(throws: DNSError.tooMany) {
      try DNSMessage(decoding: Self.packet([], questions: 0, answers: 0).with(3, at: 6))
    }
    #expect(throws: DNSError.tooMany) { try DNSMessage(decoding: Self.packet([]).with(1, at: 4)) }
    #expect(throws: DNSError.tooLong) { try DNSMessage(decoding: [UInt8](repeating: 0, count: 9001)) }
  }

  @Test func whatDoesNotFitLeavesNoTrace() throws {
    var writer = DNSWriter(flags: 0, limit: 60)
    let question = DNSQuestion(name: Self.service, type: .ptr)
    let fits = writer.append(question)
    #expect(fits)
    let before = writer.bytes
    let tooLarge = writer.append(Self.everything.answers[1], to: .answer)
    #expect(!tooLarge)
    #expect(writer.bytes == before)
    let record = DNSRecord(name: Self.service, ttl: 1, data: .address(DNSAddress(1, 2, 3, 4)))
    let fitsToo = writer.append(record, to: .additional)
    #expect(fitsToo)
    #expect(
      try DNSMessage(decoding: writer.bytes)
        == DNSMessage(flags: 0, questions: [question], additionals: [record]))
  }

  @Test func aLargeMessageStaysWithin9000Bytes() throws {
    let records = (0..<400).map { number in
      DNSRecord(
        name: Self.service, ttl: 1,
        data: .pointer(DNSName(label: Array("\(number)".utf8), in: Self.service) ?? .root))
    }
    let bytes = try #require(DNSMessage(flags: 0x8400, answers: records).encoded())
    #expect(bytes.count <= 9000)
    #expect(try DNSMessage(decoding: bytes).answers == records)
    let huge = DNSMessage(flags: 0, answers: records + records + records)
    #expect(huge.encoded() == nil)
  }

  @Test func textIsCutAtWholeStrings() {
    let text = DNSText([[1, 2, 3], [4, 5], [6]])
    #expect(text.prefix(7).strings == [[1, 2, 3], [4, 5]])
    #expect(text.prefix(6).strings == [[1, 2, 3]])
    #expect(DNSText([]).bytes == [0])
    #expect(DNSText(wire: [])?.strings == [[]])
    #expect(DNSText(wire: [2, 1]) == nil)
  }

  @Test func addressesKnowTheirFamilyAndSubnet() throws {
    let address = DNSAddress(192, 168, 1, 10)
    #expect(address.isIPv4 && address.bytes == [192, 168, 1, 10] && address.text == "192.168.1.10")
    #expect(address.isInSubnet(of: DNSAddress(192, 168, 1, 200), prefix: 24))
    #expect(!address.isInSubnet(of: DNSAddress(192, 168, 2, 10), prefix: 24))
    #expect(address.isInSubnet(of: DNSAddress(10, 0, 0, 1), prefix: 0))
    #expect(!address.isInSubnet(of: DNSAddress(192, 168, 1, 11), prefix: 32))
    #expect(DNSAddress(169, 254, 3, 4).isLinkLocal && !DNSAddress(169, 253, 3, 4).isLinkLocal)
    let local = try #require(DNSAddress(bytes: [0xFE, 0xBF] + [UInt8](repeating: 0, count: 13) + [1]))
    #expect(local.isLinkLocal && !local.isIPv4 && local.text == "febf:0:0:0:0:0:0:1")
    #expect(local.bytes.count == 16 && DNSAddress(bytes: local.bytes) == local)
    #expect(!local.isInSubnet(of: address, prefix: 0))
    #expect(
      local.isInSubnet(
        of: DNSAddress(bytes: [0xFE, 0x80] + [UInt8](repeating: 0, count: 14)) ?? local, prefix: 10))
    #expect(DNSAddress(bytes: [1, 2, 3]) == nil)
    #expect(
      DNSAddress(192, 168, 1, 255).isBroadcast(prefix: 24) && DNSAddress(10, 0, 0, 0).isBroadcast(prefix: 8))
    #expect(!DNSAddress(192, 168, 0, 255).isBroadcast(prefix: 23) && !local.isBroadcast(prefix: 24))
    #expect(
      !DNSAddress(10, 0, 0, 1).isBroadcast(prefix: 31) && !DNSAddress(10, 0, 0, 1).isBroadcast(prefix: 32))
  }
}

extension [UInt8] {
  fileprivate func with(_ byte: UInt8, at index: Int) -> [UInt8] {
    var copy = self
    copy[index] = byte == 3 ? 0x10 : byte
    return copy
  }
}
