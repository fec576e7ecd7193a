import Basics
import Foundation
import Mesh
import TestSupport
import Testing
import Wire

@Suite struct DiscoveryNetworkTests {
  private func ids(_ discovery: Discovery) -> Set<String> { Set(discovery.peers.map(\.id)) }

  private func all(_ network: DiscoveryNetwork, but node: Int) -> Set<String> {
    Set((0..<network.count).filter { $0 != node }.map { network[$0].id })
  }

  @Test func eightNodesKnowEachOtherWithinTwoSeconds() {
    let network = DiscoveryNetwork(seed: 1)
    for number in 0..<8 { network.add(services: ["s\(number)"]) }
    network.run(.seconds(2))
    for node in 0..<8 {
      #expect(ids(network[node]) == all(network, but: node))
      #expect(network[node].peers.allSatisfy { $0.kind == .hearth && $0.services.count == 1 })
      #expect(network.news[node].count == 7)
    }
  }

  @Test func aNodeThatComesLaterIsKnownAndKnowsAll() {
    let network = DiscoveryNetwork(seed: 2)
    for _ in 0..<8 { network.add() }
    network.run(.seconds(900))
    let late = network.add()
    network.run(.seconds(2))
    #expect(ids(network[late]) == all(network, but: late))
    for node in 0..<8 { #expect(ids(network[node]).contains(network[late].id)) }
  }

  @Test func aThirdOfThePacketsLostDelaysButHidesNobody() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let network = DiscoveryNetwork(seed: seed)
      network.loss = 0.33
      for _ in 0..<12 { network.add() }
      network.run(.seconds(300))
      for node in 0..<12 {
        let found = network.news[node].compactMap { directive -> String? in
          if case .found(let peer) = directive { peer.id } else { nil }
        }
        #expect(Set(found) == all(network, but: node))
      }
    }
  }

  @Test func aGoodbyeIsKnownToAllASecondLater() {
    let network = DiscoveryNetwork(seed: 4)
    for _ in 0..<5 { network.add() }
    network.run(.seconds(10))
    let id = network[0].id
    network.perform(0) { $0.stop(at: $1) }
    network.run(.milliseconds(1100))
    for node in 1..<5 { #expect(network.news[node].last == .lost(id: id)) }
  }

  @Test func aPartitionLosesTheOtherSideAndItsEndFindsIt() {
    let network = DiscoveryNetwork(seed: 5)
    for _ in 0..<6 { network.add() }
    network.run(.seconds(30))
    for node in 3..<6 { network.move(node, to: 1) }
    network.run(.seconds(200))
    #expect(ids(network[0]) == [network[1].id, network[2].id])
    #expect(ids(network[5]) == [network[3].id, network[4].id])
    for node in 3..<6 { network.move(node, to: 0) }
    network.run(.seconds(61))
    for node in 0..<6 { #expect(ids(network[node]) == all(network, but: node)) }
  }

  @Test func aShortPartitionLosesNobody() {
    let network = DiscoveryNetwork(seed: 6)
    for _ in 0..<6 { network.add() }
    network.run(.seconds(65))
    for node in 3..<6 { network.move(node, to: 1) }
    network.run(.seconds(50))
    for node in 3..<6 { network.move(node, to: 0) }
    network.run(.seconds(120))
    for node in 0..<6 { #expect(network.news[node].count == 5) }
  }

  @Test func twentyNodesOfOneNameEndWithTwentyNames() {
    let network = DiscoveryNetwork(seed: 7)
    for _ in 0..<20 { network.add(uuid: "clone") }
    network.run(.seconds(400))
    #expect(Set((0..<20).map { network[$0].id }).count == 20)
    #expect(Set((0..<20).map { network[$0].host }).count == 20)
  }

  /// Every node hears every other in the optimised build; in the other, where that is a matter of minutes, twenty hear
  /// the whole crowd.
  @Test func aThousandNodesJoinWithinAMinuteAndFindEachOther() {
    let network = DiscoveryNetwork(seed: 8)
    #if DEBUG
      network.hearing = isLongForm ? 20 : 8
    #endif
    let start = Date()
    for number in 0..<1000 { network.add(after: .milliseconds(60 * number)) }
    network.run(.seconds(65))
    for node in 0..<min(1000, network.hearing) { #expect(network[node].peers.count == 999) }
    let packets = network.packets
    let bytes = network.byteCount
    network.run(.seconds(180))
    let rate = Double(network.byteCount - bytes) / 180
    print(
      "1000 nodes: \(packets) packets to join, then \(Int(rate)) bytes/s in all, "
        + "\(Int(Date().timeIntervalSince(start))) s of real time")
    #expect(rate < 50_000)
  }
}
