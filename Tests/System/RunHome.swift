import Foundation
import TestSupport
import Testing

/// A home of agents on one Engine, one on each host of a network. Each is a Raspberry Pi 3 to itself, with a host name
/// and an Engine socket of its own, so that a test says which of them is the best.
final class RunHome: @unchecked Sendable {
  let network: Namespaces
  let agents: [Agent]
  let count: Int
  /// Hosts whose process is stopped by a signal.
  private var stopped: Set<Int> = []

  init(_ count: Int, engine: String? = nil, disks: Set<Int> = []) throws {
    self.count = count
    network = try Namespaces(count)
    var made: [Agent] = []
    for host in 1...count {
      let agent = try Self.agent(
        on: network, host, hasDisk: disks.contains(host), engine: engine ?? Lab.engine)
      made.append(agent)
    }
    agents = made
  }

  private static func agent(on network: Namespaces, _ host: Int, hasDisk: Bool, engine: String) throws
    -> Agent
  {
    let folder = Lab.newFolder("node")
    // The name is the host's alone: exec keeps the process id.
    let named = ["unshare", "-u", "sh", "-c", "hostname board-\(host); exec \"$@\"", "-"]
    let agent = try Agent(
      engine: folder + "/docker.sock", prefix: network.prefix(host) + named, state: folder + "/disk/state",
      home: "[home]\njoin = yes")
    agent.options = ["--root", folder + "/root"]
    symlink(engine, folder + "/docker.sock")
    mkdir(folder + "/disk", 0o755)
    if hasDisk { try Lab.shell("mount -t tmpfs -o size=1m tmpfs \(folder)/disk") }
    mkdir(agent.state, 0o700)
    try NamespaceHome.key.write(toFile: agent.state + "/home.key", atomically: false, encoding: .utf8)
    chmod(agent.state + "/home.key", 0o600)
    let made = try Lab.shell("\(Lab.house)/Tests/lab/hosts/pi-readings \(folder)/root")
    guard made.code == 0 else { throw LabError("pi-readings: \(made.error)") }
    return agent
  }

  deinit {
    close()
  }

  func close() {
    for host in 1...count {
      let agent = agents[host - 1]
      let node = agent.nodeID
      if agent.isAlive { try? agent.kill9() }
      let folder = folder(host)
      _ = try? Lab.shell("umount -l \(folder)/disk 2>/dev/null")
      agent.stop()
      try? FileManager.default.removeItem(atPath: folder)
      guard !node.isEmpty else { continue }
      let list = "docker -H unix://\(Lab.engine) ps -aq --filter label=io.hearth.node=\(node)"
      _ = try? Lab.shell("for c in $(\(list)); do docker -H unix://\(Lab.engine) rm -f $c; done")
    }
  }

  // MARK: Hosts

  func agent(_ host: Int) -> Agent { agents[host - 1] }
  func id(_ host: Int) -> String { agents[host - 1].nodeID }
  /// What a host has besides its agent: disk, tree of hardware, link to the Engine's socket.
  func folder(_ host: Int) -> String { String(agents[host - 1].engine.dropLast("/docker.sock".utf8.count)) }
  func log(_ host: Int) -> String { agents[host - 1].child?.error ?? "" }

  /// The number of the host that answers name by its address.
  func host(of run: Value) throws -> Int {
    let address = run["host"].string ?? ""
    guard address.hasPrefix("10.77.0."), let number = Int(address.dropFirst(8)), number <= count else {
      throw LabError("no host: \(run.any ?? "nothing")")
    }
    return number
  }

  /// The memory that a host has available; with less than 256 MiB its score falls.
  func setMemory(_ host: Int, mebibytes: Int = 700) throws {
    let text = "MemTotal: 930816 kB\nMemFree: 60000 kB\nMemAvailable: \(mebibytes << 10) kB\n"
    try text.write(toFile: "\(folder(host))/root/proc/meminfo", atomically: false, encoding: .utf8)
  }

  /// Makes one host better than all others, and waits until the requester knows.
  func favour(_ best: Int) throws {
    for host in 1...count where host != best { try setMemory(host, mebibytes: 32) }
    try Lab.eventually("host \(best) is the best") {
      let nodes = try agent(1).get("/api/v2/nodes").json["nodes"].array
      return nodes.allSatisfy { ($0["score"].int ?? 100 < 60) == ($0["id"].string != id(best)) }
    }
  }

  /// Takes a host's Engine away for new connections, or gives it back.
  func setEngine(_ host: Int, isThere: Bool) {
    unlink(agent(host).engine)
    if isThere { symlink(Lab.engine, agent(host).engine) }
  }

  func start(_ hosts: [Int]) throws {
    for host in hosts { try agent(host).start(awaitsAnswer: false) }
    for host in hosts {
      try Lab.eventually("agent \(host) serves; it said \(log(host))") {
        if let code = agent(host).child?.hasEnded {
          throw LabError("agent \(host) ended with \(code): \(log(host))")
        }
        return (try? agent(host).get("/api/v1/ping"))?.status == 200
      }
    }
  }

  /// Stops a host's process, or lets it go on. For minutes after that it asks the others for patience, so that its death
  /// would be known late: tests that freeze take host 5, and those that measure a loss another.
  func freeze(_ host: Int, _ isFrozen: Bool = true) {
    agent(host).child?.signal(isFrozen ? SIGSTOP : SIGCONT)
    if isFrozen { stopped.insert(host) } else { stopped.remove(host) }
  }

