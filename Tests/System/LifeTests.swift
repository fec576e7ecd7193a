import Foundation
import Testing

/// Crashes and absences: whatever happens to the agent, a run that was accepted ends in a state that tells the truth.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct LifeTests {
  private func shell(_ script: String) -> [String] {
    ["--network", "none", "busybox", "sh", "-c", script]
  }

  @Test func runsAreFoundAgainAfterACrashWithTheirExitCodes() throws {
    try Agent.with { agent in
      let ended = try agent.submit(shell("sleep 2; exit 21"))
      let going = try agent.submit(shell("sleep 9; exit 22"))
      let before = try agent.submit(shell("exit 23"))
      for id in [ended, going] { try agent.await(id, state: "running") }
      _ = try agent.end(of: before)
      try agent.kill9()
      sleep(3)
      try agent.start()
      #expect(try agent.end(of: ended)["exitCode"].int == 21)
      #expect(try agent.end(of: going)["exitCode"].int == 22)
      #expect(try agent.run(before)["exitCode"].int == 23)
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == 3)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }

  /// Each run appends its name to a file, so that one that ran twice or never shows.
  @Test func aCrashWithManyRunsInEveryStepForgetsAndDoublesNone() throws {
    try Agent.with { agent in
      let folder = agent.folder + "/marks"
      mkdir(folder, 0o777)
      var ids: [String] = []
      for index in 0..<24 {
        let mark = "echo x >>/marks/\(index); sleep \(index % 3); exit \(index)"
        ids.append(
          try agent.submit(["-v", "\(folder):/marks", "--network", "none", "busybox", "sh", "-c", mark]))
        if index % 8 == 7 {
          usleep(400_000 * UInt32(index / 8 + 1))
          try agent.kill9()
          try agent.start()
        }
      }
      for (index, id) in ids.enumerated() {
        let run = try agent.end(of: id, within: 90)
        #expect(run["exitCode"].int == index, "\(run.any ?? "")")
        let text = try? String(contentsOfFile: "\(folder)/\(index)", encoding: .utf8)
        #expect(text?.hasPrefix("x\n") ?? false, "run \(index)")
        #expect(text == "x\n", "run \(index)")
      }
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == ids.count)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }

  @Test func termLeavesTheRunsToTheNextAgent() throws {
    try Agent.with { agent in
      let id = try agent.submit(shell("sleep 5; exit 31"))
      try agent.await(id, state: "running")
      #expect(try agent.terminate() == 0)
      #expect(try agent.containers().count == 1)
      try agent.start()
      try agent.awaitEngine()
      #expect(try agent.end(of: id)["exitCode"].int == 31)
    }
  }

  @Test func twoAgentsOnOneStateFolderAreRefused() throws {
    try Agent.with(engine: "/nowhere") { first in
      let second = try Agent(engine: "/nowhere", state: first.state)
      try second.start(awaitsAnswer: false)
      #expect(try second.child?.end() == 1)
      #expect(second.child?.error.contains("another agent uses this state folder") ?? false)
      try second.kill9()
      second.stop()
      #expect(first.isAlive)
    }
  }

  @Test func aContainerRemovedByOthersIsLostAndAKilledOneTellsItsCode() throws {
    try Agent.with { agent in
      let removed = try agent.submit(shell("sleep 60"))
      let killed = try agent.submit(shell("sleep 60"))
      for id in [removed, killed] { try agent.await(id, state: "running") }
      try Lab.shell("docker -H unix://\(agent.engine) rm -f hearth-\(removed)")
      try Lab.shell("docker -H unix://\(agent.engine) kill hearth-\(killed)")
      let end = try agent.end(of: killed)
      #expect(end["state"].string == "finished" && end["exitCode"].int == 137)
      let lost = try agent.end(of: removed)
      #expect(lost["failure"]["kind"].string == "lost" || lost["exitCode"].int == 137, "\(lost.any ?? "")")
    }
  }

  @Test func theEngineMayComeLaterAndItsSocketMayVanish() throws {
    let folder = Lab.newFolder("later")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let socket = folder + "/docker.sock"
    try Agent.with(engine: socket) { agent in
      let waits = try agent.submit(shell("exit 41"))
      #expect(try agent.run(waits)["state"].string == "placing")
      // A link stands for the socket, so that it can go and come without an Engine of its own.
      symlink(Lab.engine, socket)
      #expect(try agent.end(of: waits)["exitCode"].int == 41)
      unlink(socket)
      let cut = try agent.submit(shell("exit 42"))
      sleep(1)
      #expect(try agent.get("/api/v1/ping").status == 200)
      symlink(Lab.engine, socket)
      #expect(try agent.end(of: cut)["exitCode"].int == 42)
    }
  }

  @Test(.enabled(if: Lab.isRoot, "mounting needs root"))
  func aFullDiskRefusesRequestsInWordsAndRecovers() throws {
    let disk = Lab.newFolder("disk")
    try Lab.shell("mount -t tmpfs -o size=512k tmpfs \(disk)")
    defer { _ = try? Lab.shell("umount -l \(disk); rmdir \(disk)") }
    try Agent.with(state: disk + "/state") { agent in
      let running = try agent.submit(shell("sleep 3; exit 51"))
      try agent.await(running, state: "running")
      try Lab.shell("dd if=/dev/zero of=\(disk)/fill bs=1k count=600 2>/dev/null")
      // What is left of the journal's last page may take a few more runs.
      var refused = Answer(status: 0, headers: [], body: Data())
      for _ in 0..<40 where refused.status != 507 {
        refused = try agent.call("POST", "/api/v2/runs", #"{"arguments":["--network","none","hello-world"]}"#)
      }
      #expect(refused.status == 507 && refused.text.contains("No space left"), "\(refused.text)")
      let message = try agent.homeEdge(run: ["--network", "none", "hello-world"]).json["Reason"].string
      #expect(message?.contains("No space left") ?? false, "\(message ?? "")")
      #expect(try agent.end(of: running)["exitCode"].int == 51)
      unlink(disk + "/fill")
      let again = try agent.submit(shell("exit 52"))
      #expect(try agent.end(of: again)["exitCode"].int == 52)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
      // What the disk had refused is on it now.
      try agent.kill9()
      try agent.start()
      let kept = try agent.run(running)
      #expect(kept["exitCode"].int == 51, "\(kept.any ?? "")")
    }
  }

  @Test func requestsWithLargeEnvironmentsDoNotKeepTheNextAgentFromStarting() throws {
    try Agent.with(engine: Lab.newFolder("none") + "/docker.sock") { agent in
      let value = String(repeating: "v", count: 900_000)
      var ids: [String] = []
      for _ in 0..<24 {
        let answer = try agent.call(
          "POST", "/api/v2/runs", #"{"arguments":["busybox"],"environment":{"A":"\#(value)"}}"#)
        if answer.status == 201 {
          ids.append(answer.json["id"].string ?? "")
        } else {
          #expect(answer.status == 503 || answer.status == 507)
        }
      }
      try agent.kill9()
      try agent.start()
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == ids.count)
    }
  }

  @Test func aDamagedJournalCostsOnlyItsDamagedLines() throws {
    try Agent.with { agent in
      let id = try agent.submit(shell("exit 61"))
      _ = try agent.end(of: id)
      try agent.kill9()
      let path = agent.state + "/runs.journal"
      let handle = try #require(FileHandle(forWritingAtPath: path))
      handle.seekToEndOfFile()
      handle.write(Data("garbage\n12345678 {\"id\":1}\n\u{0}\u{0}torn".utf8))
      handle.closeFile()
      try agent.start()
      #expect(try agent.run(id)["exitCode"].int == 61)
    }
  }
}

