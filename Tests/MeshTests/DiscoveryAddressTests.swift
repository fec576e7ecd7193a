import Basics
import Mesh
import Testing
import Wire

/// Addresses that strangers give: a peer is another host, and nothing else.
@Suite struct DiscoveryAddressTests {
  private static func six(_ first: [UInt8], _ last: [UInt8]) -> DNSAddress {
    DNSAddress(bytes: first + [UInt8](repeating: 0, count: 16 - first.count - last.count) + last)
      ?? DNSAddress(0, 0, 0, 0)
  }

  private static func announcement(_ addresses: [DNSAddress]) -> DNSMessage {
    var message = OtherNode().announcement
    let record = message.answers.removeLast()
    for address in addresses {
      var copy = record
      copy.data = .address(address)
      message.answers.append(copy)
    }
    return message
  }

  @Test(arguments: [
    DNSAddress(127, 0, 0, 1), DNSAddress(127, 9, 9, 9), DNSAddress(0, 0, 0, 0), DNSAddress(0, 1, 2, 3),
    DNSAddress(224, 0, 0, 251), DNSAddress(239, 255, 255, 250), DNSAddress(240, 0, 0, 1),
    DNSAddress(255, 255, 255, 255), DNSAddress(192, 168, 1, 255), DNSAddress(192, 168, 1, 0),
    DiscoveryDevice.address, six([], [0]), six([], [1]), six([], [127, 0, 0, 1]), six([0xFF, 2], [0xFB]),
  ])
  func whatIsNoOtherHostsIsNoPeers(address: DNSAddress) throws {
    let device = DiscoveryDevice.settled()
    device.receive(Self.announcement([address]))
    device.run(.seconds(30))
    #expect(device.discovery.peers.isEmpty && device.news.isEmpty, "\(address.text)")
    // Beside a good one it costs itself.
    device.receive(Self.announcement([address, DiscoveryDevice.tool]))
    #expect(device.discovery.peers.first?.addresses.map(\.address) == [DiscoveryDevice.tool])
  }

  @Test(arguments: [
    DNSAddress(10, 0, 0, 1), DNSAddress(169, 254, 3, 4), DNSAddress(192, 168, 2, 255),
    DNSAddress(192, 168, 0, 0),
    DNSAddress(223, 255, 255, 254), six([0xFE, 0x80], [1]), six([0xFD, 0x77], [1]), six([0x20, 1], [1]),
  ])
  func whatMayBeAnothersIsTaken(address: DNSAddress) {
    let device = DiscoveryDevice.settled()
    device.receive(Self.announcement([address]))
    #expect(device.discovery.peers.first?.addresses.map(\.address) == [address])
  }

  @Test func whatBecomesOursIsNoPeersAnyMore() {
    let device = DiscoveryDevice.settled()
    let elsewhere = DNSAddress(192, 168, 1, 77)
    device.receive(Self.announcement([DiscoveryDevice.tool]))
    var both = OtherNode(uuid: "b")
    both.address = elsewhere
    device.receive(both.announcement)
    device.clear()
    // Our interface is given the address of the first, as by a DHCP server that lost its leases.
    let moved = DiscoveryInterface(
      index: 2, name: "eth0", addresses: [.init(DiscoveryDevice.tool, prefix: 24)])
    device.perform { $0.interfacesChanged([moved], at: $1) }
    device.run(.milliseconds(100))
    #expect(device.discovery.peers.map(\.id) == [both.id])
    #expect(device.news == [.lost(id: OtherNode().id)])
  }

  @Test func anyAddressThatIsTakenIsAnotherHosts() {
    var random = SplitMix64(seed: 22)
    let device = DiscoveryDevice.settled()
    for _ in 0..<3000 {
      let isSix = random.next() % 2 == 0
      var bytes = (0..<(isSix ? 16 : 4)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if random.next() % 2 == 0 { bytes[0] = [0, 10, 127, 192, 224, 255, 0xFE][Int(random.next() % 7)] }
      if random.next() % 4 == 0 { for index in bytes.indices.dropLast() { bytes[index] = 0 } }
      guard let address = DNSAddress(bytes: bytes) else { continue }
      device.receive(Self.announcement([address]))
    }
    for address in device.discovery.peers.flatMap(\.addresses).map(\.address) {
      #expect(address.isOfAnotherHost && address != DiscoveryDevice.address)
    }
    #expect(!device.discovery.peers.isEmpty)
  }
}
