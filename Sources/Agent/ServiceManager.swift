internal import CLinux

/// Tells systemd how we are doing (sd_notify(3)): one datagram to the socket it names in the environment.
enum ServiceManager {
  static func notify(_ state: String) {
    guard let path = getenv("NOTIFY_SOCKET"), let address = SocketAddress(path: String(cString: path)) else {
      return
    }
    let descriptor = socket(AF_UNIX, clinux_datagram | clinux_cloexec, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var storage = address.storage
    guard clinux_connect(descriptor, &storage, address.length) == 0 else { return }
    let bytes = Array(state.utf8)
    _ = bytes.withUnsafeBytes { Socket.write(descriptor, $0) }
  }
}
