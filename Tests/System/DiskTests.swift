import Foundation
import TestSupport
import Testing

extension Agent {
  /// The process that writes for this agent.
  func writer() throws -> pid_t {
    let found = try Lab.shell("cat /proc/\(process)/task/\(process)/children").output
    guard let first = found.split(separator: " ").first, let writer = pid_t(first) else {
      throw LabError("no process writes for \(process)")
    }
    return writer
  }
}

/// How long a disk hangs: with HEARTH_LONG as long as a sync was seen to take on a worn card.
let hangSeconds = isLongForm ? 30 : 8

/// Disks that hang, are full or take nothing, and what is told of runs meanwhile.
struct DiskTests {
  private static let nowhere = "/nowhere/docker.sock"

  /// The slowest of pings that go on for so long, in milliseconds.
  private func slowestPing(_ agent: Agent, seconds: Double) throws -> Int {
    let end = Date() + seconds
    var slowest = 0
    while Date() < end {
      let begun = Date()
      #expect(try agent.get("/api/v1/ping").status == 200)
      slowest = max(slowest, Int(-begun.timeIntervalSinceNow * 1000))
      usleep(10_000)
    }
    return slowest
  }

  @Test func aDiskThatHangsHoldsUpOnlyWhoWaitsForIt() throws {
    try Agent.with(engine: Self.nowhere) { agent in
      let writer = try agent.writer()
      kill(writer, SIGSTOP)
      defer { kill(writer, SIGCONT) }
      let client = try agent.command(["run", "--detach", "busybox"])
      let slowest = try slowestPing(agent, seconds: Double(hangSeconds))
      print("FIGURE slowest ping while the disk hangs for \(hangSeconds) s: \(slowest) ms")
      #expect(slowest < 500)
      #expect(client.hasEnded == nil, "it is told once it is on disk")
      #expect(try agent.hearth("status").output.contains("the disk has not answered for"))
      kill(writer, SIGCONT)
      let finished = try client.finish(seconds: 20)
      #expect(finished.code == 0, "\(finished.error)")
      #expect(try !agent.hearth("status").output.contains("the disk has not"))
    }
  }

  @Test func settingsKeysAndKeptOutputAreReadBesideTheLoop() throws {
    try Agent.with(engine: Self.nowhere) { agent in
      let program = agent.folder + "/say"
      try "#!/bin/sh\necho said\n".write(toFile: program, atomically: true, encoding: .utf8)
      chmod(program, 0o755)
      let definition = agent.folder + "/services/say.conf"
      let services = "[ServiceInfo]\nServiceName=say\nAllowedRequester=hearth\nExecType=native\n"
      try (services + "ExecutableFileName=\(program)\n")
        .write(toFile: definition, atomically: true, encoding: .utf8)
      let said = try agent.hearth("run", "--native", "--service", "say")
      #expect(said.code == 0 && said.output == "said\n", "\(said.error)")
      let stopped = try agent.submit(["busybox"])
      _ = try agent.call("DELETE", "/api/v2/runs/\(stopped)")
      let writer = try agent.writer()
      kill(writer, SIGSTOP)
      defer { kill(writer, SIGCONT) }
      // All that is read after the start is asked for: settings, boards, definitions, the home key, output.
      agent.child?.signal(SIGHUP)
      unlink(definition)
      let native = try agent.command(["run", "--native", "--service", "say"])
      let logs = try agent.command(["logs", stopped])
      let slowest = try slowestPing(agent, seconds: 12)
      print("FIGURE slowest ping while files are to be read from a disk that hangs: \(slowest) ms")
      #expect(slowest < 500)
      #expect(native.hasEnded == nil && logs.hasEnded == nil)
      #expect(agent.child?.error.contains("were read anew") == false)
      kill(writer, SIGCONT)
      #expect(try native.finish(seconds: 20).code == 125, "it is not defined any more")
      _ = try logs.finish(seconds: 20)
      try Lab.eventually("the settings are read") { agent.child?.error.contains("were read anew") ?? false }
    }
  }

