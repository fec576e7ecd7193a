import Foundation
import Testing

/// Runs on a home of eight real agents and a real Engine. One home serves all tests below, one after the other; each
/// begins with all hosts equal and nothing under way.
@Suite(
  .serialized,
  .enabled(if: Lab.hasNamespaces && Lab.hasEngine, "needs root, network namespaces and an Engine"))
struct HomeRunTests {
  /// Requests at one node that run on another, seen through the node that was asked.
  @Suite struct Elsewhere {
    let home: RunHome

    init() throws {
      home = try RunHome.shared()
      try home.restore()
    }

    @Test func aRunOnAnotherNodeIsFollowedAndStoppedFromTheNodeThatWasAsked() throws {
      let script = "for i in 1 2 3; do echo line $i; echo other $i >&2; sleep 1; done; \(RunHome.long)"
      let begun = Date()
      let answer = try home.agent(1).call(
        "POST", "/api/v2/runs",
        #"{\#(home.only([2, 3, 4, 5, 6, 7, 8]))"service":"followed","arguments":\#(Agent.json(["--network", "none", "busybox", "sh", "-c", script]))}"#
      )
      print("FIGURE a remote request is answered after \(Int(Date().timeIntervalSince(begun) * 1000)) ms")
      #expect(answer.status == 201, "\(answer.text)")
      let id = try #require(answer.json["id"].string)
      let host = try home.host(of: answer.json)
      #expect(host >= 2 && answer.json["hostNode"].string == home.id(host), "\(answer.text)")
      #expect(answer.json["requesterAddress"].string == "10.77.0.1")
      let follower = try home.agent(1).command(["logs", "-f", id])
      // It comes as it is said, not at the end.
      try Lab.eventually(within: 10, "the first line") { follower.output.contains("line 1") }
      #expect(!follower.output.contains("line 3"))
      try Lab.eventually(within: 10, "both streams") {
        follower.output.contains("line 3") && follower.error.contains("other 3")
      }
      #expect(follower.output == "line 1\nline 2\nline 3\n" && follower.hasEnded == nil)
      #expect(try home.agent(1).get("/api/v2/runs/\(id)/logs").text.contains("line 2"))
      #expect(try home.agent(1).hearth("logs", id).output == "line 1\nline 2\nline 3\n")
      let screen = try home.agent(1).hearth("ps").output
      #expect(
        screen.contains(id) && screen.contains("running") && screen.contains("10.77.0.\(host)"), "\(screen)")
      #expect(try home.agent(1).hearth("status").output.contains("1 under way"))
      // The host shows whose it is, and shows it once.
      let there = try home.agent(host).run(id)
      #expect(there["requesterNode"].string == home.id(1) && there["state"].string == "running")
      #expect(try home.copies(of: id).count == 1)
      let stopped = try home.agent(1).hearth("stop", id)
      #expect(stopped.code == 0 && stopped.output == id + "\n", "\(stopped.error)")
      #expect(try home.agent(1).run(id)["state"].string == "stopped")
      #expect(try follower.end() == 0)
      try Lab.eventually("no container is left") { try home.agent(host).containers().isEmpty }
      #expect(try home.agent(1).hearth("logs", id).output.hasSuffix("line 3\n"))
      let explained = try home.agent(1).hearth("explain", id)
      #expect(
        explained.output.contains("board-\(host)") && explained.output.contains("accepted"),
        "\(explained.output)")
      #expect(explained.output.contains("constraint node.id!="), "\(explained.output)")
    }

    @Test func theCommandLineRunsElsewhereAsDockerRunDoesHere() throws {
      let run = try home.agent(1).hearth(
        "run", "--constraint", "node.id!=\(home.id(1))", "--network", "none", "-e", "WORD=there", "busybox",
        "sh", "-c",
        #"echo $WORD $REQUEST; echo wrong >&2; exit 7"#)
      #expect(
        run.code == 7 && run.output == "there 10.77.0.1\n" && run.error == "wrong\n",
        "\(run.output)\(run.error)")
      let interrupted = try home.agent(1).command([
        "run", "--constraint", "node.id!=\(home.id(1))", "--network", "none", "busybox", "sh", "-c",
        "echo up; \(RunHome.long)",
      ])
      try Lab.eventually("its first word") { interrupted.output == "up\n" }
      _ = try Lab.shell("kill -INT $(pgrep -P \(interrupted.process)) \(interrupted.process)")
      #expect(try interrupted.end() == 130)
    }

    @Test func aNodeKilledForItsMemorySaysSoWhereItWasAsked() throws {
      let id = try home.submit(
        "head -c 200m /dev/zero | tail", on: [2, 3], options: ["-m", "16m", "--memory-swap", "16m"])
      let run = try home.agent(1).end(of: id)
      #expect(
        run["state"].string == "failed" && run["failure"]["kind"].string == "out-of-memory",
        "\(run.any ?? "")")
      #expect(run["exitCode"].int == 137)
    }

    @Test func anImageThatNobodyCanFetchFailsWithTheReasonAndIsNeverAcceptedInHomeEdgesWords() throws {
      let command = ["--network", "none", "no-such-registry.invalid/none:1"]
      let screen = try home.agent(1).hearth(
        "run", "--constraint", "node.id!=\(home.id(1))", command[0], command[1], command[2], seconds: 90)
      #expect(screen.code == 125 && screen.error.contains("no-such-registry.invalid"), "\(screen.error)")
      let last = try #require(try home.runs(1).last)
      #expect(
        last["state"].string == "failed" && last["failure"]["kind"].string == "pull", "\(last.any ?? "")")
      let placement = try home.agent(1).get("/api/v2/runs/\(last["id"].string ?? "")/placement").json
      let refused = placement["nodes"].array.filter { $0["outcome"].string == "refused" }
      #expect(
        refused.count == 7
          && refused.allSatisfy { $0["answer"].string?.contains("no-such-registry") ?? false })
      let answer = try home.agent(1).homeEdge(run: command, more: #""SelfSelection":"false","#)
      print("FIGURE Home Edge's client hears of the failing image: \(answer.text)")
      let id = try #require(try home.runs(1).last?["id"].string)
      #expect(try home.agent(1).end(of: id)["state"].string == "failed")
    }

    @Test func outputIsReadAfterTheEndWhetherTheHostLivesOrNot() throws {
      let id = try home.submit("seq 1 200; echo last >&2; exit 3", on: [4])
      let run = try home.agent(1).end(of: id)
      #expect(try run["exitCode"].int == 3 && home.host(of: run) == 4)
      func check(_ what: String) throws {
        let logs = try home.agent(1).hearth("logs", id)
        #expect(
          logs.output.hasPrefix("1\n2\n") && logs.output.hasSuffix("200\n") && logs.error == "last\n",
          "\(what)")
        #expect(try home.agent(1).hearth("logs", "-f", id).output == logs.output, "\(what)")
      }
      try check("at once")
      try Lab.eventually("no container is left") { try home.agent(4).containers().isEmpty }
      try check("without its container")
      try home.crash(4)
      try check("without its host")
    }

    @Test func theScreensAndAnswersOfAHomeAreAsDescribed() throws {
      let schemas = Schemas(document: try OpenApiTests.document())
      func expect(_ text: String, fits path: String) throws {
        let any = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let schema = schemas.document["paths"][path]["get"]["responses"]["200"]["content"][
          "application/json"]["schema"]
        #expect(schema.exists, "\(path)")
        #expect(schemas.faults(of: any, against: schema) == [], "\(path)")
      }
      let id = try home.submit(RunHome.long, on: [2, 3])
      try home.agent(1).await(id, state: "running")
      try home.crash(8)
      try Lab.eventually("its death is known") {
        try home.agent(1).get("/api/v2/nodes").text.contains(#""state":"dead""#)
      }
      try expect(try home.agent(1).hearth("nodes", "--json").output, fits: "/api/v2/nodes")
      try expect(
        try home.agent(1).hearth("explain", "--json", id).output, fits: "/api/v2/runs/{id}/placement")
      try expect(try home.agent(1).get("/api/v2/runs/\(id)").text, fits: "/api/v2/runs/{id}")
      try expect(try home.agent(1).get("/api/v2/runs").text, fits: "/api/v2/runs")
      try expect(try home.agent(1).get("/api/v2/node").text, fits: "/api/v2/node")
      let host = try home.host(of: home.agent(1).run(id))
      try expect(try home.agent(host).get("/api/v2/runs/\(id)").text, fits: "/api/v2/runs/{id}")
      let nodes = try home.agent(1).hearth("nodes").output
      #expect(nodes.split(separator: "\n").count == 9 && nodes.contains("board-8"), "\(nodes)")
      let dead = nodes.split(separator: "\n").first { $0.contains("board-8") } ?? ""
      #expect(dead.contains("dead"), "\(nodes)")
      let terms = try home.agent(1).hearth("nodes", "--terms").output
      #expect(terms.contains("board-5") && terms.contains("heat") && terms.contains("100 %"), "\(terms)")
      let explained = try home.agent(1).hearth("explain", id).output
      #expect(explained.contains("board-\(host)") && explained.contains("running"), "\(explained)")
      // Whose choice it was not says where to ask.
      let elsewhere = try home.agent(host).hearth("explain", id)
      #expect(elsewhere.code == 1 && elsewhere.error.contains("ask there"), "\(elsewhere.error)")
      if ProcessInfo.processInfo.environment["HEARTH_SHOW"] != nil {
        let screens = try [["status"], ["ps", "-a"]].map { try home.agent(1).command($0).finish().output }
        print((screens + [nodes, terms, explained, elsewhere.error]).joined(separator: "\n"))
      }
    }

    @Test func fortyRequestsAtFourNodesAtOnceEndOnceEachAndSpreadOverEqualNodes() throws {
      let marks = Lab.newFolder("marks")
      defer { try? FileManager.default.removeItem(atPath: marks) }
      let begun = Date()
      let results = Mutex<[(requester: Int, id: String)]>([])
      let faults = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { index in
        for number in 0..<10 {
          do {
            let mark = "\(index)-\(number)"
            let id = try home.submit(
              "echo x >>/marks/\(mark); sleep 0.3; echo \(mark)", from: index + 1, on: Array(1...8),
              options: ["-v", "\(marks):/marks"])
            results.with { $0.append((index + 1, id)) }
          } catch {
            faults.with { $0.append("\(error)") }
          }
        }
      }
      let answered = Date().timeIntervalSince(begun)
      #expect(faults.value == [])
      var hosts: [Int: Int] = [:]
      for (requester, id) in results.value {
        let run = try home.agent(requester).end(of: id, within: 90)
        #expect(run["state"].string == "finished" && run["exitCode"].int == 0, "\(run.any ?? "")")
        hosts[try home.host(of: run), default: 0] += 1
      }
      print(
        "FIGURE 40 runs from 4 requesters: answered in \(Int(answered * 1000)) ms, all ended in",
        "\(Int(Date().timeIntervalSince(begun) * 1000)) ms, per host \(hosts.sorted { $0.key < $1.key }.map { $0.value })"
      )
      for index in 0..<4 {
        for number in 0..<10 {
          let text = try? String(contentsOfFile: "\(marks)/\(index)-\(number)", encoding: .utf8)
          #expect(text == "x\n", "\(index)-\(number)")
        }
      }
      #expect(
        results.value.count == 40 && hosts.count >= 6 && hosts.values.allSatisfy { $0 <= 12 }, "\(hosts)")
      try Lab.eventually("no container is left") {
        try (1...8).allSatisfy { try home.agent($0).containers().isEmpty }
      }
    }
  }
}

/// A value that threads share.
final class Mutex<Element>: @unchecked Sendable {
  private let lock = NSLock()
  private var element: Element

  init(_ element: Element) {
    self.element = element
  }

  var value: Element { with { $0 } }

  func with<Result>(_ body: (inout Element) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&element)
  }
}
