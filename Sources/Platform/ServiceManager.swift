package import Basics
package import CLinux

/// Tells systemd how we are doing (sd_notify(3)): one datagram to the socket it names in the environment.
package enum ServiceManager {
  /// Sends lines such as `READY=1`; does nothing where systemd did not start this process.
  ///
  /// - Parameter waits: whether to wait where its queue is full; the loop must not wait for what comes again anyway.
  /// - Returns: whether it was sent.
  @discardableResult
  package static func notify(_ state: String, waits: Bool = true) -> Bool {
    guard let path = getenv("NOTIFY_SOCKET"), let address = SocketAddress(path: String(cString: path)) else {
      return false
    }
    let flags = clinux_datagram | clinux_cloexec | (waits ? 0 : clinux_nonblock)
    let descriptor = socket(AF_UNIX, flags, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var storage = address.storage
    guard clinux_connect(descriptor, &storage, address.length) == 0 else { return false }
    let bytes = Array(state.utf8)
    return bytes.withUnsafeBytes { Socket.write(descriptor, $0) } == bytes.count
  }

  /// Settings are read anew: with its time, so that systemd can tell this answer from an earlier one
  /// (sd_notify(3), RELOADING=1). READY=1 says that it is done.
  package static func notifyReloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let microseconds = Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }

  /// How long systemd waits for a sign of life from this process before it starts it anew (sd_watchdog_enabled(3)); nil
  /// where it does not.
  package static var watchdogTime: Interval? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    return watchdogTime(
      microseconds: variable("WATCHDOG_USEC"), process: variable("WATCHDOG_PID"), own: getpid())
  }

  /// The time of these two variables, at most a day; nil where they name none or another process.
  ///
  /// - Parameters:
  ///   - microseconds: the value of WATCHDOG_USEC.
  ///   - process: that of WATCHDOG_PID: whom it is meant for, where it is set.
  package static func watchdogTime(microseconds: String?, process: String?, own: pid_t) -> Interval? {
    guard let microseconds = Int64(microseconds ?? ""), microseconds > 0 else { return nil }
    if let process, pid_t(process) != own { return nil }
    return Interval(nanoseconds: min(microseconds, longestWatchdogTime) &* 1000)
  }

  /// In microseconds: a day. Who wants to wait longer wants no watchdog.
  private static let longestWatchdogTime: Int64 = 86_400_000_000
}