  @Test func aWriterThatIsKilledIsReplacedAndNothingIsLost() throws {
    try Agent.with(engine: Self.nowhere) { agent in
      var ids: [String] = []
      for _ in 0..<3 {
        ids.append(try agent.submit(["busybox"]))
        kill(try agent.writer(), SIGKILL)
        try Lab.eventually("another one writes") { (try? agent.writer()) != nil }
      }
      try agent.kill9()
      try agent.start()
      #expect(try agent.get("/api/v2/runs").json["runs"].array.compactMap { $0["id"].string } == ids)
    }
  }

  @Test func whatWasToldToBeStoppedStaysSoWhateverBecomesOfTheAgent() throws {
    try Agent.with(engine: Self.nowhere) { agent in
      for _ in 0..<10 {
        let id = try agent.submit(["busybox", "sleep", "100"])
        let answer = try agent.call("DELETE", "/api/v2/runs/\(id)")
        try agent.kill9()
        #expect(answer.json["state"].string == "stopped", "\(answer.text)")
        try agent.start()
        #expect(try agent.run(id)["state"].string == "stopped")
      }
    }
  }

  @Test(.enabled(if: Lab.hasEngine, "no Docker Engine"))
  func aStopThatIsUnderWayGoesOnWithTheNextAgent() throws {
    try Agent.with { agent in
      let id = try agent.submit([
        "--network", "none", "--stop-timeout", "3", "busybox", "sh", "-c",
        "trap '' TERM; while :; do sleep 1; done",
      ])
      try agent.await(id, state: "running")
      kill(try agent.writer(), SIGSTOP)
      let writer = try agent.writer()
      let thread = Thread {
        usleep(500_000)
        kill(writer, SIGCONT)
      }
      thread.start()
      let begun = Date()
      #expect(try agent.call("DELETE", "/api/v2/runs/\(id)").status == 202)
      #expect(-begun.timeIntervalSinceNow >= 0.3, "not before it is on disk")
      try agent.kill9()
      try agent.start()
      #expect(try agent.end(of: id)["state"].string == "stopped")
    }
  }

