import Testing

@testable import Basics
@testable import Mesh

/// What is known of nodes whose packets no key of the home opens.
@Suite struct StrangersTests {
  private var strangers = Strangers()
  private let begun = Instant(nanoseconds: 0)

  private func sealer(_ key: String, _ salt: UInt64) throws -> Sealer {
    Sealer(key: try #require(SealKey(fileContents: Array(key.utf8))), salt: salt)
  }

  /// Hears the next packet of a node.
  private mutating func hear(_ sealer: inout Sealer, from place: PeerAddress, at now: Instant) throws {
    let packet = sealer.seal([1])
    strangers.heard(try #require(packet), from: place, at: now)
  }

  private func address(_ number: UInt32) -> PeerAddress { PeerAddress(ipv4: 0x0A00_0000 | number) }

  @Test mutating func aNodeIsOneWhicheverOfItsAddressesItIsHeardBy() throws {
    var kitchen = try sealer("the kitchen's own key", 1)
    var attic = try sealer("the attic's own key", 2)
    let linkLocal = PeerAddress(high: 0xFE80 << 48, low: 7)
    for (sealer, place) in [(kitchen, address(1)), (kitchen, linkLocal), (attic, address(2))] {
      var sealer = sealer
      try hear(&sealer, from: place, at: begun)
    }
    let found = strangers.present(at: begun)
    #expect(found.map(\.addresses) == [[address(1), linkLocal], [address(2)]])
    #expect(found.map(\.key) == [kitchen.keys[0].id, attic.keys[0].id])
    // Started anew, and with yet another key.
    kitchen = try sealer("the kitchen's next key", 3)
    try hear(&kitchen, from: address(1), at: begun)
    attic = try sealer("the attic's own key", 2)
    let now = strangers.present(at: begun)
    #expect(now.count == 2 && now[0].key == kitchen.keys[0].id && now[0].addresses == found[0].addresses)
  }

  @Test mutating func whoIsSilentIsForgottenAndWhoIsHeardIsNot() throws {
    var kitchen = try sealer("the kitchen's own key", 1)
    var attic = try sealer("the attic's own key", 2)
    try hear(&kitchen, from: address(1), at: begun)
    try hear(&attic, from: address(2), at: begun)
    try hear(&attic, from: address(2), at: begun + .seconds(50))
    #expect(strangers.present(at: begun + Strangers.life).count == 2)
    #expect(strangers.present(at: begun + Strangers.life + .seconds(1)).map(\.addresses) == [[address(2)]])
    #expect(strangers.present(at: begun + .seconds(111)).isEmpty)
  }

  @Test mutating func anyNumberOfMadeUpNodesAndAddressesIsBounded() throws {
    for number in 0..<1000 {
      var sealer = try sealer("a made up home key \(number)", UInt64(number))
      try hear(&sealer, from: address(UInt32(number)), at: begun)
    }
    #expect(strangers.present(at: begun).count == Strangers.limit)
    var one = try sealer("a made up home key 0", 0)
    for number in 5000..<6000 as Range<UInt32> {
      try hear(&one, from: address(number), at: begun)
    }
    #expect(strangers.present(at: begun)[0].addresses.count == Strangers.addressLimit)
    for count in 0..<Sealer.overhead {
      strangers.heard([UInt8](repeating: 0x48, count: count), from: address(9999), at: begun)
    }
    #expect(strangers.present(at: begun).count == Strangers.limit)
  }
}
