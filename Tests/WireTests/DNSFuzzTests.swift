import Basics
import TestSupport
import Testing
import Wire

@Suite struct DNSFuzzTests {
  static let corpus: [[UInt8]] = {
    let everything = DNSMessageTests.everything
    let query = DNSMessage(
      flags: 0, questions: everything.questions, answers: Array(everything.answers.prefix(1)))
    return [everything, query].compactMap { $0.encoded() } + [DNSMessageTests.packet([0xC0, 12, 0, 1, 0, 1])]
  }()

  @Test func damagedBytesNeverTrapAndWhatIsAcceptedMeansTheSameSentOn() {
    fuzz("DNS messages") { random in
      var mutator = Mutator(
        corpus: Self.corpus, dictionary: ["\u{0}\u{10}", "\u{0}\u{21}", "\u{3F}", "\u{5}local"],
        seed: random.next())
      var bytes = mutator.next()
      // Pointers are what random bytes rarely make.
      if random.oneIn(2), bytes.count > 14 {
        let place = 12 + random.below(bytes.count - 13)
        bytes[place] = 0xC0
        bytes[place + 1] = UInt8(random.below(256))
      }
      guard let message = try? DNSMessage(decoding: bytes) else { return nil }
      return differs(message) ? printable(bytes) : nil
    }
  }

  /// Records with wrong data of every kind among good ones: none of the good ones is lost, and none comes in between.
  @Test func whateverStandsInARecordTheOthersAreRead() {
    fuzz("bad records among good ones") { random in
      let good = DNSMessage.random(&random).answers
      var bytes: [UInt8] = [0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      for record in good {
        if random.oneIn(2) { append(badRecord(&random), to: &bytes) }
        append(plain(record), to: &bytes)
      }
      append(badRecord(&random), to: &bytes)
      guard let message = try? DNSMessage(decoding: bytes) else { return printable(bytes) }
      let found = message.answers.filter { $0.name != Self.bad }
      let read = DNSMessage(flags: 0, answers: found).normal.answers
      return read == DNSMessage(flags: 0, answers: good).normal.answers ? nil : printable(bytes)
    }
  }

  private static let bad = DNSName("bad.example") ?? .root

  private func append(_ record: [UInt8], to bytes: inout [UInt8]) {
    bytes += record
    bytes[7] += 1
  }

  /// A record of a type that is understood, with data that has its size and else is anything.
  private func badRecord(_ random: inout SplitMix64) -> [UInt8] {
    let types: [UInt8] = [1, 12, 16, 28, 33, 41, 47, 65]
    let count = random.below(40)
    let data = (0..<count).map { _ in
      random.oneIn(3) ? 0xC0 | UInt8(random.below(64)) : UInt8(random.below(256))
    }
    return Self.bad.bytes + [0, types[random.below(types.count)], 0, 1, 0, 0, 0, 9, 0, UInt8(count)] + data
  }

  /// A record alone, so that nothing in it points elsewhere.
  private func plain(_ record: DNSRecord) -> [UInt8] {
    var copy = record
    // The type goes with the data; all else is written by hand.
    let data: [UInt8]
    switch record.data {
    case .types:
      copy.name = .root
      let alone = DNSMessage(flags: 0, answers: [copy]).encoded(compressesTargets: false) ?? []
      data = Array(alone.dropFirst(12 + 1 + 10))
    default: data = record.data.uncompressed
    }
    func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
    return record.name.bytes + word(record.type.rawValue)
      + word(record.recordClass | (record.cacheFlush ? 0x8000 : 0)) + word(UInt16(record.ttl >> 16))
      + word(UInt16(record.ttl & 0xFFFF)) + word(UInt16(data.count)) + data
  }

  @Test func anyMessageComesBackAsItWasSent() {
    fuzz("made DNS messages") { random in
      let message = DNSMessage.random(&random)
      return differs(message) ? "\(message)" : nil
    }
  }

  /// Uncompressed, a message that pointers made small may be too large to send; that is no fault.
  private func differs(_ message: DNSMessage) -> Bool {
    for compresses in [true, false] {
      guard let bytes = message.encoded(compressesTargets: compresses) else { continue }
      guard let again = try? DNSMessage(decoding: bytes) else { return true }
      if again.normal != message.normal { return true }
    }
    return false
  }
}

extension DNSMessage {
  /// With the order and repetitions of NSEC types, which the bit map does not keep, put aside.
  fileprivate var normal: DNSMessage {
    func normal(_ records: [DNSRecord]) -> [DNSRecord] {
      records.map { record in
        guard case .types(let next, let types) = record.data else { return record }
        var copy = record
        copy.data = .types(next: next, Array(Set(types)).sorted())
        return copy
      }
    }
    return DNSMessage(
      id: id, flags: flags, questions: questions, answers: normal(answers), authorities: normal(authorities),
      additionals: normal(additionals))
  }

  static func random(_ random: inout SplitMix64) -> DNSMessage {
    func records(_ random: inout SplitMix64) -> [DNSRecord] {
      (0..<random.below(6)).map { _ in
        DNSRecord(
          name: .random(&random), recordClass: UInt16(random.below(0x8000)), cacheFlush: random.oneIn(2),
          ttl: UInt32(truncatingIfNeeded: random.next()), data: .random(&random))
      }
    }
    return DNSMessage(
      id: UInt16(random.below(65536)), flags: UInt16(random.below(65536)),
      questions: (0..<random.below(4)).map { _ in
        DNSQuestion(
          name: .random(&random), type: DNSType(rawValue: UInt16(random.below(300))),
          recordClass: UInt16(random.below(0x8000)), wantsUnicast: random.oneIn(2))
      }, answers: records(&random), authorities: records(&random), additionals: records(&random))
  }
}

extension DNSName {
  /// Names that often end alike, and sometimes in another case.
  fileprivate static func random(_ random: inout SplitMix64) -> DNSName {
    let pieces = ["local", "_tcp", "a", "LOCAL", "edge", "aé.b", "_TCP"]
    var name = random.oneIn(3) ? DNSName.root : DNSMessageTests.service
    for _ in 0..<random.below(4) {
      let label =
        random.oneIn(9)
        ? [UInt8](repeating: 65, count: 1 + random.below(63)) : Array(pieces[random.below(pieces.count)].utf8)
      name = DNSName(label: label, in: name) ?? name
    }
    return name
  }
}

extension DNSData {
  fileprivate static func random(_ random: inout SplitMix64) -> DNSData {
    func bytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
      (0..<count).map { _ in UInt8(random.below(256)) }
    }
    switch random.below(7) {
    case 0: return .address(DNSAddress(bytes: bytes(4, &random)) ?? DNSAddress(0, 0, 0, 0))
    case 1: return .address(DNSAddress(bytes: [1] + bytes(15, &random)) ?? DNSAddress(0, 0, 0, 0))
    case 2: return .pointer(.random(&random))
    case 3:
      return .service(
        DNSService(
          priority: UInt16(random.below(65536)), weight: UInt16(random.below(9)),
          port: UInt16(random.below(65536)), target: .random(&random)))
    case 4:
      return .text(DNSText((0..<random.below(4)).map { _ in bytes(random.below(256), &random) }))
    case 5:
      return .types(
        next: .random(&random),
        (0..<random.below(9)).map { _ in DNSType(rawValue: UInt16(random.below(65536))) })
    default: return .other(DNSType(rawValue: 13), bytes(random.below(40), &random))
    }
  }
}
