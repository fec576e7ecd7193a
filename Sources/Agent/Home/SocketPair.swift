import Basics
internal import CLinux
import Platform

/// The sockets of one port: one for each family, without the one that the kernel does not have.
struct SocketPair {
  private let port: UInt16
  private let isShared: Bool
  private let loop: EventLoop
  private var sockets: [MulticastSocket] = []

  /// - Parameter isShared: whether other programs of this machine use the port too; those are to hear us.
  init(port: UInt16, isShared: Bool, loop: EventLoop) {
    self.port = port
    self.isShared = isShared
    self.loop = loop
  }

  /// Opens the socket of a family where it is not open yet; the parameters are `MulticastSocket`'s.
  ///
  /// - Returns: what went wrong; nil where the kernel has no such family.
  mutating func open(
    _ family: MulticastSocket.Family, coalescing: @escaping () -> Interval = { .zero },
    handle: @escaping ([UInt8], DatagramOrigin) -> Void
  ) -> SystemError? {
    guard self[family] == nil else { return nil }
    do throws(SystemError) {
      sockets.append(
        try MulticastSocket(
          family, port: port, isShared: isShared, loopsBack: isShared, loop: loop, coalescing: coalescing,
          handle: handle))
      return nil
    } catch {
      return error.errno == EAFNOSUPPORT ? nil : error
    }
  }

  var isEmpty: Bool { sockets.isEmpty }

  subscript(family: MulticastSocket.Family) -> MulticastSocket? {
    sockets.first { $0.family == family }
  }

  /// Hears the group on these interfaces and on no others, each by the families that it has.
  func joinGroups(on interfaces: [UsableInterface]) {
    for socket in sockets {
      let wanted = interfaces.filter { socket.family == .ipv4 ? $0.hasIPv4 : $0.hasIPv6 }
      socket.setInterfaces(Set(wanted.map { $0.index }))
    }
  }

  /// Takes what has come and waits for its group.
  func readWaiting() {
    for socket in sockets { socket.readWaiting() }
  }

  /// What comes now is read at once.
  func wake() {
    for socket in sockets { socket.wake() }
  }

  func close() {
    for socket in sockets { socket.close() }
  }
}
