import TestSupport
import Testing

@testable import Basics
@testable import Mesh

struct SealerTests {
  private let source = PeerAddress(ipv4: 0xC0A8_0001)

  private func sealed(_ payload: [UInt8], by sealer: inout Sealer) throws -> [UInt8] {
    let packet = sealer.seal(payload)
    return try #require(packet)
  }

  private func key(_ text: String) throws -> SealKey {
    try #require(SealKey(fileContents: Array(text.utf8)))
  }

  @Test func whatOneNodeSealsAnotherOfTheHomeOpensOnce() throws {
    let key = try key("123e4567-e89b-12d3-a456-426614174000")
    var sender = Sealer(key: key, salt: 1)
    var receiver = Sealer(key: key, salt: 2)
    let packet = try sealed([1, 2, 3], by: &sender)
    #expect(packet.count == 3 + Sealer.overhead)
    #expect(receiver.open(packet, from: source) == .payload([1, 2, 3]))
    #expect(receiver.open(packet, from: source) == .replayed)
    #expect(sender.open(packet, from: source) == .own)
    #expect(receiver.counts == Sealer.Counts(foreign: 0, replayed: 1, malformed: 0))
  }

  @Test func aLineEndInTheKeyFileMakesNoOtherKeyAndAShortKeyNone() throws {
    #expect(try key("0123456789abcdef\n") == key("  0123456789abcdef"))
    #expect(try key("0123456789abcdef") != key("0123456789abcdeg"))
    #expect(SealKey(fileContents: Array("0123456789abcde\n".utf8)) == nil)
    #expect(SealKey(fileContents: []) == nil)
  }

  @Test func whatAnybodyWouldTryFirstIsNoKey() {
    let weak: [[UInt8]] = [
      [UInt8](repeating: 0, count: 65), [UInt8](repeating: 0xff, count: 32),
      Array(String(repeating: "x", count: 64).utf8),
      Array(String(repeating: "deadbeef", count: 8).utf8),
      Array(String(repeating: "password1234567", count: 4).utf8),
      Array("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".utf8), Array(String(repeating: "0123456789", count: 3).utf8),
      [0] + [UInt8](repeating: 0x41, count: 40) + [0],
    ]
    for bytes in weak { #expect(SealKey(fileContents: bytes) == nil, "\(bytes.prefix(20))") }
    var random = SplitMix64(seed: 1)
    for _ in 0..<1000 {
      let bytes = (0..<16).map { _ in UInt8.random(in: 33...126, using: &random) }
      #expect(SealKey(fileContents: bytes) != nil)
      let digits = bytes.map { String($0 & 15, radix: 16) + String($0 >> 4, radix: 16) }.joined()
      #expect(SealKey(fileContents: Array(digits.utf8)) != nil)
    }
  }

  @Test func theKeysOfEachPurposeDiffer() throws {
    let key = try key("0123456789abcdef")
    #expect(key.heartbeat != key.tlsSecret)
    #expect(key.heartbeat.count == 32 && key.tlsSecret.count == 32)
  }

  /// Computed with Python's hmac and hashlib after RFC 5869: extract by the salt, expand by the purpose.
  @Test func theDerivationIsHKDFWithSHA256() throws {
    let key = try key("0123456789abcdef")
    #expect(
      key.tlsSecret.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
        == expectedTLS)
  }
  private let expectedTLS = "770e8b8f2174243ce014ffaa4bc526d77fbd2a2c2b32fa395cea2a63ad04e809"

  @Test func everyChangedBitOfAPacketIsNoticed() throws {
    let key = try key("0123456789abcdef")
    var sender = Sealer(key: key, salt: 1)
    let packet = try sealed(Array(0..<40), by: &sender)
    for bit in 0..<packet.count * 8 {
      var receiver = Sealer(key: key, salt: 2)
      var changed = packet
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      switch receiver.open(changed, from: source) {
      case .malformed, .foreign: break
      case let other: Issue.record("bit \(bit) gave \(other)")
      }
    }
  }

  @Test func aForeignSourceIsReportedOnceAndManySourcesOnlyCounted() throws {
    var foreigner = Sealer(key: try key("another home's key"), salt: 1)
    var receiver = Sealer(key: try key("0123456789abcdef"), salt: 2)
    let packet = try sealed([1], by: &foreigner)
    #expect(receiver.open(packet, from: source) == .foreign(report: true))
    #expect(receiver.open(packet, from: source) == .foreign(report: false))
    var reports = 1
    for number in 0..<1000 {
      if receiver.open(packet, from: PeerAddress(ipv4: UInt32(number))) == .foreign(report: true) {
        reports += 1
      }
    }
    #expect(reports == Sealer.maximumReported)
    #expect(receiver.counts.foreign == 1002)
  }

