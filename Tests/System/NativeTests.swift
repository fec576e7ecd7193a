import Foundation
import TestSupport
import Testing

/// Native services: programs of this machine that its owner allows.
@Suite(.enabled(if: Lab.isRoot, "the drop of privileges shows only to root"))
struct NativeTests {
  /// Defines a native service that runs a script of ours, for `curl` and `hearth`.
  private func define(_ agent: Agent, _ name: String, script: String) throws {
    let program = agent.folder + "/\(name)"
    try ("#!/bin/sh\n" + script + "\n").write(toFile: program, atomically: true, encoding: .utf8)
    chmod(program, 0o755)
    let text =
      "[ServiceInfo]\nServiceName=\(name)\nExecutableFileName=\(program)\nAllowedRequester=curl,hearth\nExecType=native\n"
    try text.write(toFile: agent.folder + "/services/\(name).conf", atomically: true, encoding: .utf8)
  }

  private func with(native: String = "grace = 1s", _ body: (Agent) throws -> Void) throws {
    try Agent.with(engine: "/nowhere/docker.sock", native: native, body)
  }

  private func begin(_ agent: Agent, _ name: String) throws -> String {
    try agent.hearth("run", "-d", "--native", "--service", name).output.trimmingCharacters(
      in: .whitespacesAndNewlines)
  }

  private func processes(_ word: String) throws -> [Substring] {
    try Lab.shell("pgrep -f '[s]leep \(word)' || true").output.split(separator: "\n")
  }

  @Test func s9OnlyTheRegisteredProgramRunsForTheAllowedRequester() throws {
    try with { agent in
      mkdir(agent.folder + "/apps/ls_srv", 0o755)
      // The service's name is not its folder's.
      let text =
        "[Version]\nConfVersion=v0.0\n[ServiceInfo]\nServiceName=ls\nExecutableFileName=ls\nAllowedRequester=bash,curl\nExecType=native\n[ResourceType]\nIntervalTimeMs=5000\n"
      try text.write(toFile: agent.folder + "/apps/ls_srv/ls_srv.conf", atomically: true, encoding: .utf8)
      let wget = agent.folder + "/wget"
      try FileManager.default.copyItem(atPath: "/usr/bin/curl", toPath: wget)
      func ask(_ client: String, _ command: String) throws -> Value {
        let body =
          #"{"ServiceRequester":"curl","ServiceName":"ls","ServiceInfo":[{"ExecutionType":"native","ExecCmd":\#(command)}]}"#
        let words = [
          client, "-sS", "-d", body, "http://127.0.0.1:\(agent.port)/api/v1/orchestration/services",
        ]
        let output = try Child(words).finish().output
        return Value(try JSONSerialization.jsonObject(with: Data(output.utf8)))
      }
      let answer = try ask("curl", #"["ls"]"#)
      #expect(
        answer["Message"].string == "ERROR_NONE"
          && answer["RemoteTargetInfo"]["ExecutionType"].string == "native")
      // B-24: the name is that of the process at the connection's other end, whatever the request says.
      #expect(try ask(wget, #"["ls"]"#)["Message"].string == "not allowed service execution")
      #expect(try ask("curl", #"["ls",";","ps"]"#)["Message"].string == "found injection command")
      #expect(try ask("curl", #"["dir"]"#)["Message"].string == "not matched service with executable")
      // B-14: without a command the registered one runs.
      #expect(try ask("curl", "[]")["Message"].string == "ERROR_NONE")
      let runs = try agent.get("/api/v2/runs").json["runs"].array
      #expect(runs.count == 2)
      for run in runs {
        let end = try agent.end(of: run["id"].string ?? "")
        #expect(end["exitCode"].int == 0 && end["requester"].string == "curl")
      }
    }
  }

  @Test func itRunsAsNobodyWithoutGroupsAndCannotGainPrivileges() throws {
    try with { agent in
      try define(
        agent, "who",
        script:
          "grep -E '^(Uid|Gid|Groups|NoNewPrivs):' /proc/self/status; ls /proc/self/fd | wc -l; env; pwd")
      let finished = try agent.hearth("run", "--native", "--service", "who")
      #expect(finished.code == 0, "\(finished.error)")
      #expect(finished.output.contains("Uid:\t65534\t65534\t65534\t65534"))
      #expect(finished.output.contains("Gid:\t65534\t65534\t65534\t65534"))
      #expect(finished.output.contains("Groups:\t \n") && finished.output.contains("NoNewPrivs:\t1"))
      #expect(!finished.output.contains("SUDO") && !finished.output.contains("HEARTH_E"))
    }
  }

