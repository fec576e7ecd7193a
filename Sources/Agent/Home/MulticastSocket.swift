import Basics
internal import CLinux
import Platform
import Wire

/// A datagram's source and way here.
struct DatagramOrigin {
  /// 4 or 16 bytes in network order.
  let address: [UInt8]
  let port: UInt16
  let interface: UInt32
  let isMulticast: Bool
  /// TTL or hop limit on arrival; nil where the kernel did not say.
  let hops: UInt8?
}

/// One family's UDP socket for a group: hears the group on the interfaces it was told, and single senders.
final class MulticastSocket: Watcher {
  enum Family {
    case ipv4, ipv6

    var number: Int32 { self == .ipv4 ? AF_INET : AF_INET6 }
    /// The mDNS groups 224.0.0.251 and ff02::fb (RFC 6762 3): switches that listen in on IGMP always let the
    /// first pass (RFC 4541 2.1.2).
    var group: [UInt8] {
      self == .ipv4 ? [224, 0, 0, 251] : [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfb]
    }
  }

  let family: Family
  let port: UInt16
  private let descriptor: Int32
  private let loop: EventLoop
  private var joined: Set<UInt32> = []
  private let handle: ([UInt8], DatagramOrigin) -> Void

  /// The longest multicast DNS message (RFC 6762 17).
  private static let longest = 9000
  /// Datagrams that are taken before others have their turn: one where it is read without a key, so that whoever sends
  /// many names holds nobody up for longer than one of them takes.
  private let perRound: Int
  /// How long what comes after a group of datagrams may wait for the next group: to wake up costs more than to read.
  private let coalescing: () -> Interval
  /// Ends the wait for a group; while there is one, the loop does not watch the socket.
  private var coalescingTimer: EventLoop.TimerID?
  private var isClosed = false

  /// - Parameters:
  ///   - isShared: whether another program may have the port too, as Avahi has 5353.
  ///   - loopsBack: whether programs of this machine hear what we send to the group.
  ///   - coalescing: asked after each group of datagrams how long the next may wait.
  init(
    _ family: Family, port: UInt16, isShared: Bool, loopsBack: Bool, loop: EventLoop,
    coalescing: @escaping () -> Interval = { .zero }, handle: @escaping ([UInt8], DatagramOrigin) -> Void
  ) throws(SystemError) {
    self.family = family
    self.port = port
    self.loop = loop
    self.coalescing = coalescing
    self.handle = handle
    perRound = isShared ? 1 : 32
    descriptor = clinux_group_socket(family.number, port, isShared ? 1 : 0, loopsBack ? 1 : 0)
    super.init()
    guard descriptor >= 0 else {
      throw SystemError("bind", "\(family == .ipv4 ? "0.0.0.0" : "[::]"):\(port) (UDP)")
    }
    try loop.watch(descriptor, for: clinux_in, self)
  }

  /// Hears the group on these interfaces and on no others.
  func setInterfaces(_ wanted: Set<UInt32>) {
    for index in joined.subtracting(wanted) {
      _ = clinux_group_member(descriptor, family.number, family.group, index, 0)
    }
    for index in wanted.subtracting(joined) {
      // Where the kernel still knows the membership from before the link went down, it says so; that is as good.
      guard clinux_group_member(descriptor, family.number, family.group, index, 1) != 0,
        clinux_errno() != EADDRINUSE
      else { continue }
      Log.warning(SystemError("join the group", "of port \(port) on interface \(index)").description)
    }
    joined = wanted
  }

  /// To the group, out of one interface. What the network refuses is lost, as any datagram may be.
  func multicast(_ bytes: [UInt8], interface: UInt32) {
    send(bytes, to: family.group, port: port, interface: interface)
  }

  func send(_ bytes: [UInt8], to address: [UInt8], port: UInt16, interface: UInt32) {
    var storage = sockaddr_storage()
    var length: socklen_t = 0
    clinux_make_address(&storage, address, Int32(address.count), port, interface, &length)
    _ = retrying { clinux_send_datagram(descriptor, bytes, bytes.count, &storage, length, interface) }
  }

  override func ready(_ events: UInt32) {
    readAll()
    guard !isClosed, coalescing() > .zero else { return }
    loop.change(descriptor, to: 0)
    beginCoalescing()
  }

  /// Takes what waits for its group: the owner is about to judge by what it has heard. The wait begins anew,
  /// which saves the time after it.
  func readWaiting() {
    guard coalescingTimer != nil else { return }
    if readAll() { beginCoalescing() }
  }

  /// What comes now is read at once: it is waited for.
  func wake() {
    guard let coalescingTimer, !isClosed else { return }
    loop.cancel(coalescingTimer)
    self.coalescingTimer = nil
    loop.change(descriptor, to: clinux_in)
  }

  private func beginCoalescing() {
    guard !isClosed else { return }
    if let coalescingTimer { loop.cancel(coalescingTimer) }
    coalescingTimer = loop.after(coalescing()) { self.endCoalescing() }
  }

  /// Where something came meanwhile the next group is waited for, and the loop need not watch it in between.
  private func endCoalescing() {
    coalescingTimer = nil
    guard !isClosed else { return }
    if readAll(), !isClosed, coalescing() > .zero { return beginCoalescing() }
    if !isClosed { loop.change(descriptor, to: clinux_in) }
  }

  /// - Returns: whether anything was there, and all of it was taken.
  @discardableResult
  private func readAll() -> Bool {
    for round in 0..<perRound {
      var facts = clinux_datagram_facts()
      let buffer = UnsafeMutableRawBufferPointer(rebasing: loop.buffer[..<Self.longest])
      let count = retrying { clinux_receive_datagram(descriptor, buffer.baseAddress, buffer.count, &facts) }
      if count < 0 {
        // An ICMP error for something sent before comes up here; the datagrams behind it are still there.
        if clinux_errno() == EAGAIN { return round > 0 }
        continue
      }
      guard count > 0, facts.is_cut == 0 else { continue }
      let source = SocketAddress(storage: facts.from, length: facts.from_length)
      handle(
        Array(UnsafeRawBufferPointer(rebasing: buffer[..<count])),
        DatagramOrigin(
          address: source.ip.bytes, port: source.port, interface: facts.interface,
          isMulticast: facts.is_multicast != 0, hops: UInt8(exactly: facts.hops)))
      // The handler may have closed this socket, and a later one may have its number.
      if isClosed { return false }
    }
    return false
  }

  func close() {
    isClosed = true
    loop.unwatch(descriptor)
    CLinux.close(descriptor)
  }
}
