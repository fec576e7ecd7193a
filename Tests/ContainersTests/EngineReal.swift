import Basics
import Containers
import Foundation
import Testing
import Wire

/// A real Engine: the one whose socket `HEARTH_ENGINE` names, else one of our own that `Tests/lab/hosts/engine` starts.
struct RealEngine: Sendable {
  let socket: String
  /// The folder of an Engine of our own, which may be killed; `nil` for one that was given.
  let folder: String?

  /// The lab of the running test.
  @TaskLocal static var current: RealEngine?

  static let given = ProcessInfo.processInfo.environment["HEARTH_ENGINE"]
  static let script = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("lab/hosts/engine").path

  static var canStart: Bool {
    let files = FileManager.default
    return geteuid() == 0 && files.isExecutableFile(atPath: "/usr/sbin/dockerd")
      && files.fileExists(atPath: script)
  }

  /// Starts an Engine in a folder of its own, or starts it again there.
  static func start(in folder: String) throws -> RealEngine {
    let output = try run("start", folder)
    let socket = output.trimmingCharacters(in: .whitespacesAndNewlines)
    return RealEngine(socket: socket, folder: folder)
  }

  /// Stops an Engine of our own and removes all it had.
  func stop() throws {
    guard let folder else { return }
    _ = try Self.run("stop", folder)
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func newFolder() -> String {
    // Short: the path of a unix socket has 107 characters at most.
    "/tmp/hearth-engine-\(getpid())-\(UInt16.random(in: 0...UInt16.max))"
  }

  /// Runs the lab's script to its end and gives what it wrote.
  ///
  /// Not with Foundation's `Process`: that waits until every descendant has closed its socket, so for the Engine.
  static func run(_ verb: String, _ folder: String) throws -> String {
    let path = "/tmp/hearth-engine-output-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { unlink(path) }
    let command = "exec '\(script)' \(verb) '\(folder)' >'\(path)' 2>&1 </dev/null"
    var process: pid_t = 0
    let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { (word: String) in
      strdup(word)
    }
    defer { words.forEach { free($0) } }
    let failure = posix_spawn(&process, "/bin/sh", nil, nil, words + [nil], environ)
    try #require(failure == 0)
    var status: Int32 = -1
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let output = try String(contentsOfFile: path, encoding: .utf8)
    try #require(status == 0, "\(output)")
    return output
  }

  // MARK: Calls

  /// Makes a call and takes all its events.
  func ask(
    _ request: EngineRequest, terminal: Bool = false, version: EngineVersion? = EngineVersion(1, 41),
    seconds: Int = 60
  ) throws -> [EngineEvent] {
    let connection = EngineConnection(socket, request, terminal: terminal, version: version)
    try connection.pump(seconds: seconds) { _ in false }
    return connection.events
  }

  /// Creates a container that runs a shell command, without network.
  func create(
    _ command: String, name: String? = nil, label: String = "hearth.test", terminal: Bool = false,
    host: JSONObject = [:]
  ) throws -> String {
    var host = host
    host["NetworkMode"] = "none"
    let body: JSON = [
      "Image": "busybox", "Cmd": ["sh", "-c", .string(command)], "Tty": .bool(terminal),
      "Labels": .object(JSONObject([JSONMember(name: label, value: "1")])), "HostConfig": .object(host),
    ]
    let events = try ask(.create(name: name, body: body))
    guard case .created(let id, _)? = events.first else { throw Unexpected(events) }
    return id
  }

  /// Whether the call did what it was for.
  func works(_ request: EngineRequest) throws -> Bool {
    try ask(request).last == .done
  }

  func inspect(_ id: String) throws -> ContainerState {
    let events = try ask(.inspect(id: id))
    guard case .container(let state)? = events.first else { throw Unexpected(events) }
    return state
  }

  func remove(_ id: String) {
    _ = try? ask(.remove(id: id, force: true, volumes: true))
  }
}

/// One call on one connection to a unix socket, as the Agent makes it but blocking.
final class EngineConnection {
  private var call: EngineCall
  private var socket: Int32 = -1
  private(set) var events: [EngineEvent] = []

  init(_ path: String, _ request: EngineRequest, terminal: Bool = false, version: EngineVersion?) {
    call = EngineCall(request, version: version, terminal: terminal)
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1))
    }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    let bytes = call.requestBytes
    if result != 0 || send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) != bytes.count {
      events += call.broken("\(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(socket)
  }

  /// Reads until the call is over, the events are enough or the time is up, which is an error.
  func pump(seconds: Int, until isEnough: ([EngineEvent]) -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !call.isOver, !isEnough(events) {
      guard ContinuousClock.now < deadline else { throw Unexpected(events) }
      var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 100) > 0 else { continue }
      let count = recv(socket, &buffer, buffer.count, 0)
      if count > 0 {
        events += buffer.withUnsafeBytes { call.received(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      } else if count == 0 {
        events += call.closed()
      } else if errno != EINTR {
        events += call.broken(String(cString: strerror(errno)))
      }
    }
  }
}

/// Gives the tests of a suite one Engine, and stops it after them.
struct RealEngineTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let lab: RealEngine
    if let socket = RealEngine.given {
      lab = RealEngine(socket: socket, folder: nil)
    } else {
      lab = try RealEngine.start(in: RealEngine.newFolder())
    }
    do {
      try await RealEngine.$current.withValue(lab) { try await function() }
    } catch {
      try lab.stop()
      throw error
    }
    try lab.stop()
  }
}

extension Trait where Self == RealEngineTrait {
  static var realEngine: Self { Self() }
}
