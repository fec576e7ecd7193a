import TestSupport
import Testing

@testable import Basics
@testable import Mesh

struct MembershipMessageTests {
  private let node = NodeID(high: 0x1122_3344_5566_7788, low: 0x99AA_BBCC_DDEE_FF00)

  private func samples() -> [MembershipMessage] {
    let evidence = Evidence(incarnation: 3, sequence: 70_000)
    let base = MembershipMessage(kind: .heartbeat, sender: node, evidence: evidence, period: 12, slack: 4)
    var full = base
    full.load = NodeLoad(score: 12_345, runs: 2, memory: 0x0102)
    full.detailsVersion = 9
    full.flags = [.joining, .details]
    full.details = NodeDetails(
      addresses: [PeerAddress(ipv4: 0xC0A8_0005), PeerAddress(high: 0xFE80 << 48, low: 5)], port: 56002,
      terms: [1, 2, 3], abilities: NodeAbilities(rawValue: 0xF5), facts: 0xDEAD_BEEF)
    full.notes = [
      .init(claim: .suspect, node: NodeID(high: 1, low: 2), evidence: evidence, age: 7),
      .init(claim: .left, node: NodeID(high: 3, low: 4), evidence: evidence, age: 255),
    ]
    var brief = base
    brief.load = NodeLoad(score: .max, runs: 255)
    var request = base
    request.kind = .pingRequest
    request.target = NodeID(high: 8, low: 9)
    request.known = Evidence(incarnation: 1, sequence: 2)
    var nack = base
    nack.kind = .nack
    nack.target = NodeID(high: 8, low: 9)
    var query = base
    query.kind = .ping
    query.flags = .query
    var ack = base
    ack.kind = .ack
    return [full, brief, request, nack, query, ack]
  }

