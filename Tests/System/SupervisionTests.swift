import Foundation
import TestSupport
import Testing

/// What systemd sees of the shipping program, and what it can have it do: signs of life, and settings read anew.
@Suite struct SupervisionTests {
  private static let noEngine = "/nowhere/docker.sock"

  /// An agent that tells a socket of the test's, with a watchdog of so many milliseconds.
  private func with(
    watchdog milliseconds: Int? = nil, engine: String = noEngine, prefix: [String] = [], node: String = "",
    process: String? = nil, home: String = "[home]\njoin = no",
    _ body: (Agent, NotifySocket) throws -> Void
  ) throws {
    let notify = try NotifySocket()
    let agent = try Agent(engine: engine, node: node, prefix: prefix, home: home)
    defer { agent.stop() }
    agent.environment = ["NOTIFY_SOCKET": notify.path]
    if let milliseconds { agent.environment["WATCHDOG_USEC"] = "\(milliseconds * 1000)" }
    if let process { agent.environment["WATCHDOG_PID"] = process }
    try agent.start()
    _ = try notify.wait("READY=1\nSTATUS=serving")
    try body(agent, notify)
  }

  // MARK: - Watchdog

  @Test func signsOfLifeComeTwiceInTheTimeAndNotFromAStoppedProcess() throws {
    try with(watchdog: 600) { agent, notify in
      let signs = notify.all(for: 3).count { $0 == "WATCHDOG=1" }
      #expect((8...12).contains(signs), "\(signs)")
      agent.child?.signal(SIGSTOP)
      _ = notify.all(for: 0.2)
      #expect(notify.all(for: 2) == [])
      agent.child?.signal(SIGCONT)
      _ = try notify.wait("WATCHDOG=1", within: 2)
    }
  }

  @Test func aWatchdogOfAnotherProcessIsNotFed() throws {
    try with(watchdog: 300, process: "1") { _, notify in
      #expect(!notify.all(for: 1).contains("WATCHDOG=1"))
    }
  }

  /// What it says goes to a pipe that nobody reads: the write that does not return holds the loop.
  @Test func aBlockedLoopGivesNoSigns() throws {
    let folder = Lab.newFolder("pipe")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/stderr"
    #expect(mkfifo(path, 0o600) == 0)
    let pipe = open(path, O_RDWR | O_NONBLOCK)
    defer { close(pipe) }
    let prefix = ["/bin/sh", "-c", "exec \"$@\" 2>\(path)", "sh"]
    try with(watchdog: 600, prefix: prefix) { agent, notify in
      _ = try notify.wait("WATCHDOG=1")
      let block = [UInt8](repeating: 46, count: 512)
      while write(pipe, block, block.count) > 0 {}
      agent.child?.signal(SIGHUP)
      _ = notify.all(for: 0.5)
      #expect(notify.all(for: 2) == [])
      #expect(agent.isAlive)
      var sink = [UInt8](repeating: 0, count: 1 << 20)
      #expect(read(pipe, &sink, sink.count) > 0)
      _ = try notify.wait("WATCHDOG=1", within: 2)
    }
  }

  @Test func anEngineThatNeverAnswersHoldsNothingUp() throws {
    let folder = Lab.newFolder("mute")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let mute = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(mute) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/docker.sock".utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(mute, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0 && listen(mute, 8) == 0)
    try with(watchdog: 600, engine: folder + "/docker.sock") { agent, notify in
      _ = try agent.submit(["busybox"])
      let signs = notify.all(for: 2.4).count { $0 == "WATCHDOG=1" }
      #expect((6...10).contains(signs), "\(signs)")
    }
  }

  // MARK: - Reload

  private func rewrite(_ agent: Agent, _ change: (String) -> String) throws {
    let path = agent.folder + "/hearth.conf"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try change(text).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Has the settings read anew and waits until systemd is told that they were.
  private func reload(_ agent: Agent, _ notify: NotifySocket) throws {
    agent.child?.signal(SIGHUP)
    let message = try notify.wait("RELOADING=1\nMONOTONIC_USEC=")
    let told = Int64(message.split(separator: "=").last ?? "") ?? 0
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let age = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000 - told
    #expect((0..<10_000_000).contains(age))
    _ = try notify.wait("READY=1")
  }

  @Test func whatCanChangeChangesAndTheRestIsSaidAndStays() throws {
    try with(node: "sample-interval = 1h") { agent, notify in
      let other = agent.folder + "/other"
      mkdir(other, 0o755)
      let definition =
        "[ServiceInfo]\nServiceName=late\nExecutableFileName=ls\nAllowedRequester=hearth\nExecType=native\n"
      try definition.write(toFile: other + "/late.conf", atomically: true, encoding: .utf8)
      try rewrite(agent) {
        $0.replacingOccurrences(of: "sample-interval = 1h", with: "sample-interval = 100ms\nkept-runs = 1")
          .replacingOccurrences(of: "services = \(agent.folder)/services", with: "services = \(other)")
          .replacingOccurrences(of: "state = \(agent.state)", with: "state = /elsewhere")
      }
      try reload(agent, notify)
      let said = agent.child?.error ?? ""
      #expect(
        said.contains("the settings were read anew: node.services, node.sample-interval, node.kept-runs"))
      #expect(said.contains("hearth.conf:2: node.state needs a restart to change"), "\(said)")
      #expect(access("/elsewhere", F_OK) != 0)
      let services = try agent.get("/api/v2/node").json["services"].array
      #expect(services.first?["name"].string == "late", "\(said)")
      // The same again: nothing new, but what waits still waits.
      try reload(agent, notify)
      #expect(agent.child?.error.contains("nothing has changed") ?? false)
      #expect(agent.child?.error.components(separatedBy: "node.state needs").count == 3)
    }
  }

