import Foundation
import Testing

extension HomeRunTests {
  /// What keeps a node from being asked, and what happens when the one that was asked does not take it.
  @Suite struct Filters {
    let home: RunHome

    init() throws {
      home = try RunHome.shared()
      try home.restore()
    }

    private func refusal(_ words: String...) throws -> String {
      let finished = try home.agent(1).command(["run"] + words).finish()
      #expect(finished.code == 125 && finished.output.isEmpty, "\(finished.output)")
      return finished.error
    }

    @Test func moreMemoryThanAnyNodeHasIsRefusedWithWhatThereIs() throws {
      let before = try home.runs(1).count
      let text = try refusal("-m", "1000g", "--network", "none", "busybox", "true")
      #expect(text.contains("MiB of memory are available, asked for are 1024000 MiB"), "\(text)")
      #expect(text.contains("board-1") && text.contains("board-5"), "\(text)")
      #expect(try home.runs(1).count == before)
      print("FIGURE refusal of memory: \(text)")
    }

    @Test func aPlatformThatNoNodeHasIsRefusedWithTheNodesOwn() throws {
      let text = try refusal("--platform", "linux/arm64", "--network", "none", "busybox", "true")
      #expect(text.contains("architecture is amd64, asked for is arm64"), "\(text)")
    }

    @Test func aConstraintThatNoNodeMeetsIsNamed() throws {
      let text = try refusal("--constraint", "node.hostname==nowhere", "--network", "none", "busybox", "true")
      #expect(text.contains("constraint node.hostname==nowhere"), "\(text)")
      let run = try home.agent(1).hearth(
        "run", "--constraint", "node.hostname==board-6", "--network", "none", "busybox", "echo", "there")
      #expect(run.code == 0 && run.output == "there\n", "\(run.error)")
      #expect(try home.host(of: #require(try home.runs(1).last)) == 6)
    }

    @Test func aDrainedNodeIsPassedOverAndTheExplanationSaysSo() throws {
      try home.favour(4)
      let placed = try home.agent(1).hearth("run", "--network", "none", "busybox", "true")
      #expect(placed.code == 0, "\(placed.error)")
      #expect(try home.host(of: #require(try home.runs(1).last)) == 4)
      let drained = try home.agent(4).hearth("drain")
      #expect(drained.code == 0 && drained.output.hasPrefix("no new runs on this node"), "\(drained.error)")
      defer { _ = try? home.agent(4).hearth("drain", "--off") }
      try Lab.eventually(within: 15, "the others know") {
        let node = try home.agent(1).get("/api/v2/nodes").json["nodes"].array.first {
          $0["id"].string == home.id(4)
        }
        return node?["abilities"].array.contains { $0.string == "drained" } ?? false
      }
      #expect(try home.agent(1).hearth("nodes").output.contains(" drained "))
      let run = try home.agent(1).hearth("run", "--network", "none", "busybox", "true")
      #expect(run.code == 0, "\(run.error)")
      let last = try #require(try home.runs(1).last)
      #expect(try home.host(of: last) != 4)
      let explanation = try home.agent(1).hearth("explain", last["id"].string ?? "").output
      #expect(
        explanation.split(separator: "\n").contains {
          $0.contains("board-4") && $0.contains("it is drained")
        },
        "\(explanation)")
    }

