import Mesh
import Platform
import ServerSupport

@testable import Agent

// Our own client to such a server.
extension SecureHome {
  func location(_ key: SealKey? = SecureHome.current, at addresses: [SocketAddress]? = nil) -> PeerLocation {
    let addresses = addresses ?? [address]
    return PeerLocation(name: "kitchen", addresses: { addresses }, key: { key.map(SecureHome.preshared) })
  }

  func client(_ key: SealKey? = SecureHome.current) -> PeerClient {
    PeerClient(to: location(key), loop: loop)
  }
}