  @Test func whatIsWrittenIsRead() {
    for message in samples() { #expect(MembershipMessage(message.encoded()) == message) }
  }

  @Test func aBriefHeartbeatTakes37BytesAnd43WithWhatContends() {
    #expect(samples()[1].encoded().count == 37)
    var telling = samples()[1]
    telling.load?.demand = NodeDemand(threads: 0x0140, memoryBound: 1, flows: 2, link: 3)
    telling.load?.calibration = 100
    let bytes = telling.encoded()
    #expect(bytes.count == 43 && MembershipMessage(bytes) == telling)
    // An older node tells no calibration.
    telling.load?.calibration = 128
    #expect(MembershipMessage(Array(bytes.dropLast())) == telling)
  }

  @Test func everyTruncationIsRefused() {
    for message in samples() {
      let bytes = message.encoded()
      for length in 0..<bytes.count { #expect(MembershipMessage(Array(bytes.prefix(length))) == nil) }
    }
  }

  @Test func bytesOfALaterWriterBehindTheNotesAreIgnored() {
    for message in samples() { #expect(MembershipMessage(message.encoded() + [1, 2, 3]) == message) }
  }

  @Test func anotherVersionAnUnknownKindAndAPeriodOfZeroAreRefused() {
    let bytes = samples()[1].encoded()
    for (position, value) in [(0, UInt8(0x21)), (0, 0x1F), (0, 0x10), (26, 0)] {
      var other = bytes
      other[position] = value
      #expect(MembershipMessage(other) == nil)
    }
  }

  @Test func moreAddressesTermsAndNotesThanTheBoundsAreCutWhenWritten() {
    var message = samples()[0]
    message.details?.addresses = [PeerAddress](repeating: PeerAddress(high: 1, low: 1), count: 300)
    message.details?.terms = [UInt8](repeating: 1, count: 300)
    message.notes = [MembershipMessage.Note](repeating: message.notes[0], count: 300)
    let bytes = message.encoded()
    #expect(bytes.count <= 420)
    #expect(MembershipMessage(bytes)?.details?.addresses.count == NodeDetails.maximumAddresses)
  }

  /// 10^8 in a long run; what is read must be written to the same message again.
  @Test func mutatedPacketsNeverTrapAndWhatIsReadIsConsistent() {
    var random = SplitMix64(seed: 99)
    let samples = samples().map { $0.encoded() }
    var read = 0
    for _ in 0..<(isLongForm ? 20_000_000 : 100_000) {
      var bytes = samples[Int.random(in: 0..<samples.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        case 2:
          bytes.insert(
            UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0...bytes.count, using: &random))
        default:
          bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
            1 << UInt8.random(in: 0..<8, using: &random)
        }
      }
      guard let message = MembershipMessage(bytes) else { continue }
      read += 1
      if MembershipMessage(message.encoded()) != message { Issue.record("not the same: \(bytes)") }
    }
    #expect(read > 1000)
  }

  /// A member of the home that lies: what is well-formed and sealed reaches the state machine.
  @Test func aMembershipFedWithMutatedPacketsStaysBoundedAndKeepsItsTime() {
    var random = SplitMix64(seed: 7)
    let samples = samples()
    var now = Instant(nanoseconds: 0)
    var settings = MembershipSettings()
    settings.maximumPeers = 50
    var membership = Membership(
      id: node, details: NodeDetails(addresses: [], port: 1), seed: 5, settings: settings, at: now)
    _ = membership.announce(at: now)
    var sent = 0
    for _ in 0..<(isLongForm ? 5_000_000 : 50_000) {
      var message = samples[Int.random(in: 0..<samples.count, using: &random)]
      func anyone() -> NodeID {
        Bool.random(using: &random)
          ? node : NodeID(high: 1, low: UInt64.random(in: 0..<100, using: &random))
      }
      message.sender = anyone()
      message.target = message.target.map { _ in anyone() }
      message.evidence = Evidence(
        incarnation: ([0, 1, 2, .max, .max - 1] as [UInt32])[Int.random(in: 0..<5, using: &random)],
        sequence: UInt32.random(in: 0...UInt32.max, using: &random))
      message.period = UInt8.random(in: 1...255, using: &random)
      message.slack = UInt8.random(in: 0...255, using: &random)
      if Bool.random(using: &random) { message.flags.insert(.leaving) }
      message.notes = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        .init(
          claim: [.alive, .suspect, .dead, .left][Int.random(in: 0..<4, using: &random)], node: anyone(),
          evidence: Evidence(
            incarnation: UInt32.random(in: 0...3, using: &random),
            sequence: UInt32.random(in: 0...9, using: &random)),
          age: UInt8.random(in: 0...255, using: &random))
      }
      let endpoint = PeerEndpoint(
        address: PeerAddress(ipv4: UInt32.random(in: 0...200, using: &random)), port: 9)
      sent += membership.received(message.encoded(), from: endpoint, at: now).count
      now = now + .milliseconds(Int.random(in: 0...20, using: &random))
      if let due = membership.nextDue, due <= now { sent += membership.tick(at: now).count }
    }
    #expect(membership.peers.count <= 50)
    #expect(
      membership.homeSize == 1 + membership.peers.filter { $0.state == .alive || $0.state == .suspect }.count)
    #expect(membership.gossip.count <= Membership.maximumGossip)
    #expect(membership.delayed.count <= Membership.maximumDelayed)
    #expect(membership.relays.count <= Membership.maximumRelays)
    #expect(sent > 0)
  }

  @Test func aUUIDIsReadInEitherCaseAndNothingElseIs() {
    let text = "123e4567-e89b-12d3-a456-426614174000"
    #expect(NodeID(uuid: text)?.uuid == text)
    #expect(NodeID(uuid: "123E4567-E89B-12D3-A456-426614174000")?.uuid == text)
    for wrong in [
      "", "123e4567e89b12d3a456426614174000", text + "0", String(text.dropLast()), "g" + text.dropFirst(),
    ] {
      #expect(NodeID(uuid: wrong) == nil)
    }
  }
}
