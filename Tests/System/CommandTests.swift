import Foundation
import TestSupport
import Testing

/// The program's commands, as a person or a script uses them.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct CommandTests {
  private static let container = ["--network", "none", "busybox"]

  @Test(arguments: [
    (["true"], 0), (["sh", "-c", "exit 7"], 7), (["/no/such/program"], 127), (["no-such-program"], 127),
    (["/etc/passwd"], 126), (["sh", "-c", "sh -c 'kill -9 $$'; exit $?"], 137),
  ])
  func runEndsWithTheExitCodeThatDockerWouldGive(command: [String], code: Int) throws {
    try Agent.with { agent in
      let finished = try agent.command(["run"] + Self.container + command).finish()
      #expect(finished.code == code, "\(finished.error)")
      if code >= 125, code < 128 { #expect(finished.error.contains("failed (start)"), "\(finished.error)") }
    }
  }

  @Test func runKeepsTheStreamsApart() throws {
    try Agent.with { agent in
      let finished = try agent.command(["run"] + Self.container + ["sh", "-c", "echo a; echo b >&2"]).finish()
      #expect(finished.output == "a\n" && finished.error == "b\n")
    }
  }

  @Test func anUnknownImageIsAPullFailureWith125() throws {
    try Agent.with { agent in
      let finished = try agent.hearth("run", "--network", "none", "127.0.0.1:9/no/such:image")
      #expect(finished.code == 125)
      #expect(
        finished.error.contains("failed (pull)") && finished.error.contains("no/such"), "\(finished.error)")
      let id = try agent.submit(["--pull", "never", "nothing-like-that"])
      #expect(try agent.end(of: id)["failure"]["kind"].string == "pull")
    }
  }

  @Test func aContainerOverItsMemoryIsReportedAsSuch() throws {
    try Agent.with { agent in
      let hungry = [
        "--network", "none", "--memory", "8m", "--memory-swap", "8m", "busybox", "sh", "-c",
        "x=a; while :; do x=$x$x; done",
      ]
      // Docker learns of the kill and of its reason by two ways, and on a busy machine may see the end first.
      let isTold = try (1...4).contains { _ in
        let finished = try agent.command(["run"] + hungry).finish()
        #expect(finished.code == 137, "\(finished.error)")
        return finished.error.contains("out-of-memory")
      }
      #expect(isTold)
    }
  }

  @Test func detachedPrintsTheIdentifierAndPsLogsAndStopTakeIt() throws {
    try Agent.with { agent in
      let script = "echo hi; sleep 60"
      let id = try agent.command(["run", "-d", "--service", "nap"] + Self.container + ["sh", "-c", script])
        .finish()
        .output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(id.count == 12)
      try agent.await(id, state: "running")
      let list = try agent.hearth("ps").output
      #expect(list.contains(id) && list.contains("nap") && list.contains("running"))
      #expect(
        try JSONSerialization.jsonObject(with: Data(try agent.hearth("ps", "--json").output.utf8))
          is [String: Any])
      #expect(try agent.hearth("logs", id).output == "hi\n")
      let follower = try agent.command(["logs", "-f", id])
      #expect(try agent.hearth("status").output.contains("1 under way"))
      let stopped = try agent.hearth("stop", String(id.prefix(6)))
      #expect(stopped.code == 0 && stopped.output == id + "\n")
      #expect(try follower.finish().output == "hi\n")
      #expect(try !agent.hearth("ps").output.contains(id))
      #expect(try agent.hearth("ps", "-a").output.contains("stopped"))
      #expect(try agent.hearth("stop", "nonsense").code == 1)
      #expect(try agent.hearth("logs", "nonsense").error.contains("no run 'nonsense'"))
    }
  }

  @Test func jsonPrintsTheRunAsItEnded() throws {
    try Agent.with { agent in
      let finished = try agent.command(["run", "--json"] + Self.container + ["false"]).finish()
      #expect(finished.code == 1)
      let run = Value(try JSONSerialization.jsonObject(with: Data(finished.output.utf8)))
      #expect(run["state"].string == "finished" && run["exitCode"].int == 1)
    }
  }

  @Test func controlCStopsTheRunThatSaysNothing() throws {
    try Agent.with { agent in
      let child = try agent.command(["run"] + Self.container + ["sleep", "300"])
      try Lab.eventually("it runs") {
        try agent.get("/api/v2/runs?active=true").json["runs"][0]["state"].string == "running"
      }
      usleep(300_000)
      child.signal(SIGINT)
      #expect(try child.end(seconds: 30) == 130)
      #expect(try agent.get("/api/v2/runs").json["runs"][0]["state"].string == "stopped")
    }
  }

  @Test func theClientsEnvironmentAndFilesAreTaken() throws {
    try Agent.with { agent in
      let file = agent.folder + "/variables"
      try "FROM_FILE=f\nNAMED\n".write(toFile: file, atomically: true, encoding: .utf8)
      let finished = try agent.command(
        ["run", "-e", "GIVEN", "-e", "SET=s", "-e", "ABSENT", "--env-file", file] + Self.container + ["env"],
        environment: ["GIVEN": "g", "NAMED": "n", "SECRET": "x"]
      ).finish()
      let lines = finished.output.split(separator: "\n")
      for line in ["GIVEN=g", "SET=s", "FROM_FILE=f", "NAMED=n"] {
        #expect(lines.contains(Substring(line)), "\(line)")
      }
      #expect(!finished.output.contains("SECRET") && !finished.output.contains("ABSENT"))
    }
  }

  /// moby#17308, compose#8680: a secret goes straight from another program into the container.
  @Test func aFileMayBeAPipeAndWhatCannotBeReadSaysWhy() throws {
    try Agent.with { agent in
      let run = "\(Lab.program) run --api 127.0.0.1:\(agent.port)"
      let piped = try Child([
        "bash", "-c", run + " --network none --env-file <(echo A=fifo) busybox sh -c 'echo $A'",
      ])
      .finish()
      #expect(piped.code == 0 && piped.output == "fifo\n", "\(piped)")
      let missing = try agent.hearth("run", "--env-file", "/no/such", "busybox", "true")
      #expect(
        missing.code == 125 && missing.error == "hearth: --env-file: /no/such: No such file or directory\n")
      let latin = try Child(["bash", "-c", run + #" --label-file <(printf 'a=1\nb=\351\n') busybox true"#])
        .finish()
      #expect(latin.code == 125 && latin.error.hasSuffix("invalid utf8 bytes at line 2\n"))
      let word = try Child(["bash", "-c", run + #" -e $'A=\351' busybox true"#]).finish()
      #expect(word.code == 2 && word.error.contains("is not UTF-8") && word.output.isEmpty)
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == 1)
    }
  }

  @Test func theBoardCommandsTellTheBoardWithoutAnAgent() throws {
    for command in ["score", "inspect"] {
      let finished = try Child([Lab.program, command, "--json"]).finish()
      #expect(finished.code == 0)
      #expect(try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) is [String: Any])
      #expect(try Child([Lab.program, command]).finish().output.isEmpty == false)
      #expect(try Child([Lab.program, command, "--root", "/no/such"]).finish().code == 1)
    }
    let version = try Child([Lab.program, "version"]).finish()
    #expect(version.code == 0 && version.output.hasPrefix("hearth "))
  }

  @Test func aBoardsDraftIsAProfileAndEveryProfileCanBeChecked() throws {
    let draft = try Child([Lab.program, "board"]).finish()
    #expect(draft.code == 0 && draft.output.contains("[processor]\n"))
    let file = NSTemporaryDirectory() + "draft-\(UUID().uuidString).conf"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try draft.output.write(toFile: file, atomically: true, encoding: .utf8)
    let check = try Child([Lab.program, "board", "--check", file]).finish()
    // Nobody has measured this machine's cores.
    #expect(check.code == 1 && check.output.contains(": still to be measured\n"))
    for line in check.output.split(separator: "\n") { #expect(line.hasPrefix(file + ":")) }
    let json = try JSONSerialization.jsonObject(
      with: Data(try Child([Lab.program, "board", "--json"]).finish().output.utf8))
    #expect(((json as? [String: Any])?["values"] as? [Any])?.isEmpty == false)
    let known = try Child([Lab.program, "board", "--check", "hikey960"]).finish()
    #expect(known.code == 0 && known.output == "hikey960: complete and sane\n")
    #expect(try Child([Lab.program, "board", "--check", "/no/such"]).finish().code == 1)
    #expect(try Child([Lab.program, "board", "--root", "/no/such"]).finish().code == 1)
    #expect(try Child([Lab.program, "inspect"]).finish().output.contains("            profile       "))
  }

  @Test func everyCommandHasItsHelp() throws {
    let overview = try Child([Lab.program, "help"]).finish().output
    for name in [
      "serve", "run", "ps", "logs", "stop", "status", "score", "inspect", "board", "simulate", "version",
      "help",
    ] {
      #expect(overview.contains("  \(name) "))
      let help = try Child([Lab.program, "help", name]).finish()
      #expect(help.code == 0 && help.output.hasPrefix("usage: hearth \(name)"))
      #expect(try Child([Lab.program, name, "--help"]).finish().output == help.output)
    }
  }

  @Test(arguments: [
    ["nonsense"], ["ps", "--nonsense"], ["run"], ["logs"], ["stop"], ["serve", "x"], ["help", "x"],
  ])
  func aCommandLineThatMakesNoSenseExitsWith2(words: [String]) throws {
    let finished = try Child([Lab.program] + words).finish()
    #expect(finished.code == 2 && finished.output.isEmpty)
    // The agent, which `serve` becomes, speaks for itself.
    let (program, help) = words[0] == "serve" ? ("hearthd", "hearthd --help") : ("hearth", "hearth help")
    #expect(finished.error.hasPrefix(program + ": ") && finished.error.contains(help))
  }

  @Test func withoutAnAgentACommandSaysSo() throws {
    let port = try Lab.freePort()
    let finished = try Child([Lab.program, "ps", "--api", "127.0.0.1:\(port)"]).finish()
    #expect(finished.code == 1 && finished.error.contains("no agent at 127.0.0.1:\(port)"))
  }
}
