import Basics
import Mesh
import Testing

/// What happens to homes in simulation: each network and each mishap by its name.
struct MembershipScenarioTests {
  private func happenings(
    _ home: MembershipSimulation, _ what: MembershipSimulation.Happening, since: Int64 = 0
  ) -> [MembershipSimulation.Entry] {
    home.log.filter { $0.what == what && $0.time >= since }
  }

  @Test func aNodeThatLeavesIsGoneForAllAtOnceAndIsNeverCalledDead() {
    let home = MembershipFiguresTests.home(8, seed: 21)
    let left = home.now
    home.leave(3)
    home.run(for: 0.3)
    let entries = happenings(home, .left, since: left)
    #expect(Set(entries.map(\.observer)).count == 7)
    #expect(entries.allSatisfy { $0.time - left < 300_000_000 })
    home.run(for: 10)
    #expect(happenings(home, .died).isEmpty)
  }

  @Test(arguments: [0.0, 0.2])
  func aStoppedNodeIsDeadForAllAndRefutesItsDeathWhenItRunsAgain(loss: Double) {
    let home = MembershipFiguresTests.home(6, seed: 22, loss: loss)
    let stopped = home.now
    home.stop(2, for: 20_000_000_000)
    home.run(for: 10)
    #expect(Set(happenings(home, .died, since: stopped).map(\.observer)) == [0, 1, 3, 4, 5])
    home.run(for: 10)
    let woken = home.now
    home.run(for: 5)
    let returns = happenings(home, .returned, since: woken)
    #expect(Set(returns.map(\.observer)) == [0, 1, 3, 4, 5])
    #expect(returns.allSatisfy { $0.time - woken < 2_500_000_000 })
    #expect(
      happenings(home, .died, since: stopped).allSatisfy { $0.observer != 2 },
      "it judges nobody by its own sleep")
    home.run(for: 10)
    #expect(home.isAgreed)
  }

  @Test func aNodeThatRestartsWithNothingRememberedIsReturnedToAll() {
    let home = MembershipFiguresTests.home(6, seed: 23)
    home.run(for: 30)
    home.crash(1)
    home.run(for: 6)
    let restarted = home.now
    home.start(1)
    home.run(for: 1.5)
    #expect(Set(happenings(home, .returned, since: restarted).map(\.observer)) == [0, 2, 3, 4, 5])
    #expect(home.isAgreed)
  }

  @Test func aNodeThatRestartsAtAnyTimeIsReturnedToAll() {
    var missed = 0
    for seed in 0..<300 as Range<UInt64> {
      let home = MembershipFiguresTests.home(4, seed: 1000 + seed)
      home.crash(1)
      home.run(for: 0.4)
      let restarted = home.now
      home.start(1)
      home.run(for: 3)
      if Set(happenings(home, .returned, since: restarted).map(\.observer)) != [0, 2, 3] { missed += 1 }
    }
    #expect(missed == 0)
  }

  @Test func aNodeThatRestartsBeforeItWasMissedIsReturnedToAll() {
    let home = MembershipFiguresTests.home(4, seed: 24)
    home.run(for: 30)
    home.crash(1)
    home.run(for: 0.4)
    let restarted = home.now
    home.start(1)
    home.run(for: 2)
    #expect(Set(happenings(home, .returned, since: restarted).map(\.observer)) == [0, 2, 3])
    #expect(happenings(home, .died).isEmpty)
    #expect(home.isAgreed)
  }

  @Test(arguments: [0.0, 0.1])
  func aPartitionHealsByItself(loss: Double) {
    let home = MembershipFiguresTests.home(9, seed: 25, loss: loss)
    for device in 0..<4 { home.devices[device].side = 1 }
    home.run(for: 30)
    for device in 0..<9 {
      let alive = home.devices[device].membership?.homeSize
      #expect(alive == (device < 4 ? 4 : 5))
    }
    for device in 0..<4 { home.devices[device].side = 0 }
    home.run(for: 6)
    #expect(home.devices.allSatisfy { $0.membership?.homeSize == 9 })
  }

  @Test func duplicatedAndReorderedPacketsChangeNothing() {
    let home = MembershipSimulation(seed: 26)
    home.network.duplication = 0.5
    home.network.delay = 0...400_000_000
    for _ in 0..<5 { home.start(home.addDevice()) }
    home.run(for: 600)
    #expect(home.isAgreed)
    #expect(happenings(home, .died).isEmpty)
    #expect(happenings(home, .returned).isEmpty)
  }

  @Test func aNodeThatHearsNobodyBlamesThemOnceAndTheyBlameIt() {
    let home = MembershipFiguresTests.home(5, seed: 27)
    home.devices[4].side = 1
    home.run(for: 30)
    #expect(happenings(home, .died).filter { $0.observer == 4 }.count == 4)
    #expect(happenings(home, .died).filter { $0.subject == 4 }.count == 4)
    #expect(happenings(home, .died).count == 8)
  }

  @Test func aNewLoadAndNewDetailsReachAllWithinASecond() {
    let home = MembershipFiguresTests.home(4, seed: 28)
    var details = home.details(2)
    details.facts = 77
    let now = Instant(nanoseconds: home.now + home.devices[2].clockOffset)
    home.devices[2].membership?.update(load: NodeLoad(score: 4321, runs: 3), details: details, at: now)
    home.run(for: 1)
    for observer in [0, 1, 3] {
      let peer = home.devices[observer].membership?.peer(home.nodeID(2))
      #expect(peer?.load == NodeLoad(score: 4321, runs: 3))
      #expect(peer?.details.facts == 77)
    }
  }

  @Test func anotherDeviceWithTheSameIdIsReportedOnce() {
    let home = MembershipFiguresTests.home(3, seed: 29)
    guard let original = home.devices[0].membership else { return }
    var membership = original
    let now = Instant(nanoseconds: home.now + home.devices[0].clockOffset)
    var twin = Membership(id: original.id, details: home.details(9), seed: 9, at: now)
    var reports = 0
    for step in 0..<50 {
      let time = now + .milliseconds(step * 100)
      let said = step == 0 ? twin.announce(at: time) : twin.tick(at: time)
      for case .multicast(let payload) in said {
        reports +=
          membership.received(payload, from: home.endpoint(9), at: time)
          .filter { if case .duplicateID = $0 { true } else { false } }.count
      }
    }
    // The twin's packets are older than this node's until it has sent as many: then it is noticed.
    #expect(reports <= 1)
  }

  @Test func beforeItIsAnnouncedAndAfterItLeftItDoesNothing() {
    let now = Instant(nanoseconds: 5)
    var membership = Membership(
      id: NodeID(high: 1, low: 2), details: NodeDetails(addresses: [], port: 1), seed: 1, at: now)
    #expect(membership.tick(at: now).isEmpty)
    #expect(membership.nextDue == nil)
    #expect(!membership.announce(at: now).isEmpty)
    #expect(membership.nextDue != nil)
    #expect(membership.leave(at: now).count == 3)
    #expect(membership.announce(at: now).isEmpty)
    #expect(membership.nextDue == nil)
  }

  @Test func morePeersThanTheTableHoldsAreRefusedAndThoseThatAreGoneMakeRoom() {
    var settings = MembershipSettings()
    settings.maximumPeers = 4
    let now = Instant(nanoseconds: 0)
    let details = NodeDetails(addresses: [], port: 1)
    var membership = Membership(
      id: NodeID(high: 0, low: 0), details: details, seed: 1, settings: settings, at: now)
    _ = membership.announce(at: now)
    func peer(_ number: Int) -> Membership {
      Membership(id: NodeID(high: 9, low: UInt64(number)), details: details, seed: UInt64(number), at: now)
    }
    let endpoint = PeerEndpoint(address: PeerAddress(ipv4: 1), port: 1)
    var first = peer(1)
    for case .multicast(let payload) in first.announce(at: now) {
      _ = membership.received(payload, from: endpoint, at: now)
    }
    for number in 2...6 {
      var other = peer(number)
      for case .multicast(let payload) in other.announce(at: now) {
        _ = membership.received(payload, from: endpoint, at: now)
      }
    }
    #expect(membership.peers.count == 4)
    #expect(membership.refused == 2)
    for case .multicast(let payload) in first.leave(at: now) {
      _ = membership.received(payload, from: endpoint, at: now)
    }
    var late = peer(7)
    for case .multicast(let payload) in late.announce(at: now) {
      _ = membership.received(payload, from: endpoint, at: now)
    }
    #expect(membership.peer(late.id)?.state == .alive)
    #expect(membership.peers.count == 4)
  }
}
