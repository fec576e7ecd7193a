package import Basics
internal import CLinux

/// Thin functions over socket(7); every descriptor is close-on-exec, and non-blocking unless it says otherwise.
package enum Socket {
  /// Connections the kernel keeps for us between two rounds of the loop.
  private static let listenBacklog: Int32 = 512
  /// Seconds in which the host at the other end of a TCP connection has to show that it is there; the home knows of a
  /// death long before. As long as a server waits for a client that takes nothing.
  private static let silenceLimit: Int32 = 30

  /// Opens a stream socket that listens; the caller closes it. One for IPv6 takes no IPv4 clients.
  ///
  /// Port 0 lets the kernel choose. Connections of a former process that are not over yet do not hold up the
  /// address (SO_REUSEADDR, socket(7)). At most 128 clients wait to be accepted.
  ///
  /// - Throws: what socket(2), bind(2) or listen(2) says, with the address.
  package static func listen(on address: SocketAddress) throws(SystemError) -> Int32 {
    let descriptor = socket(address.family, clinux_stream | flags, 0)
    guard descriptor >= 0 else { throw SystemError("socket", address.text) }
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if address.family == AF_INET6 { setsockopt(descriptor, clinux_ipproto_ipv6, IPV6_V6ONLY, &on, size) }
    var storage = address.storage
    guard clinux_bind(descriptor, &storage, address.length) == 0 else {
      let error = SystemError("bind", address.text)
      close(descriptor)
      throw error
    }
    guard CLinux.listen(descriptor, listenBacklog) == 0 else {
      let error = SystemError("listen", address.text)
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Accepts one connection; nil where none waits, it is gone already or descriptors have run out (EMFILE).
  package static func accept(_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let descriptor = clinux_accept(listener, &storage, &length)
    guard descriptor >= 0 else { return nil }
    if storage.ss_family != sa_family_t(AF_UNIX) { tune(descriptor) }
    return (descriptor, SocketAddress(storage: storage, length: length))
  }

  /// Begins to connect; the result shows when the descriptor becomes writable.
  ///
  /// - Parameter timeout: how long a call on a blocking socket may wait at most; nil for ever.
  package static func connect(
    to address: SocketAddress, blocking: Bool = false, timeout: Interval? = nil
  ) throws(SystemError) -> Int32 {
    let name = address.family == AF_UNIX ? "" : address.text
    let type = clinux_stream | (blocking ? clinux_cloexec : flags)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw SystemError("socket", name) }
    if let timeout { clinux_set_timeout(descriptor, Int32(clamping: timeout.milliseconds)) }
    var storage = address.storage
    let result = retrying { Int(clinux_connect(descriptor, &storage, address.length)) }
    guard result == 0 || clinux_errno() == EINPROGRESS else {
      let error = SystemError("connect", name)
      close(descriptor)
      throw error
    }
    if address.family != AF_UNIX { tune(descriptor) }
    return descriptor
  }

  /// The outcome of a connect that was in progress: 0 or an errno.
  package static func pendingError(_ descriptor: Int32) -> Int32 {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    return error
  }

  /// The address at this end.
  package static func localAddress(_ descriptor: Int32) -> SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = clinux_getsockname(descriptor, &storage, &length)
    return SocketAddress(storage: storage, length: length)
  }

  /// Bytes written, 0 where the peer's window is full, nil where the connection is gone.
  package static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int? {
    let count = retrying { send(descriptor, bytes.baseAddress, bytes.count, clinux_nosignal) }
    if count >= 0 { return count }
    return clinux_errno() == EAGAIN ? 0 : nil
  }

  /// What a read has brought.
  package enum Received {
    /// So many bytes, 1 and above.
    case bytes(Int)
    /// Nothing is there now (EAGAIN).
    case nothingYet
    /// The peer has ended its side in order.
    case closed
    /// The connection is gone: an errno, or from a `SecureSocket` the code that its `failure` explains.
    case failed(Int32)
  }

  /// Reads what is there, at most as much as the buffer holds (recv(2)).
  package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Received {
    let count = retrying { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    if count > 0 { return .bytes(count) }
    if count == 0 { return .closed }
    return clinux_errno() == EAGAIN ? .nothingYet : .failed(clinux_errno())
  }

  /// The first byte that waits, which stays where it is.
  package static func peek(_ descriptor: Int32, into byte: inout UInt8) -> Received {
    let count = retrying { recv(descriptor, &byte, 1, clinux_peek) }
    if count > 0 { return .bytes(count) }
    if count == 0 { return .closed }
    return clinux_errno() == EAGAIN ? .nothingYet : .failed(clinux_errno())
  }

  /// Small messages go at once, and a connection to a host that has died ends.
  private static func tune(_ descriptor: Int32) {
    var on: Int32 = 1
    setsockopt(descriptor, clinux_ipproto_tcp, TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    clinux_limit_silence(descriptor, silenceLimit)
  }

  private static var flags: Int32 {
    clinux_cloexec | clinux_nonblock
  }
}
