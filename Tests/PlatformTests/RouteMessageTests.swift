import Foundation
import Testing

@testable import Basics
@testable import Platform

/// Messages of rtnetlink(7) as the kernel writes them.
private enum Made {
  static func number(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  static func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }

  static func message(_ type: Int, flags: Int = 0, _ body: [UInt8]) -> [UInt8] {
    let bytes = number(UInt32(16 + body.count)) + short(type) + short(flags) + number(1) + number(0) + body
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  static func attribute(_ type: Int, _ value: [UInt8]) -> [UInt8] {
    let bytes = short(4 + value.count) + short(type) + value
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  static func link(_ index: UInt32, _ name: String, flags: UInt32 = up, type: Int = 16, family: UInt8 = 0)
    -> [UInt8]
  {
    message(
      type,
      [family, 0, 1, 0] + number(index) + number(flags) + number(0) + attribute(4, number(1500))
        + attribute(3, Array(name.utf8) + [0]))
  }

  static func address(
    _ index: UInt32, _ bytes: [UInt8], prefix: UInt8 = 24, flags: UInt32 = 0x80, type: Int = 20
  )
    -> [UInt8]
  {
    message(
      type,
      [bytes.count == 4 ? 2 : 10, prefix, UInt8(truncatingIfNeeded: flags), 0] + number(index)
        + attribute(1, bytes) + attribute(8, number(flags)))
  }

  /// UP, BROADCAST, RUNNING, MULTICAST, LOWER_UP.
  static let up: UInt32 = 0x11043
  static let ipv6: [UInt8] = [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [5]
  static let linkLocal: [UInt8] = [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [5]
}

@Suite struct RouteMessageTests {
  @Test func linksAndAddressesAreRead() {
    let four = LinkAddress(bytes: [10, 0, 0, 5], prefix: 24, flags: 0x80)
    #expect(
      RouteMessage.decode(
        Made.link(2, "eth0") + Made.address(2, [10, 0, 0, 5])
          + Made.address(2, Made.ipv6, prefix: 64, flags: 0x140)
          + Made.address(2, [10, 0, 0, 5], type: 21) + Made.link(2, "eth0", type: 17)
          + Made.message(3, [0, 0, 0, 0]))
        == [
          .link(index: 2, name: "eth0", flags: Made.up), .address(index: 2, four),
          .address(index: 2, LinkAddress(bytes: Made.ipv6, prefix: 64, flags: 0x140)),
          .addressGone(index: 2, four), .linkGone(index: 2), .done(isWhole: true),
        ])
  }

  @Test func onAPointToPointLinkOursIsTheLocalAddress() {
    let bytes = Made.message(
      20,
      [2, 32, 0, 0] + Made.number(7) + Made.attribute(1, [10, 9, 9, 9]) + Made.attribute(2, [10, 9, 9, 1]))
    #expect(
      RouteMessage.decode(bytes)
        == [.address(index: 7, LinkAddress(bytes: [10, 9, 9, 1], prefix: 32, flags: 0))])
  }

  @Test func anErrorAndAnInterruptedDumpAreTold() {
    #expect(RouteMessage.decode(Made.message(2, Made.number(UInt32(bitPattern: -16)))) == [.error(16)])
    #expect(RouteMessage.decode(Made.message(2, Made.number(0))).isEmpty, "an acknowledgement")
    #expect(RouteMessage.decode(Made.message(3, flags: 0x12, [])) == [.done(isWhole: false)])
  }

  @Test func theEndOfABridgesPortIsNotTheEndOfTheInterface() {
    #expect(RouteMessage.decode(Made.link(2, "eth0", type: 17, family: 7)).isEmpty)
  }

  @Test func lengthsThatLieEndTheReading() {
    let good = Made.link(2, "eth0")
    for length in [UInt32(0), 15, 17, UInt32(good.count + 1), .max] {
      var bytes = good
      bytes.replaceSubrange(0..<4, with: Made.number(length))
      #expect(RouteMessage.decode(bytes).isEmpty, "\(length)")
    }
    for cut in 0..<good.count { #expect(RouteMessage.decode(Array(good.prefix(cut))).isEmpty) }
    #expect(RouteMessage.decode(good + [1, 2, 3]).count == 1)
    #expect(RouteMessage.decode(Made.address(2, [10, 0, 0])).isEmpty, "three bytes are no address")
    #expect(RouteMessage.decode(Made.address(2, [10, 0, 0, 1], prefix: 33)).isEmpty)
  }

  @Test func fuzzedMessagesNeverTrapAndTablesStayBounded() {
    let end = Date() + (Double(ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"] ?? "") ?? 0.5)
    let samples = [
      Made.link(2, "eth0"), Made.address(2, [10, 0, 0, 5]), Made.address(2, Made.ipv6, prefix: 64),
      Made.message(3, [0, 0, 0, 0]), Made.link(3, "a-very-long-na"), Made.message(2, Made.number(1)),
    ]
    var table = InterfaceTable(allowed: [])
    var read = 0
    repeat {
      var bytes = (0..<Int.random(in: 1...4)).flatMap { _ in samples.randomElement() ?? [] }
      for _ in 0..<Int.random(in: 0...6) {
        let place = Int.random(in: 0..<bytes.count)
        switch Int.random(in: 0..<3) {
        case 0: bytes[place] = [0, 1, 4, 255, .random(in: 0...255)].randomElement() ?? 0
        case 1: bytes.insert(.random(in: 0...255), at: place)
        default: if bytes.count > 1 { bytes.remove(at: place) }
        }
      }
      for message in RouteMessage.decode(bytes) {
        read += 1
        table.apply(message)
      }
      #expect(table.usable.count <= 1024)
    } while Date() < end
    #expect(read > 100)
  }
}

@Suite struct InterfaceTableTests {
  private func usable(_ messages: [UInt8]..., allowed: [String] = []) -> [UsableInterface] {
    var table = InterfaceTable(allowed: allowed)
    for message in messages.flatMap({ RouteMessage.decode($0) }) { table.apply(message) }
    return table.usable
  }

  @Test(arguments: [
    "eth0", "enp3s0", "wlan0", "br0", "br-lan", "bond0", "eth0.10", "usb0", "tun0", "br-02396fcc175",
  ])
  func realInterfacesServe(name: String) {
    #expect(usable(Made.link(2, name), Made.address(2, [10, 0, 0, 5])).map { $0.name } == [name])
  }

  @Test(arguments: ["docker0", "docker_gwbridge", "veth12ab34c", "br-02396fcc1759"])
  func whatDockerMakesDoesNotUnlessTheOwnerNamesIt(name: String) {
    #expect(usable(Made.link(2, name), Made.address(2, [10, 0, 0, 5])).isEmpty)
    #expect(usable(Made.link(2, name), Made.address(2, [10, 0, 0, 5]), allowed: [name]).count == 1)
    #expect(usable(Made.link(2, "eth0"), Made.address(2, [10, 0, 0, 5]), allowed: [name]).isEmpty)
  }

  @Test(arguments: [UInt32(0x11042), 0x1003, 0x10043, 0x11049])
  func downWithoutCableWithoutMulticastAndLoopbackDoNotServe(flags: UInt32) {
    #expect(usable(Made.link(2, "eth0", flags: flags), Made.address(2, [10, 0, 0, 5])).isEmpty)
  }

  @Test func anInterfaceWithoutAnAddressOrWithATentativeOneWaits() {
    #expect(usable(Made.link(2, "eth0")).isEmpty)
    #expect(usable(Made.link(2, "eth0"), Made.address(2, Made.ipv6, prefix: 64, flags: 0xc0)).isEmpty)
    #expect(usable(Made.link(2, "eth0"), Made.address(2, Made.ipv6, prefix: 64, flags: 0x80)).count == 1)
  }

  @Test func theBestAddressIsFirst() {
    let found = usable(
      Made.address(2, Made.linkLocal, prefix: 64), Made.address(2, [169, 254, 3, 4], prefix: 16),
      Made.address(2, Made.ipv6, prefix: 64), Made.address(2, [10, 0, 0, 9], flags: 0x81),
      Made.address(2, [10, 0, 0, 5]), Made.link(2, "eth0"))
    #expect(
      found.first?.addresses.map { $0.bytes }
        == [[10, 0, 0, 5], [10, 0, 0, 9], [169, 254, 3, 4], Made.ipv6, Made.linkLocal])
  }

  @Test func theEndOfALinkOrAnAddressIsTheEndOfIt() {
    let link = Made.link(2, "eth0")
    let address = Made.address(2, [10, 0, 0, 5])
    #expect(usable(link, address, Made.address(2, [10, 0, 0, 5], type: 21)).isEmpty)
    #expect(usable(link, address, Made.link(2, "eth0", type: 17)).isEmpty)
    #expect(usable(link, address, Made.link(2, "eth0", flags: 0x1002), link).count == 1, "down and up again")
    #expect(usable(link, address, address).first?.addresses.count == 1)
  }
}
