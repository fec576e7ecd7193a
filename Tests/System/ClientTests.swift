import Foundation
import TestSupport
import Testing

/// The client where its output is lost, and where no agent answers.
@Suite struct ClientTests {
  private func shell(_ line: String) throws -> Finished {
    try Lab.requireProgram()
    return try Child(["bash", "-c", line.replacingOccurrences(of: "HEARTH", with: Lab.program)]).finish()
  }

  @Test(arguments: [
    "HEARTH version", "HEARTH help", "HEARTH help run", "HEARTH simulate --example", "HEARTH completion bash",
    "HEARTH score", "HEARTHd --help", "HEARTHd --version",
  ])
  func outputThatCannotBeWrittenIsAFailureWithItsReason(command: String) throws {
    let full = try shell(command + " >/dev/full")
    #expect(full.code == 1, "\(command)")
    let closed = try shell(command + " >&-")
    #expect(closed.code == 1, "\(command)")
    guard !command.contains("HEARTHd") else { return }
    #expect(full.error == "hearth: write standard output: No space left on device\n")
    #expect(closed.error == "hearth: write standard output: Bad file descriptor\n")
  }

  @Test func aReaderThatHasSeenEnoughIsNoFailureWorthAWord() throws {
    // Complaints that nobody gets change no exit code.
    #expect(try shell("HEARTH nonsense 2>/dev/full").code == 2)
    #expect(try shell("HEARTH completion bash | head -c 1 >/dev/null; HEARTH help | true").error.isEmpty)
  }

  @Test func anAgentThatIsStoppedKeepsNoClientForEver() throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      let id = try agent.submit(["busybox"])
      let follower = try agent.command(["logs", "-f", id])
      try Lab.eventually("it waits") { agent.sockets >= 2 }
      agent.child?.signal(SIGSTOP)
      defer { agent.child?.signal(SIGCONT) }
      let reader = try agent.command(["ps"])
      #expect(try reader.end(seconds: 40) == 1 && reader.error.contains("does not answer"), "\(reader.error)")
      #expect(try follower.end(seconds: 70) == 1, "\(follower.error)")
    }
  }
}

/// How a person names runs, and what a run says that has nothing to say.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct RunNameTests {
  private static let options = ["--network", "none", "busybox", "sh", "-c"]

  @Test func aServiceIsItsRunUnderWayAndElseItsNewest() throws {
    try Agent.with { agent in
      for text in ["one", "two"] {
        let id = try agent.submit(Self.options + ["echo \(text)"], more: #""service":"radio","#)
        _ = try agent.end(of: id)
      }
      #expect(try agent.hearth("logs", "radio").output == "two\n")
      let newest = try agent.get("/api/v2/runs/radio").json["id"].string ?? ""
      #expect(try agent.hearth("explain", "radio").output.contains("Run \(newest) of service radio"))
      #expect(try agent.call("DELETE", "/api/v2/runs/radio").status == 200)
      let running = try agent.submit(Self.options + ["echo three; sleep 60"], more: #""service":"radio","#)
      try agent.await(running, state: "running")
      try Lab.eventually("its output") { try agent.hearth("logs", "radio").output == "three\n" }
      let answer = try agent.call("DELETE", "/api/v2/runs/radio")
      #expect(answer.status == 202 && answer.json["id"].string == running, "\(answer.text)")
      _ = try agent.end(of: running)
      // One whose beginning somebody's service is called is still found.
      #expect(try agent.get("/api/v2/runs/\(running.prefix(8))").json["id"].string == running)
      let twins = try (0..<2).map { _ in
        try agent.submit(Self.options + ["sleep 60"], more: #""service":"twin","#)
      }
      let ambiguous = try agent.hearth("logs", "twin")
      #expect(ambiguous.code == 1 && twins.allSatisfy { ambiguous.error.contains($0) }, "\(ambiguous.error)")
      #expect(try agent.hearth("stop", twins[0], twins[1]).code == 0)
    }
  }

  @Test func aRunIsStoppedByItsNameWhileItWaitsForItsEngine() throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      let id = try agent.submit(["busybox"], more: #""service":"keeper","#)
      #expect(try agent.hearth("logs", "keeper").error.contains("run \(id) is "))
      let stopped = try agent.hearth("stop", "keeper")
      #expect(stopped.code == 0 && stopped.output == id + "\n", "\(stopped.error)")
      let silent = try agent.hearth("logs", "keeper")
      #expect(
        silent.code == 1 && silent.error.contains("it was stopped before it started"), "\(silent.error)")
    }
  }

  @Test func aRunThatFailedAndWroteNothingSaysWhy() throws {
    try Agent.with { agent in
      let id = try agent.submit(["--network", "none", "busybox", "/none"], more: #""service":"web","#)
      _ = try agent.end(of: id)
      for words in [["logs", "web"], ["logs", "-f", id]] {
        let logs = try agent.command(words).finish()
        #expect(logs.code == 1 && logs.output.isEmpty)
        #expect(logs.error.hasPrefix("hearth: run \(id) of web wrote nothing; it failed: "), "\(logs.error)")
      }
      let quiet = try agent.submit(["--network", "none", "busybox", "true"], more: #""service":"quiet","#)
      _ = try agent.end(of: quiet)
      let logs = try agent.hearth("logs", "quiet")
      #expect(logs.code == 0 && logs.error.isEmpty && logs.output.isEmpty)
    }
  }

  @Test(arguments: ["x?y", "x#y", "a/logs", "../x", "..", ".", "%", "web%20x", "ä ö", "-"])
  func anyWordIsLookedForAsItStands(word: String) throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      for command in ["logs", "stop", "explain"] {
        let finished = try agent.hearth(command, word)
        #expect(
          finished.code == 1 && finished.error.hasPrefix("hearth: no run '\(word)'"), "\(finished.error)")
        let empty = try agent.hearth(command, "")
        #expect(empty.code == 2 && empty.error.hasPrefix("hearth: name a run"), "\(empty.error)")
      }
      #expect(try agent.get("/api/v2/runs").json["runs"].array.isEmpty)
    }
  }
}