    @Test func aServiceThatOnlyOneNodeDefinesRunsThereByThatNodesRules() throws {
      let services = home.agent(5).folder + "/services"
      let program = home.agent(5).folder + "/greet"
      defer { for name in ["job", "greet"] { unlink("\(services)/\(name).conf") } }
      try "#!/bin/sh\necho native $1 for $REQUEST\nexit 5\n".write(
        toFile: program, atomically: true, encoding: .utf8)
      chmod(program, 0o755)
      func define(_ name: String, _ lines: String) throws {
        try "[ServiceInfo]\nServiceName=\(name)\n\(lines)\n".write(
          toFile: "\(services)/\(name).conf", atomically: true, encoding: .utf8)
      }
      try define("job", "ExecType=container\nExecCmd=docker run --network none busybox echo defined there")
      try define("greet", "ExecType=native\nExecutableFileName=\(program)\nAllowedRequester=curl")
      let begun = Date()
      try Lab.eventually(within: 15, "the definitions are known elsewhere") {
        let node = try home.agent(1).get("/api/v2/nodes").json["nodes"].array.first {
          $0["id"].string == home.id(5)
        }
        return node?["services"].array.count == 2
      }
      print(
        "FIGURE a new definition is known elsewhere after \(Int(Date().timeIntervalSince(begun) * 1000)) ms")
      let job = try home.agent(1).hearth("run", "--service", "job")
      #expect(job.code == 0 && job.output == "defined there\n", "\(job.error)")
      #expect(try home.host(of: #require(try home.runs(1).last)) == 5)
      // The rules are those of the node that runs it: here the command line may not ask.
      let refused = try home.agent(1).hearth("run", "--native", "--service", "greet")
      #expect(
        refused.code == 125 && refused.error.contains("not allowed service execution"), "\(refused.error)")
      try define("greet", "ExecType=native\nExecutableFileName=\(program)\nAllowedRequester=hearth")
      let native = try home.agent(1).hearth("run", "--native", "--service", "greet")
      #expect(
        native.code == 5 && native.output == "native for 10.77.0.1\n", "\(native.output)\(native.error)")
      let command = try home.agent(1).hearth("run", "--native", "--service", "greet", "/bin/ls")
      #expect(command.code == 125 && command.error.contains("not matched service"), "\(command.error)")
      #expect(
        try home.agent(1).hearth("logs", try #require(try home.runs(1).dropLast().last?["id"].string)).output
          == "native for 10.77.0.1\n")
      // Once it is gone there, it is gone.
      unlink("\(services)/job.conf")
      try Lab.eventually(within: 15, "the definition is gone elsewhere") {
        try home.agent(1).call("POST", "/api/v2/runs", #"{"arguments":[],"service":"job"}"#).status == 404
      }
    }

    @Test func theBestNodeRefusesBecauseItsEngineIsGoneAndTheNextTakesIt() throws {
      try home.favour(3)
      home.setEngine(3, isThere: false)
      let begun = Date()
      let id = try home.submit(RunHome.long, on: [3, 4])
      let run = try home.agent(1).run(id)
      print("FIGURE accepted elsewhere after a refusal: \(Int(Date().timeIntervalSince(begun) * 1000)) ms")
      try home.agent(1).await(id, state: "running", within: 15)
      #expect(try home.host(of: home.agent(1).run(id)) == 4, "\(run.any ?? "")")
      let rows = try home.agent(1).get("/api/v2/runs/\(id)/placement").json["nodes"].array
      #expect(
        rows[0]["name"].string == "board-3" && rows[0]["outcome"].string == "refused", "\(rows[0].any ?? "")")
      #expect(rows[1]["name"].string == "board-4" && rows[1]["outcome"].string == "accepted")
      #expect(try home.copies(of: id).count == 1)
    }

    @Test func theBestNodeFallsSilentWhenItIsAskedAndTheNextTakesItOnce() throws {
      try home.favour(5)
      let marks = Lab.newFolder("marks")
      defer { try? FileManager.default.removeItem(atPath: marks) }
      home.freeze(5)
      let begun = Date()
      let id = try home.submit(
        "echo x >>/marks/$(hostname); trap 'exit 0' TERM; sleep 100 & wait", on: [5, 4],
        options: ["-v", "\(marks):/marks"])
      print("FIGURE accepted elsewhere after a silence: \(Int(Date().timeIntervalSince(begun) * 1000)) ms")
      #expect(Date().timeIntervalSince(begun) < 12)
      try home.agent(1).await(id, state: "running", within: 15)
      #expect(try home.host(of: home.agent(1).run(id)) == 4)
      home.freeze(5, false)
      sleep(4)
      #expect(try home.copies(of: id).count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: marks).count == 1)
      #expect(
        try home.agent(5).get("/api/v2/runs").json["runs"].array.allSatisfy {
          $0["id"].string != id || home.isOver($0)
        })
      let rows = try home.agent(1).get("/api/v2/runs/\(id)/placement").json["nodes"].array
      #expect(
        rows[0]["name"].string == "board-5" && rows[0]["outcome"].string == "silent", "\(rows[0].any ?? "")")
    }

    @Test func aHostWhoseDiskIsFullRefusesWithTheReasonAndTheNextTakesIt() throws {
      try home.favour(8)
      try Lab.shell("dd if=/dev/zero of=\(home.folder(8))/disk/fill bs=1k count=2000 2>/dev/null")
      var rows: [Value] = []
      // What is left of the journal's last page may take a few.
      for _ in 0..<40 where rows.first?["outcome"].string != "refused" {
        let id = try home.submit("true", on: [8, 4])
        #expect(try home.agent(1).end(of: id)["exitCode"].int == 0)
        rows = try home.agent(1).get("/api/v2/runs/\(id)/placement").json["nodes"].array
      }
      #expect(
        rows[0]["name"].string == "board-8" && rows[0]["answer"].string?.contains("No space left") ?? false)
      #expect(rows[1]["outcome"].string == "accepted")
      unlink(home.folder(8) + "/disk/fill")
      let id = try home.submit("true", on: [8, 4])
      #expect(try home.host(of: home.agent(1).end(of: id)) == 8)
    }

    @Test func aRequesterWhoseDiskIsFullSaysSoAndAsksNobody() throws {
      try Lab.shell("dd if=/dev/zero of=\(home.folder(1))/disk/fill bs=1k count=2000 2>/dev/null")
      let body = #"{\#(home.only([4]))"arguments":["--network","none","busybox","true"]}"#
      var answer = Answer(status: 0, headers: [], body: Data())
      var before = 0
      for _ in 0..<40 where answer.status != 507 {
        before = try home.runs(4).count
        answer = try home.agent(1).call("POST", "/api/v2/runs", body)
      }
      #expect(answer.status == 507 && answer.text.contains("No space left"), "\(answer.text)")
      #expect(try home.runs(4).count == before)
      unlink(home.folder(1) + "/disk/fill")
      let id = try home.submit("exit 4", on: [4])
      #expect(try home.agent(1).end(of: id)["exitCode"].int == 4)
    }
  }
}