  @Test func aHomeChangesItsKeyWithoutLosingAnyone() throws {
    let old = try key("the old key of the home")
    let new = try key("the new key of the home")
    var nodes = (1...3).map { Sealer(key: old, salt: UInt64($0)) }
    func allHear() throws -> Bool {
      for sender in nodes.indices {
        let packet = try sealed([UInt8(sender)], by: &nodes[sender])
        for receiver in nodes.indices where receiver != sender {
          guard nodes[receiver].open(packet, from: source) == .payload([UInt8(sender)]) else { return false }
        }
      }
      return true
    }
    for node in nodes.indices {
      nodes[node].use(old, accepting: [new])
      #expect(try allHear())
    }
    for node in nodes.indices {
      nodes[node].use(new, accepting: [old])
      #expect(try allHear())
    }
    for node in nodes.indices {
      nodes[node].use(new, accepting: [])
      #expect(try allHear())
    }
    var straggler = Sealer(key: old, salt: 9)
    let packet = try sealed([1], by: &straggler)
    #expect(nodes[0].open(packet, from: source) == .foreign(report: true))
  }

  @Test func reorderedPacketsAreTakenWithinTheWindowAndOlderOnesAreNot() throws {
    let key = try key("0123456789abcdef")
    var sender = Sealer(key: key, salt: 1)
    var receiver = Sealer(key: key, salt: 2)
    let packets = try (0..<200).map { try sealed([UInt8($0)], by: &sender) }
    #expect(receiver.open(packets[100], from: source) == .payload([100]))
    #expect(receiver.open(packets[37], from: source) == .payload([37]))
    #expect(receiver.open(packets[36], from: source) == .replayed)
    #expect(receiver.open(packets[37], from: source) == .replayed)
    #expect(receiver.open(packets[199], from: source) == .payload([199]))
    #expect(receiver.open(packets[101], from: source) == .replayed)
    #expect(receiver.open(packets[150], from: source) == .payload([150]))
  }

  @Test func windowsAreBoundedAndTheOnesInUseStay() {
    var windows = ReplayWindows()
    func isNew(_ sender: UInt64) -> Bool { windows.take(1, of: sender) }
    #expect(isNew(7))
    for sender in 1000..<UInt64(1000 + 3 * ReplayWindows.capacity) {
      #expect(isNew(sender))
      if sender % 100 == 0, isNew(7) { Issue.record("the window in use was dropped") }
    }
    #expect(!isNew(7))
  }

  @Test func anythingTooShortTooLongOrOfAnotherVersionIsMalformed() throws {
    var receiver = Sealer(key: try key("0123456789abcdef"), salt: 2)
    for size in [0, 1, 30, 1501, 9000] {
      #expect(receiver.open([UInt8](repeating: 0x48, count: size), from: source) == .malformed)
    }
    #expect(receiver.open([UInt8](repeating: 0, count: 100), from: source) == .malformed)
    let tooLong = receiver.seal([UInt8](repeating: 0, count: 1470))
    #expect(tooLong == nil)
    let longest = receiver.seal([UInt8](repeating: 0, count: 1469))
    #expect(longest?.count == Sealer.maximumSize)
  }

  /// Only what was sealed comes out, whatever is done to packets on their way.
  @Test func fuzzedPacketsNeverTrapAndNothingForgedIsOpened() throws {
    let key = try key("0123456789abcdef")
    var random = SplitMix64(seed: 4)
    var sender = Sealer(key: key, salt: 1)
    var receiver = Sealer(key: key, salt: 2)
    receiver.use(key, accepting: [try self.key("the next key of all")])
    let packets = try (0..<50).map { try sealed([UInt8](repeating: UInt8($0), count: $0), by: &sender) }
    var opened = 0
    for round in 0..<(isLongForm ? 2_000_000 : 20_000) {
      var bytes = packets[round % packets.count]
      let original = bytes
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          if let place = bytes.indices.randomElement(using: &random) {
            bytes[place] = UInt8.random(in: 0...255, using: &random)
          }
        case 1: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        default: bytes.append(UInt8.random(in: 0...255, using: &random))
        }
      }
      guard case .payload = receiver.open(bytes, from: source) else { continue }
      opened += 1
      if bytes != original { Issue.record("a changed packet was opened: \(bytes)") }
    }
    #expect(opened > 0 && opened <= packets.count)
  }

  @Test func moreKeysThanTheBoundAreCut() throws {
    var sealer = Sealer(key: try key("0123456789abcdef"), salt: 1)
    let others = try (0..<5).map { try key("some other key number \($0)") }
    sealer.use(others[0], accepting: others)
    #expect(sealer.keys == [others[0], others[1]], "the first two of the accepted, one of which is used")
  }
}