  @Test func aFaultyFileChangesNothingAndIsSaidWithItsLine() throws {
    try with { agent, notify in
      try rewrite(agent) { "[node]\nkept-runs = many\n" + $0.replacingOccurrences(of: "[node]", with: "") }
      try reload(agent, notify)
      let said = agent.child?.error ?? ""
      #expect(said.contains("hearth.conf:2: kept-runs = many; expected"), "\(said)")
      #expect(said.contains("the settings stay as they were"))
      #expect(try agent.get("/api/v1/ping").status == 200)
    }
  }

  @Test func boardProfilesAreReadAnew() throws {
    let folder = Lab.newFolder("boards")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try with(node: "boards = \(folder)") { agent, notify in
      let node = try agent.get("/api/v2/node").json
      let profile = node["profile"].string ?? ""
      let text = try String(contentsOfFile: "\(Lab.house)/boards/\(profile).conf", encoding: .utf8)
      let title = node["board"].string ?? ""
      try text.replacingOccurrences(of: title, with: "My own board")
        .write(toFile: "\(folder)/\(profile).conf", atomically: true, encoding: .utf8)
      try reload(agent, notify)
      #expect(try agent.get("/api/v2/node").json["board"].string == "My own board")
      try "[nonsense]\n".write(toFile: "\(folder)/x.conf", atomically: true, encoding: .utf8)
      try reload(agent, notify)
      #expect(agent.child?.error.contains("\(folder)/x.conf:1:") ?? false)
      #expect(try agent.get("/api/v2/node").json["board"].string == "My own board")
    }
  }

  @Test func aProgramThatRunsGoesOn() throws {
    try with { agent, notify in
      let program = agent.folder + "/nap"
      try "#!/bin/sh\nsleep 3\n".write(toFile: program, atomically: true, encoding: .utf8)
      chmod(program, 0o755)
      try
        "[ServiceInfo]\nServiceName=nap\nExecutableFileName=\(program)\nAllowedRequester=hearth\nExecType=native\n"
        .write(toFile: agent.folder + "/services/nap.conf", atomically: true, encoding: .utf8)
      let started = try agent.hearth("run", "-d", "--native", "--service", "nap")
      let id = started.output.trimmingCharacters(in: .whitespacesAndNewlines)
      try #require(!id.isEmpty, "\(started.error)")
      try agent.await(id, state: "running")
      try rewrite(agent) { $0.replacingOccurrences(of: "[native]", with: "[native]\ntime-limit = 1s") }
      try reload(agent, notify)
      let end = try agent.end(of: id)
      #expect(end["exitCode"].int == 0, "\(end.any ?? "")")
    }
  }

  @Test(.enabled(if: Lab.hasNamespaces, "network namespaces need root"))
  func interfacesAndHomeEdgeChangeWithoutARestart() throws {
    let space = "hs-reload-\(getpid())"
    try Lab.shell("ip netns add \(space) && ip -n \(space) link set lo up")
    defer { _ = try? Lab.shell("ip netns del \(space)") }
    for name in ["one", "two"] {
      try Lab.shell(
        "ip -n \(space) link add \(name) type veth peer name \(name)p && ip -n \(space) link set \(name)p up && "
          + "ip -n \(space) link set \(name) up && ip -n \(space) addr add 10.\(name == "one" ? 1 : 2).0.1/24 dev \(name)"
      )
    }
    try with(prefix: ["ip", "netns", "exec", space], home: "[home]\ninterfaces = one\nkey =") {
      agent, notify in
      try Lab.eventually("in the home on one") {
        agent.child?.error.contains("in the home on one (") ?? false
      }
      try rewrite(agent) {
        $0.replacingOccurrences(of: "interfaces = one", with: "interfaces = two")
          + "[home-edge]\ninteroperate = yes\n"
      }
      try reload(agent, notify)
      try Lab.eventually("in the home on two") {
        agent.child?.error.contains("in the home on two (") ?? false
      }
      #expect(agent.child?.error.contains("interoperate = yes: nodes of Home Edge") ?? false)
      #expect(try agent.get("/api/v2/node").json["home"]["interoperates"].any as? Bool == true)
      try rewrite(agent) { $0.replacingOccurrences(of: "interoperate = yes", with: "interoperate = no") }
      try reload(agent, notify)
      let home = try agent.get("/api/v2/node").json["home"]
      #expect(home["interoperates"].any as? Bool == false && home["complaints"].array.isEmpty)
    }
  }

  @Test func theEndOfItsTerminalIsItsEnd() throws {
    let agent = try Agent(engine: Self.noEngine)
    defer { agent.stop() }
    // util-linux's script gives the program a terminal; killing it takes the terminal away.
    let child = try Child([
      "script", "-qec", "exec \(Lab.program) serve --config \(agent.folder)/hearth.conf", "/dev/null",
    ])
    try Lab.eventually("it answers") { (try? agent.get("/api/v1/ping"))?.status == 200 }
    child.signal(SIGKILL)
    try Lab.eventually("it ends") { (try? agent.get("/api/v1/ping")) == nil }
  }
}
