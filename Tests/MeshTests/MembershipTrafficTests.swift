import Basics
import Mesh
import Testing

/// What a node of a home of nine sends as the agent sends it: with what contends, by both families where it introduces
/// itself, with Ethernet headers.
@Suite struct MembershipTrafficTests {
  /// Packets and bytes a second of the node that sends most, where each says new readings every second.
  static func traffic(isNews: (Int) -> Bool) -> (packets: Double, bytes: Double) {
    let home = MembershipFiguresTests.home(9, seed: 4)
    home.resetTraffic()
    let seconds = 300
    for second in 0..<seconds {
      for device in home.devices.indices {
        let reading = UInt8(truncatingIfNeeded: (second + device) * 37)
        let demand = NodeDemand(threads: UInt16(reading), memoryBound: 0, flows: 0, link: reading)
        home.say(
          device, NodeLoad(score: 10_000 + Double(reading), runs: 0, memory: 1 << 30, demand: demand),
          terms: [UInt8](repeating: reading, count: 14), isNews: isNews(second))
      }
      home.run(for: 1)
    }
    let ethernet = 14
    let packets = home.devices.map { $0.packets + $0.copies.packets }
    let bytes = zip(home.devices, packets).map { $0.bytes + $0.copies.bytes + ethernet * $1 }
    return (Double(packets.max() ?? 0) / Double(seconds), Double(bytes.max() ?? 0) / Double(seconds))
  }

  @Test func readingsThatMoveEachSecondCostNoMoreThanTwoPacketsAnd270Bytes() {
    let traffic = Self.traffic { _ in false }
    print(
      "9 nodes whose readings move, Ethernet: \(traffic.packets) packets/s, \(traffic.bytes) bytes/s a node")
    #expect(traffic.packets <= 2 && traffic.bytes <= 270)
  }

  /// As often as `HealthNews` allows at most.
  @Test func newsTwiceInSixSecondsAddAtMostTwoThirdsOfAPacketASecond() {
    let quiet = Self.traffic { _ in false }
    let traffic = Self.traffic { $0 % 6 < 2 }
    print("9 nodes with news twice in 6 s: \(traffic.packets) packets/s, \(traffic.bytes) bytes/s a node")
    #expect(traffic.packets <= quiet.packets + 0.67 && traffic.bytes <= quiet.bytes + 125)
  }

  @Test func aNodeThatKnowsOfNobodySpeaksRarelyAndAsOthersDoOnceItHearsOne() {
    let home = MembershipSimulation(seed: 11)
    home.start(home.addDevice())
    home.run(for: 10)
    home.resetTraffic()
    home.run(for: 240)
    #expect((90...111).contains(home.devices[0].packets), "one each 2.4 s, a tenth more or less")
    home.start(home.addDevice())
    home.run(for: 2)
    #expect(home.isAgreed)
    home.resetTraffic()
    home.run(for: 240)
    for device in home.devices { #expect((363...445).contains(device.packets), "one each 0.6 s") }
    // It has known somebody, so it keeps the pace: who comes back is to be seen at once.
    home.crash(1)
    home.run(for: 10)
    home.resetTraffic()
    home.run(for: 240)
    #expect((363...445).contains(home.devices[0].packets))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aLonelyNodeIsSeenWithinItsPeriodThoughEveryAnnouncementIsLost(seed: UInt64) {
    let home = MembershipSimulation(seed: seed)
    home.start(home.addDevice())
    home.run(for: 20)
    home.network.loss = 1
    home.start(home.addDevice())
    home.run(for: 20)
    home.network.loss = 0
    home.run(for: 2.8)
    #expect(home.isAgreed, "a heartbeat within 2.64 s, then a question and its answer")
  }
}