  /// What a host that loses its power does: agent and containers end at once.
  func crash(_ host: Int) throws {
    let list = "docker -H unix://\(Lab.engine) ps -q --no-trunc --filter label=io.hearth.node=\(id(host))"
    let containers = try Lab.shell(list).output.split(separator: "\n").joined(separator: " ")
    try agent(host).kill9()
    if !containers.isEmpty { try Lab.shell("docker -H unix://\(Lab.engine) kill \(containers)") }
  }

  /// All hosts as they were at the beginning, with nothing under way.
  func restore() throws {
    try network.heal()
    for host in 1...count { try network.link(host, up: true) }
    for host in stopped { freeze(host, false) }
    for host in 1...count {
      unlink(folder(host) + "/disk/fill")
      setEngine(host, isThere: true)
      try setMemory(host)
    }
    try start((1...count).filter { !agent($0).isAlive })
    try assemble()
    for host in 1...count {
      for run in try runs(host) where run["requesterNode"].string == nil && !isOver(run) {
        _ = try agent(host).call("DELETE", "/api/v2/runs/\(run["id"].string ?? "")")
      }
    }
    try Lab.eventually(within: 40, "nothing is under way") {
      try (1...count).allSatisfy { host in try runs(host).allSatisfy { isOver($0) } }
    }
  }

  /// Waits until all see all, with their Engines and facts and the same score.
  func assemble(seenBy hosts: [Int]? = nil, within seconds: Double = 40) throws {
    var missing = ""
    try Lab.eventually(within: seconds, "all see all; missing: \(missing)") {
      for host in hosts ?? Array(1...count) {
        let nodes = try agent(host).get("/api/v2/nodes").json["nodes"].array
        for other in 1...count {
          let node = nodes.first { $0["id"].string == id(other) } ?? Value(nil)
          let has = node["abilities"].array.contains { $0.string == "container" }
          guard node["state"].string == "alive", has, node["factsKnown"].any as? Bool == true,
            abs((node["score"].int ?? 0) - 100) < 3
          else {
            missing = "\(host) of \(other): \(node.any ?? "")"
            return false
          }
        }
      }
      return true
    }
  }

  // MARK: Runs

  /// A script that goes on until it is asked to end, and then ends at once: `sleep` alone, as process 1, would ignore that.
  static let long = "trap 'exit 0' TERM; sleep 1000 & wait"

  func isOver(_ run: Value) -> Bool { ["finished", "failed", "stopped"].contains(run["state"].string ?? "") }

  func runs(_ host: Int) throws -> [Value] { try agent(host).get("/api/v2/runs").json["runs"].array }

  /// Constraints that leave only these hosts.
  func only(_ hosts: [Int]) -> String {
    let others = (1...count).filter { !hosts.contains($0) }.map { "node.id!=\(id($0))" }
    return others.isEmpty ? "" : #""constraints":\#(Agent.json(others)),"#
  }

  /// Asks a host for a run of a shell script on one of `hosts`.
  func submit(
    _ script: String, from requester: Int = 1, on hosts: [Int], options: [String] = [], more: String = ""
  ) throws -> String {
    try agent(requester).submit(
      ["--network", "none"] + options + ["busybox", "sh", "-c", script], more: only(hosts) + more)
  }

  /// The ids of the containers of a run that run now.
  func copies(of run: String) throws -> [String] {
    try Lab.docker("ps -q --filter label=io.hearth.run=\(run)").split(separator: "\n").map { String($0) }
  }

  /// Waits until the run runs on another host than `lost`; the milliseconds since `start`.
  func again(
    _ run: String, seenBy requester: Int = 1, notOn lost: Int, since start: Date, within seconds: Double = 30
  )
    throws -> Int
  {
    var last = Value(nil)
    while true {
      last = try agent(requester).run(run)
      let passed = Date().timeIntervalSince(start)
      if last["state"].string == "running", try host(of: last) != lost { return Int(passed * 1000) }
      guard passed < seconds else {
        throw LabError("\(run) does not run again after \(passed) s: \(last.any ?? "")")
      }
      usleep(20_000)
    }
  }

  /// Waits until exactly one copy of each run exists and its requester says that it runs.
  func awaitOneCopy(of runs: [String], seenBy requester: Int = 1, within seconds: Double = 40) throws {
    var fault = ""
    try Lab.eventually(within: seconds, "one copy of each; \(fault)") {
      for run in runs {
        let count = try copies(of: run).count
        let state = try agent(requester).run(run)["state"].string ?? "?"
        fault = "\(run) has \(count) and is \(state)"
        if count != 1 || state != "running" { return false }
      }
      return true
    }
  }
}

extension RunHome {
  /// The home of eight that the tests of `HomeRunTests` share: starting it costs seconds.
  static func shared() throws -> RunHome {
    if let home = sharedHome { return home }
    guard !hasFailed else { throw LabError("the home could not be started") }
    hasFailed = true
    _ = Lab.engine  // Its end is after this one's.
    let home = try RunHome(8, disks: [1, 8])
    atexit {
      sharedHome?.close()
      sharedHome = nil
    }
    try home.start(Array(1...8))
    try home.assemble()
    hasFailed = false
    sharedHome = home
    return home
  }
}

nonisolated(unsafe) private var sharedHome: RunHome?
nonisolated(unsafe) private var hasFailed = false
