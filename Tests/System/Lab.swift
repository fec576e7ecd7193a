import Foundation
import TestSupport
import Testing

/// What the system tests stand on: the shipping program and a real Docker Engine.
enum Lab {
  static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let environment = ProcessInfo.processInfo.environment

  /// The program: the one `HEARTH_PROGRAM` names, else what `make program` leaves for this machine.
  static let program: String = {
    #if arch(arm64)
      let board = "generic-arm64"
    #else
      let board = "generic-x86-64"
    #endif
    return environment["HEARTH_PROGRAM"] ?? "\(house)/.build-boards/\(board)/hearth"
  }()

  static func requireProgram() throws {
    guard access(program, X_OK) == 0 else {
      throw LabError(
        "there is no program \(program): build it with 'make program', or name one in HEARTH_PROGRAM")
    }
  }

  static var isRoot: Bool { geteuid() == 0 }
  static let script = "\(house)/Tests/lab/hosts/engine"

  /// Whether there is an Engine or one can be started.
  static let hasEngine: Bool =
    environment["HEARTH_ENGINE"] != nil || isRoot && access("/usr/sbin/dockerd", X_OK) == 0
  static let canStartEngines = isRoot && access("/usr/sbin/dockerd", X_OK) == 0
  /// Whether network namespaces can be made here.
  static let hasNamespaces: Bool = {
    guard isRoot, let made = try? shell("ip netns add hearth-probe && ip netns del hearth-probe") else {
      return false
    }
    return made.code == 0
  }()

  /// The socket of the Engine that all tests share; started once and stopped when the tests end.
  static let engine: String = {
    if let given = environment["HEARTH_ENGINE"] { return given }
    let folder = newFolder("engine")
    do {
      let engine = try OwnEngine(folder: folder)
      sharedEngineFolder = folder
      atexit { stopSharedEngine() }
      return engine.socket
    } catch {
      Issue.record("no Engine: \(error)")
      return "\(folder)/docker.sock"
    }
  }()

  /// Short: the path of a unix socket has 107 characters at most.
  static func newFolder(_ name: String) -> String {
    let path = "/tmp/hs-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    mkdir(path, 0o755)
    return path
  }

  /// A loopback port that nobody uses now.
  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16 in
        guard bind(descriptor, pointer, length) == 0, getsockname(descriptor, pointer, &length) == 0 else {
          return 0
        }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          UInt16(bigEndian: $0.pointee.sin_port)
        }
      }
    }
    guard port > 0 else { throw LabError("no free port") }
    return port
  }

  /// Runs a shell command to its end.
  @discardableResult
  static func shell(_ command: String, seconds: Double = 60) throws -> Finished {
    try Child(["/bin/sh", "-c", command]).finish(seconds: seconds)
  }

  /// Runs the `docker` client against a socket.
  static func docker(_ words: String, socket: String = engine) throws -> String {
    let finished = try shell("docker -H unix://\(socket) \(words)")
    guard finished.code == 0 else { throw LabError("docker \(words): \(finished.error)") }
    return finished.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Asks again until the answer is yes.
  static func eventually(
    within seconds: Double = 20, _ what: @autoclosure () -> String,
    location: SourceLocation = #_sourceLocation,
    _ isSo: () throws -> Bool
  ) throws {
    let deadline = Date() + seconds
    while try !isSo() {
      guard Date() < deadline else {
        throw LabError("not within \(seconds) s: \(what()) (line \(location.line))")
      }
      usleep(50_000)
    }
  }
}

nonisolated(unsafe) private var sharedEngineFolder = ""

private func stopSharedEngine() {
  _ = try? OwnEngine.script("stop", sharedEngineFolder)
  try? FileManager.default.removeItem(atPath: sharedEngineFolder)
}

/// An Engine that belongs to one test, which may kill it.
final class OwnEngine {
  let folder: String
  private(set) var socket = ""

  init(folder: String = Lab.newFolder("engine")) throws {
    self.folder = folder
    try start()
  }

  func start() throws {
    let finished = try Self.script("start", folder)
    guard finished.code == 0 else { throw LabError("engine start: \(finished.output)\(finished.error)") }
    socket = finished.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func kill() throws {
    let text = try String(contentsOfFile: folder + "/docker.pid", encoding: .utf8)
    guard let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return }
    Glibc.kill(process, SIGKILL)
    try Lab.eventually("dockerd \(process) gone") { access("/proc/\(process)", F_OK) != 0 }
  }

  func stop() {
    _ = try? Self.script("stop", folder)
    // Killed Engines leave their containerd and the processes of their containers behind.
    _ = try? Lab.shell(
      "for p in $(grep -lsa '\(folder)/' /proc/[0-9]*/cmdline | cut -d/ -f3); do [ $p = $$ ] || kill -9 $p; done; "
        + "sleep 0.2; umount $(grep -o '\(folder)/[^ ]*' /proc/mounts) 2>/dev/null; rm -rf '\(folder)'")
  }

  static func script(_ verb: String, _ folder: String) throws -> Finished {
    try Child([Lab.script, verb, folder]).finish(seconds: 120)
  }
}
