/// What membership wants done, in order.
package enum MembershipDirective: Equatable, Sendable {
  /// Seal the payload and send it to the home's multicast group on every usable interface.
  case multicast([UInt8])
  /// Seal the payload and send it to one peer.
  case unicast([UInt8], to: PeerEndpoint)
  /// Pass on the news of a peer.
  case event(PeerEvent)
  /// Tell the owner that another device uses this node's id (a copied disk); said once.
  case duplicateID(PeerEndpoint)
}
