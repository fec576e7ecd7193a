package import Basics

/// Nodes with another home key that are heard on the network: their owner may have meant them to be of this home.
///
/// Anybody can send such packets, so that nothing more follows from them than a warning.
package struct Strangers: Sendable {
  /// One node, as far as its sealed packets show.
  package struct Stranger: Sendable, Equatable {
    /// Id of its key (`SealKey.id`).
    package fileprivate(set) var key: UInt16
    /// Where its packets came from, without repetitions; at most `addressLimit`.
    package fileprivate(set) var addresses: [PeerAddress]
    /// What it drew when it started.
    fileprivate var salt: [UInt8]
    fileprivate var heard: Instant
  }

  /// Nodes that are known at a time: anybody can make up any number.
  package static let limit = 16
  /// By IPv4 and by the link-local addresses of some interfaces.
  package static let addressLimit = 4
  /// A node that has got the home's key, or has gone, is no stranger for longer.
  package static let life = Interval.seconds(60)

  private var known: [Stranger] = []

  /// Nobody was heard yet.
  package init() {}

  /// Takes a packet that no key of the home opens, as `Sealer` tells; a shorter one than those is passed over.
  package mutating func heard(_ packet: [UInt8], from address: PeerAddress, at now: Instant) {
    guard packet.count >= Sealer.overhead else { return }
    known = present(at: now)
    let key = UInt16(packet[1]) << 8 | UInt16(packet[2])
    let salt = Array(packet[3..<11])
    // The same node by another of its addresses, or started anew.
    if let index = known.firstIndex(where: { $0.salt == salt || $0.addresses.contains(address) }) {
      known[index].key = key
      known[index].salt = salt
      known[index].heard = now
      if !known[index].addresses.contains(address), known[index].addresses.count < Self.addressLimit {
        known[index].addresses.append(address)
      }
    } else if known.count < Self.limit {
      known.append(Stranger(key: key, addresses: [address], salt: salt, heard: now))
    }
  }

  /// Those heard within `life`, in the order in which they were heard first.
  package func present(at now: Instant) -> [Stranger] {
    known.filter { now - $0.heard <= Self.life }
  }
}