/// Engines of their own, which are killed.
@Suite(.enabled(if: Lab.canStartEngines, "starting an Engine needs root and docker.io"), .serialized)
struct EngineCrashTests {
  @Test func anEngineKilledWithRunsInEveryStepComesBackToAllOfThem() throws {
    let engine = try OwnEngine()
    defer { engine.stop() }
    try Agent.with(engine: engine.socket) { agent in
      try agent.awaitEngine()
      var ids: [String] = []
      for index in 0..<10 {
        ids.append(
          try agent.submit(["--network", "none", "busybox", "sh", "-c", "sleep \(index); exit \(index)"]))
      }
      try agent.await(ids[0], state: "finished", within: 60)
      try engine.kill()
      try Lab.eventually("the agent sees it") {
        try agent.get("/api/v2/node").json["engine"]["state"].string == "away"
      }
      let waiting = try agent.submit(["--network", "none", "busybox", "sh", "-c", "exit 11"])
      try engine.start()
      for (index, id) in ids.enumerated() {
        let run = try agent.end(of: id, within: 90)
        // An Engine that was killed kills its containers when it starts again, or has lost their exit codes.
        let code = run["exitCode"].int
        let isKnown = code == index || code == 137 || code == 255 || run["state"].string == "failed"
        #expect(isKnown, "\(index): \(run.any ?? "")")
        print(
          "FIGURE engine crash \(index): \(run["state"].string ?? "") \(code ?? -1) \(run["failure"]["reason"].string ?? "")"
        )
      }
      #expect(try agent.end(of: waiting)["exitCode"].int == 11)
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == 11)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }
}