  @Test(.enabled(if: Lab.isRoot, "mounting needs root"))
  func anAgentStartsOnADiskThatIsFullOrReadOnlyAndTakesNothingNew() throws {
    let disk = Lab.newFolder("disk")
    try Lab.shell("mount -t tmpfs -o size=256k tmpfs \(disk)")
    defer { _ = try? Lab.shell("umount -l \(disk); rmdir \(disk)") }
    try Agent.with(engine: Self.nowhere, state: disk + "/state") { agent in
      let id = try agent.submit(["busybox"])
      try agent.kill9()
      for (makesIt, undoes, words) in [
        ("dd if=/dev/zero of=\(disk)/fill bs=1k count=600 2>/dev/null", "rm \(disk)/fill", "No space left"),
        (
          // The process that wrote for the agent that was killed may still be there.
          "for n in 1 2 3 4 5 6 7 8 9; do mount -o remount,ro \(disk) && break; sleep 0.2; done",
          "mount -o remount,rw \(disk)", "Read-only"
        ),
      ] {
        try Lab.shell(makesIt)
        try agent.start()
        #expect(try agent.run(id)["id"].string == id)
        let refused = try agent.call("POST", "/api/v2/runs", #"{"arguments":["busybox","\#(words)"]}"#)
        #expect(refused.status == 507 && refused.text.contains(words), "\(refused.text)")
        let status = try agent.hearth("status").output
        #expect(status.contains("state cannot be written") && status.contains(words), "\(status)")
        let doctor = try agent.get("/api/v2/node").json["state"]["faults"].array
        #expect(!doctor.isEmpty)
        // Another agent is refused even where no lock can be written.
        let second = try Agent(engine: Self.nowhere, state: agent.state)
        try second.start(awaitsAnswer: false)
        #expect(try second.child?.end() == 1)
        try second.kill9()
        second.stop()
        if words == "Read-only" { try agent.kill9() }
        try Lab.shell(undoes)
        if words == "Read-only" { try agent.start() }
        let taken = try agent.submit(["busybox"])
        try agent.kill9()
        try agent.start()
        #expect(try agent.run(taken)["id"].string == taken)
        try agent.kill9()
      }
      try agent.start()
    }
  }

  /// A line of the journal, as 0.1.0 wrote it.
  private func line(_ number: Int) -> String {
    let id = String(repeating: "0", count: 12 - String(number, radix: 16).count) + String(number, radix: 16)
    let body =
      #"{"arguments":["--rm","--network","none","-v","/srv/data:/data","-e","TZ=Europe/Berlin","#
      + #""restic/restic:0.17.3","backup","--exclude-caches","--tag","nightly","/data"],"attempt":1,"#
      + #""exitCode":0,"host":"192.0.2.2","hostNode":"NODE","id":"\#(id)","requester":"","#
      + #""requesterAddress":"192.0.2.2","service":"backup","state":"finished","times":{"accepted":1795958765710,"#
      + #""ended":1795958765958,"started":1795958765973},"type":"container"}"#
    var sum: UInt32 = 2_166_136_261
    for byte in body.utf8 { sum = (sum ^ UInt32(byte)) &* 16_777_619 }
    return String(sum, radix: 16) + " " + body + "\n"
  }

  @Test func tenThousandEndedRunsAreKeptInLittleTimeAndMemory() throws {
    try Agent.with(engine: Self.nowhere, node: "kept-runs = 10000", starts: false) { agent in
      let text = (1...10_000).map { line($0) }.joined()
      try text.write(toFile: agent.state + "/runs.journal", atomically: false, encoding: .utf8)
      let begun = Date()
      try agent.start()
      let started = -begun.timeIntervalSinceNow
      let status = try String(contentsOfFile: "/proc/\(agent.process)/status", encoding: .utf8)
      let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.split(separator: " ")
      let kilobytes = peak.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0
      print("FIGURE start with 10,000 ended runs: \(Int(started * 1000)) ms, at most \(kilobytes) KiB")
      let listed = try agent.hearth("ps", "-a")
      #expect(listed.code == 0 && listed.output.split(separator: "\n").count >= 10_000, "\(listed.error)")
      let again = try agent.submit(["busybox"])
      #expect(try agent.call("DELETE", "/api/v2/runs/\(again)").json["state"].string == "stopped")
    }
  }

  @Test(.enabled(if: Lab.hasEngine, "no Docker Engine"))
  func aNodeThatIsCalledOtherwiseTakesItsRunsOver() throws {
    try Agent.with { agent in
      let first = agent.nodeID
      let id = try agent.submit(["--network", "none", "busybox", "sleep", "600"])
      try agent.await(id, state: "running")
      let list = "ps -aq --filter label=io.hearth.run=\(id)"
      let container = try Lab.docker(list)
      // Damaged: it is called as before.
      try agent.kill9()
      try Data(count: 36).write(to: URL(fileURLWithPath: agent.state + "/node-id"))
      try agent.start()
      #expect(agent.nodeID == first)
      // Removed, as the owner of a cloned card does; then Home Edge's name comes and goes.
      let homeEdge = agent.folder + "/device/orchestration_deviceID.txt"
      mkdir(agent.folder + "/device", 0o755)
      for step in 0..<3 {
        try agent.kill9()
        switch step {
        case 0: unlink(agent.state + "/node-id")
        case 1:
          try "aaaaaaaa-1111-4222-8333-444444444444\n".write(
            toFile: homeEdge, atomically: false, encoding: .utf8)
        default: unlink(homeEdge)
        }
        try agent.start()
        try agent.awaitEngine()
        try agent.await(id, state: "running")
        #expect(try agent.get("/api/v2/node").json["id"].string != first)
        #expect(agent.child?.error.contains("takes over its runs and containers") ?? false)
        sleep(1)
        #expect(try Lab.docker(list) == container, "step \(step)")
      }
      _ = try agent.call("DELETE", "/api/v2/runs/\(id)")
      #expect(try agent.end(of: id)["state"].string == "stopped")
      try Lab.eventually("its container is gone") { try Lab.docker(list).isEmpty }
    }
  }
}
