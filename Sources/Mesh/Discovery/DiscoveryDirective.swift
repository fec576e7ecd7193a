/// What discovery wants done or known.
package enum DiscoveryDirective: Equatable, Sendable {
  /// Send the bytes from port 5353 with TTL or hop limit 255.
  case send([UInt8], interface: Int32, to: DiscoveryDestination)
  /// All that must be known of a peer is: its service, its TXT record and an address.
  case found(DiscoveredPeer)
  /// Something that the value shows is different now.
  case changed(DiscoveredPeer)
  /// The peer said goodbye, or nothing was heard for the life of its records.
  case lost(id: String)
  /// Others held the name; this is the node's id and host name on the network now.
  case renamed(id: String, host: String)
  /// Names of services that the record of 400 bytes had no room for.
  case leftOut([String])
}
