import Foundation
import Testing

@testable import Basics
@testable import Mesh

/// A node of the home that sends nonsense, sealed with the right key: the state machine takes what the decoder lets
/// through, and stays bounded.
@Suite struct MembershipFuzzTests {
  private static let maximumPeers = 64

  private static func known(_ random: inout SplitMix64) -> NodeID {
    // Few, so that packets meet; 0 is the node under test.
    NodeID(high: 0, low: random.next() % 6)
  }

  private static func evidence(_ random: inout SplitMix64) -> Evidence {
    func number(_ random: inout SplitMix64) -> UInt32 {
      switch random.next() % 6 {
      case 0: .max
      case 1: .max - UInt32(random.next() % 3)
      case 2: 0
      default: UInt32(random.next() % 50)
      }
    }
    return Evidence(incarnation: number(&random), sequence: number(&random))
  }

  private static func message(_ random: inout SplitMix64) -> MembershipMessage {
    let kinds: [MembershipMessage.Kind] = [.heartbeat, .heartbeat, .ping, .ack, .pingRequest, .nack, .notice]
    let sender =
      random.next() % 4 == 0 ? NodeID(high: 7, low: random.next()) : known(&random)
    var message = MembershipMessage(
      kind: kinds[Int(random.next() % 7)], sender: sender, evidence: evidence(&random),
      period: UInt8(truncatingIfNeeded: random.next()) | 1, slack: UInt8(truncatingIfNeeded: random.next()))
    message.flags = .init(rawValue: UInt8(truncatingIfNeeded: random.next()) & 0b1011)
    message.load = NodeLoad(score: .max, runs: 255)
    if random.next() % 2 == 0 {
      message.details = NodeDetails(
        addresses: [PeerAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))],
        port: UInt16(truncatingIfNeeded: random.next()), terms: [0, 255], facts: UInt32(random.next() % 9))
    }
    message.target = known(&random)
    message.known = evidence(&random)
    for _ in 0..<random.next() % 5 {
      let claims: [MembershipMessage.Claim] = [.alive, .suspect, .dead, .left]
      message.notes.append(
        .init(
          claim: claims[Int(random.next() % 4)], node: known(&random), evidence: evidence(&random),
          age: UInt8(truncatingIfNeeded: random.next())))
    }
    return message
  }

  @Test func nonsenseInTheRightFormNeitherTrapsNorGrowsNorFloods() {
    let seconds = ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init)
    let end = Date(timeIntervalSinceNow: seconds ?? 0)
    var seed: UInt64 = seconds == nil ? 1 : .random(in: 0 ... .max)
    var rounds = 0
    while seconds == nil ? rounds < 20 : Date() < end {
      run(seed: seed)
      seed &+= 1
      rounds += 1
    }
  }

  /// Whether its tables are within their bounds, and say the same.
  private static func isInOrder(_ membership: Membership, _ own: NodeID) -> Bool {
    membership.peers.count <= Self.maximumPeers
      && membership.delayed.count <= Membership.maximumDelayed
      && membership.relays.count <= Membership.maximumRelays
      && membership.gossip.count <= Membership.maximumGossip
      && membership.counted == membership.peers.count(where: { $0.isCounted })
      && membership.index.count == membership.peers.count && membership.id == own
      && membership.peers.allSatisfy({ membership.index[$0.id] != nil })
  }

  private func run(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var settings = MembershipSettings()
    settings.maximumPeers = Self.maximumPeers
    let own = NodeID(high: 0, low: 0)
    var now: Int64 = 1_000_000_000
    var membership = Membership(
      id: own, details: NodeDetails(), seed: seed, settings: settings, at: Instant(nanoseconds: now))
    _ = membership.announce(at: Instant(nanoseconds: now))
    var received = 0
    var multicasts = 0
    var unicasts = 0
    let begin = now
    for _ in 0..<4000 {
      var bytes = Self.message(&random).encoded()
      if random.next() % 3 == 0 {
        for _ in 0...random.next() % 4 {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      let endpoint = PeerEndpoint(
        address: PeerAddress(ipv4: UInt32(truncatingIfNeeded: random.next() % 4)), port: 56003)
      var out = membership.received(bytes, from: endpoint, at: Instant(nanoseconds: now))
      received += 1
      now += random.next() % 200 == 0 ? 20_000_000_000 : Int64(random.next() % 2_000_000)
      if let due = membership.nextDue, due.nanoseconds <= now {
        out += membership.tick(at: Instant(nanoseconds: now))
      }
      for directive in out {
        switch directive {
        case .multicast(let payload):
          multicasts += 1
          #expect(MembershipMessage(payload) != nil, "seed \(seed)")
        case .unicast: unicasts += 1
        default: break
        }
      }
      guard Self.isInOrder(membership, own) else {
        Issue.record("seed \(seed): the tables are not in order")
        return
      }
    }
    // One beat out of turn each 50 ms with what hangs on it, and a few packets for each that came.
    let elapsed = Double(now - begin) / 1e9
    #expect(Double(multicasts) <= 200 + elapsed * 60, "seed \(seed): \(multicasts) in \(elapsed) s")
    #expect(unicasts <= received * 8, "seed \(seed): \(unicasts) for \(received)")
    // It goes on.
    let due = membership.nextDue
    #expect(due != nil)
  }

  @Test func sealedPacketsThatAreDamagedOpenNothing() throws {
    let key = try #require(SealKey(fileContents: Array("the key of this home".utf8)))
    var sender = Sealer(key: key, salt: 1)
    var receiver = Sealer(key: key, salt: 2)
    var random = SplitMix64(seed: 3)
    let source = PeerAddress(ipv4: 1)
    for number in 0..<3000 {
      let payload = Self.message(&random).encoded()
      guard var packet = sender.seal(payload) else { continue }
      let whole = packet
      switch random.next() % 4 {
      case 0: packet.removeLast(1 + Int(random.next() % UInt64(packet.count)))
      case 1: packet.append(contentsOf: repeatElement(0, count: 1 + Int(random.next() % 1600)))
      default: packet[Int(random.next() % UInt64(packet.count))] ^= UInt8(1 << (random.next() % 8))
      }
      if case .payload = receiver.open(packet, from: source) { Issue.record("case \(number) opened") }
      #expect(receiver.open(whole, from: source) == .payload(payload))
      #expect(receiver.open(whole, from: source) == .replayed)
    }
  }
}
