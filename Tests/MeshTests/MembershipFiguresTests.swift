import Basics
import Foundation
import Mesh
import TestSupport
import Testing

/// The figures that membership promises, measured in simulation and printed. `HEARTH_LONG=1` runs them at full length.
@Suite(.serialized) struct MembershipFiguresTests {
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }

  static func text(_ value: Double) -> String { String(format: "%.2f", value) }

  /// A home whose nodes have all seen each other.
  static func home(_ count: Int, seed: UInt64, loss: Double = 0) -> MembershipSimulation {
    let home = MembershipSimulation(seed: seed)
    home.network.loss = loss
    for _ in 0..<count { home.start(home.addDevice()) }
    home.run(for: 6)
    return home
  }

  /// Seconds from a crash until the last peer knows; nil where one never does.
  static func detection(_ count: Int, seed: UInt64, loss: Double) -> Double? {
    let home = home(count, seed: seed, loss: loss)
    home.run(for: Double.random(in: 0..<0.6, using: &home.random))
    let victim = Int.random(in: 0..<count, using: &home.random)
    let crashed = home.now
    home.crash(victim)
    home.run(for: 12)
    let deaths = home.log.filter { $0.subject == victim && $0.what == .died && $0.time >= crashed }
    guard Set(deaths.map(\.observer)).count == count - 1, let last = deaths.map(\.time).max() else {
      return nil
    }
    return Double(last - crashed) / 1e9
  }

  @Test(arguments: [(0.0, 3.0), (0.01, 3.0), (0.05, 3.2)])
  func aCrashIsKnownToAllWithinThreeSeconds(loss: Double, limit: Double) {
    for count in [2, 3, 4, 6, 8, 12, 16] {
      let runs = isLongForm ? 1000 : 12
      let times = (0..<runs).map { Self.detection(count, seed: UInt64($0 * 100 + count), loss: loss) }
      let known = times.compactMap { $0 }
      #expect(known.count == times.count, "a crash stayed unknown to someone")
      let p50 = Self.quantile(known, 0.5)
      let p99 = Self.quantile(known, 0.99)
      print(
        "crash, \(count) nodes, loss \(loss): p50 \(Self.text(p50)) s, p99 \(Self.text(p99)) s of \(runs)")
      #expect(p99 <= limit)
    }
  }

  @Test(arguments: [0.0, 0.05, 0.2])
  func aNewNodeIsSeenByAllAndSeesAllWithinOneAndAHalfSeconds(loss: Double) {
    for count in [2, 8, 16] {
      var seen: [Double] = []
      var sees: [Double] = []
      for seed in 0..<(isLongForm ? 500 : 25) {
        let home = Self.home(count - 1, seed: UInt64(seed + 7), loss: loss)
        let newcomer = home.addDevice()
        let started = home.now
        home.start(newcomer)
        home.run(for: 6)
        let entries = home.log.filter { $0.time >= started && $0.what == .appeared }
        for entry in entries where entry.subject == newcomer {
          seen.append(Double(entry.time - started) / 1e9)
        }
        for entry in entries where entry.observer == newcomer {
          sees.append(Double(entry.time - started) / 1e9)
        }
        #expect(home.isAgreed || loss > 0)
      }
      let p99 = (Self.quantile(seen, 0.99), Self.quantile(sees, 0.99))
      print(
        "first sight, \(count) nodes, loss \(loss): p99 \(Self.text(p99.0)) s, seeing all \(Self.text(p99.1)) s"
      )
      // 1.5 s is promised for a sound network; where a fifth is lost, seeing all takes 0.1 s longer in the smallest home.
      #expect(p99.0 <= 1.5 && p99.1 <= (loss < 0.1 ? 1.5 : 2))
    }
  }

  @Test func eightNodesSendAtMostTwoPacketsAnd300BytesASecondEach() {
    let home = Self.home(8, seed: 3)
    home.resetTraffic()
    let seconds = 600.0
    home.run(for: seconds)
    let packets = home.devices.map { Double($0.packets) / seconds }.max() ?? .nan
    let bytes = home.devices.map { Double($0.bytes) / seconds }.max() ?? .nan
    print(
      "8 nodes, per node with seal, IP and UDP: \(Self.text(packets)) packets/s, \(Self.text(bytes)) bytes/s")
    #expect(packets <= 2 && bytes <= 300)
    #expect(
      !home.log.contains { $0.what == .suspected }, "on a network that loses nothing, nobody is suspected")
  }

  @Test func aThousandNodesStayUnder50KilobytesASecondInAll() {
    let count = isLongForm ? 1000 : 200
    let home = MembershipSimulation(seed: 5)
    for _ in 0..<count { home.start(home.addDevice()) }
    home.run(for: isLongForm ? 60 : 1.5)
    home.resetTraffic()
    let seconds = isLongForm ? 120.0 : 4
    home.run(for: seconds)
    let bytes = Double(home.devices.map(\.bytes).reduce(0, +)) / seconds
    let packets = Double(home.devices.map(\.packets).reduce(0, +)) / seconds
    print("\(count) nodes: \(Self.text(bytes / 1000)) kB/s in all, \(Self.text(packets)) packets/s")
    #expect(bytes < 50_000)
    guard isLongForm else { return }
    #expect(home.isAgreed)
    let victim = 17
    let crashed = home.now
    home.resetTraffic()
    home.crash(victim)
    home.run(for: 30)
    let deaths = home.log.filter { $0.subject == victim && $0.what == .died }
    let all = Double((deaths.map(\.time).max() ?? 0) - crashed) / 1e9
    let most = home.devices.map(\.packets).max() ?? 0
    print(
      "\(count) nodes: a crash is known to \(deaths.count) within \(Self.text(all)) s; in 30 s no node sent more than \(most)",
      "packets, all \(home.devices.map(\.packets).reduce(0, +))")
    #expect(deaths.count == count - 1)
  }

  @Test(arguments: [2, 5, 8])
  func noOneIsFalselyDeadInADayWithAStarvedNodeAndAFifthLost(count: Int) {
    let home = MembershipSimulation(seed: 11 + UInt64(count))
    home.network.loss = 0.2
    home.network.duplication = 0.01
    for _ in 0..<count { home.start(home.addDevice()) }
    home.run(for: 10)
    // Load rises over two minutes; from then on ticks come up to 4 s late, again and again.
    for stands in stride(from: 0.5, through: 4.0, by: 0.5) {
      home.devices[0].starvation = (runs: 2_000_000_000, stands: Int64(stands * 1e9))
      if stands == 0.5 { home.beginStarving(0) }
      home.run(for: 15)
    }
    let hours = isLongForm ? 24.0 : 0.25
    home.run(for: hours * 3600)
    let deaths = home.log.filter { $0.what == .died }
    let starved = deaths.filter { $0.subject == 0 }.count
    let byStarved = deaths.filter { $0.observer == 0 }.count
    print(
      "\(count) nodes, \(hours) h, 20 % lost, node 0 starved: \(deaths.count) false deaths (of the starved \(starved), by it",
      "\(byStarved)), \(home.log.filter { $0.what == .suspected }.count) suspicions, \(home.delivered) packets"
    )
    #expect(deaths.isEmpty)
  }

  @Test func aPeerCostsAtMostAKilobyte() {
    // In place, and on the heap 8 addresses and 14 terms with their headers, and the entry in the index at its least filling.
    let inPlace = MemoryLayout<Peer>.stride
    let total =
      inPlace + (32 + 8 * 16) + (32 + 16) + 2 * (MemoryLayout<NodeID>.stride + MemoryLayout<Int>.stride + 1)
    print(
      "a peer: \(inPlace) bytes in place, \(total) with the heap; \(2 * inPlace + total - inPlace) where the array has just grown"
    )
    #expect(2 * inPlace + total - inPlace <= 1024)
  }
}