  @Test func outputExitCodeSignalAndStartErrorAreReported() throws {
    try with { agent in
      try define(agent, "talk", script: "echo out; echo err >&2; exit 9")
      let talk = try agent.hearth("run", "--native", "--service", "talk")
      #expect(talk.output == "out\n" && talk.error == "err\n" && talk.code == 9)
      try define(agent, "die", script: "kill -SEGV $$")
      let die = try agent.hearth("run", "--native", "--service", "die")
      #expect(die.code == 139 && die.error.contains("signal 11"), "\(die.error)")
      try define(agent, "gone", script: "")
      unlink(agent.folder + "/gone")
      let gone = try agent.hearth("run", "--native", "--service", "gone")
      #expect(gone.code == 127 || gone.code == 125)
      #expect(gone.error.contains(agent.folder + "/gone"), "\(gone.error)")
    }
  }

  @Test func theTimeLimitEndsIt() throws {
    try with(native: "time-limit = 1s\ngrace = 1s") { agent in
      try define(agent, "long", script: "trap '' TERM; sleep 98711")
      let id = try begin(agent, "long")
      let run = try agent.end(of: id, within: 15)
      #expect(run["failure"]["kind"].string == "time-limit")
      #expect(try processes("98711").isEmpty)
    }
  }

  @Test func stopEndsGrandchildrenAndDaemonsToo() throws {
    try with { agent in
      try define(agent, "tree", script: "setsid sleep 98722 & (sleep 98722 &) ; sleep 98722")
      let id = try begin(agent, "tree")
      try Lab.eventually("three processes") { try processes("98722").count == 3 }
      _ = try agent.call("DELETE", "/api/v2/runs/\(id)")
      #expect(try agent.end(of: id)["state"].string == "stopped")
      #expect(try processes("98722").isEmpty)
    }
  }

  @Test func itOutlivesItsAgentAndIsFoundAgain() throws {
    try with { agent in
      try define(agent, "on", script: "echo begin; sleep 4; echo end; exit 5")
      try define(agent, "off", script: "exit 6")
      try define(agent, "mid", script: "sleep 1; echo done; exit 4")
      let on = try begin(agent, "on")
      let mid = try begin(agent, "mid")
      try agent.await(on, state: "running")
      try agent.await(mid, state: "running")
      try agent.kill9()
      sleep(2)
      try agent.start()
      #expect(try agent.end(of: mid)["exitCode"].int == 4)
      try agent.await(on, state: "running")
      let end = try agent.end(of: on)
      #expect(end["exitCode"].int == 5)
      #expect(try agent.get("/api/v2/runs/\(on)/logs").text == "begin\nend\n")
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == 2)
    }
  }

  @Test func withItsSupervisorKilledItIsLostAndNothingIsLeft() throws {
    try with { agent in
      try define(agent, "orphan", script: "setsid sleep 98733 & sleep 98733")
      for restarts in [false, true] {
        let id = try begin(agent, "orphan")
        try Lab.eventually("two processes") { try processes("98733").count == 2 }
        if restarts {
          try agent.kill9()
          try agent.start()
        }
        let script = agent.folder + "/orphan"
        let program = try Lab.shell("pgrep -f '^/bin/sh \(script)'").output.trimmingCharacters(
          in: .whitespacesAndNewlines)
        let supervisor = try Lab.shell("ps -o ppid= -p \(program)").output.trimmingCharacters(
          in: .whitespacesAndNewlines)
        try Lab.shell("kill -9 \(supervisor)")
        let run = try agent.end(of: id)
        #expect(run["failure"]["kind"].string == "lost")
        try Lab.eventually(within: 5, "no process left, restarted: \(restarts)") {
          try processes("98733").isEmpty
        }
      }
    }
  }

  @Test func itsLargeOutputIsBoundedAndEndsWithTheLast() throws {
    try with { agent in
      try define(agent, "loud", script: "seq 1 400000")
      let id = try begin(agent, "loud")
      #expect(try agent.end(of: id)["exitCode"].int == 0)
      let output = try agent.get("/api/v2/runs/\(id)/logs")
      #expect(
        output.text.hasSuffix("399999\n400000\n") && output.body.count <= 1 << 20
          && output.body.count >= 400 << 10)
    }
  }
}
