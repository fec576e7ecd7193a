import Foundation
import TestSupport
import Testing

/// What the README shows is what happens: its commands run, and their answers have the shape that it prints.
@Suite(.serialized) struct ReadmeTests {
  @Test func everyConsoleBlockBeginsWithACommand() throws {
    let commands = try Readme.commands()
    #expect(commands.count >= 12)
    #expect(commands.contains { $0.line == "make run" } && commands.contains { $0.line == "make test" })
    #expect(commands.contains { $0.line.hasPrefix("curl ") })
    for program in commands.map({ $0.program }) {
      #expect(["hearth", "make", "curl", "git", "sudo"].contains(program), "no test knows '\(program)'")
    }
  }

  @Test func everyMakeTargetExists() throws {
    for command in try Readme.commands() where command.program == "make" {
      let words = command.line.split(separator: " ").dropFirst().map { String($0) }
      let made = try Readme.execute(["make", "-C", Readme.house, "-n"] + words)
      #expect(made.code == 0, "\(command.line): \(made.output)")
    }
  }

  @Test(
    .enabled(if: Readme.canRun, "needs root, Docker's daemon, built programs"), .timeLimit(.minutes(3)))
  func everyHearthAndCurlLineRuns() throws {
    let home = try ReadmeHome()
    defer { home.end() }
    // What the README calls a run, and what it is called here.
    var names: [String: String] = [:]
    for command in try Readme.commands() where ["hearth", "curl"].contains(command.program) {
      if command.line.hasPrefix("hearth serve") { continue }
      var command = command
      for (shown, real) in names { command.rename(shown, real) }
      let line = command.line
      let ended = try home.shell(line)
      #expect(ended.code == command.exitCode, "\(line): \(ended.output)")
      if let shown = command.identifier {
        let real = ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(real.wholeMatch(of: /[0-9a-f]{12}/) != nil, "\(line): \(ended.output)")
        names[shown] = real
      } else {
        compare(ended.output, command)
      }
    }
    #expect(names.count >= 2)
  }

  /// Output that depends on the machine and the moment must begin its lines as shown; other output is the same.
  private func compare(_ output: String, _ command: Readme.Command) {
    guard !command.output.isEmpty else { return }
    let real = output.components(separatedBy: "\n")
    let changes = ["hearth status", "hearth score", "hearth ps", "hearth simulate"].contains {
      command.line.hasPrefix($0)
    }
    for (index, shown) in command.output.enumerated() where !shown.isEmpty {
      guard changes else {
        #expect(real.indices.contains(index) && real[index] == shown, "\(command.line): \(output)")
        continue
      }
      // A run's own name is another one here.
      if shown.contains(#/^[0-9a-f]{12} /#) { continue }
      let word = shown.prefix { $0 != " " }
      #expect(real.contains { $0.prefix { $0 != " " } == word }, "'\(word)' is not in: \(output)")
    }
  }
}

/// The README as its readers see it.
private enum Readme {
  static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  struct Command {
    var line: String
    var exitCode: Int32 = 0
    var output: [String] = []

    var program: String { String(line.prefix { $0 != " " }) }

    mutating func rename(_ old: String, _ new: String) {
      line = line.replacingOccurrences(of: old, with: new)
      output = output.map { $0.replacingOccurrences(of: old, with: new) }
    }

    /// The run's identifier where that is all that the command prints.
    var identifier: String? {
      guard output.count == 1, line.contains(" -d "), output[0].wholeMatch(of: /[0-9a-f]{12}/) != nil else {
        return nil
      }
      return output[0]
    }
  }

  /// The `$ ` lines of its console blocks, each with what is shown below it; `# exit code N` tells another than 0.
  static func commands() throws -> [Command] {
    let text = try String(contentsOfFile: house + "/README.md", encoding: .utf8)
    var commands: [Command] = []
    var isInside = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, line.hasPrefix("$ ") {
        var command = Command(line: String(line.dropFirst(2)))
        if let match = command.line.firstMatch(of: #/ +\# exit code ([0-9]+)$/#) {
          command.exitCode = Int32(match.1) ?? 0
          command.line = String(command.line[..<match.range.lowerBound])
        }
        commands.append(command)
      } else if isInside {
        #expect(!commands.isEmpty, "output without a command: \(line)")
        if !commands.isEmpty { commands[commands.count - 1].output.append(line) }
      }
    }
    return commands
  }

  static let environment = ProcessInfo.processInfo.environment
  static let program = environment["HEARTH_PROGRAM"] ?? house + "/.build-boards/generic-x86-64/hearth"
  static let agent = (program as NSString).deletingLastPathComponent + "/hearthd"

  static var canRun: Bool {
    let engine = environment["HEARTH_ENGINE"] != nil || access("/usr/sbin/dockerd", X_OK) == 0
    return geteuid() == 0 && access(program, X_OK) == 0 && access(agent, X_OK) == 0 && engine
  }

  /// Runs a program to its end; both its streams are the output.
  static func execute(_ words: [String]) throws -> (code: Int32, output: String) {
    let finished = try Child(["bash", "-c", "exec \"$@\" 2>&1", "bash"] + words).finish()
    return (finished.code, finished.output)
  }
}

/// An agent as the README has it, on the default port, in a home of its own: network, /run and /var/lib are private.
private final class ReadmeHome {
  private let folder = "/tmp/hearth-readme-\(getpid())"
  private let agent: Child
  private var ownsEngine = false

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let socket = try Self.engine(in: folder, &ownsEngine)
    // The agent lies beside its client.
    for (program, name) in [(Readme.program, "hearth"), (Readme.agent, "hearthd")] {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
      try FileManager.default.copyItem(atPath: program, toPath: folder + "/" + name)
    }
    // The Engine's socket is bound, not linked: it may lie in the /run that is covered.
    let script = """
      set -e
      ip link set lo up
      ip link add eth0 type veth peer name eth1
      ip addr add 192.168.1.20/24 dev eth0
      ip link set eth1 up
      ip link set eth0 up
      touch '\(folder)/docker.sock'
      mount --bind '\(socket)' '\(folder)/docker.sock'
      mount -t tmpfs tmpfs /run
      ln -s '\(folder)/docker.sock' /run/docker.sock
      mount -t tmpfs tmpfs /var/lib
      mkdir /var/lib/docker
      exec '\(folder)/hearth' serve
      """
    agent = try Child(["unshare", "-m", "-n", "bash", "-c", script])
    for _ in 0..<100 {
      if let status = try? shell("hearth status"), status.output.contains("Docker ") { return }
      usleep(100_000)
    }
    end()
    throw ReadmeError("the agent did not find its Engine within 10 s")
  }

  private static func engine(in folder: String, _ isOurs: inout Bool) throws -> String {
    if let given = Readme.environment["HEARTH_ENGINE"] { return given }
    isOurs = true
    let started = try Readme.execute([Readme.house + "/Tests/lab/hosts/engine", "start", folder])
    guard started.code == 0, let path = started.output.split(separator: "\n").last else {
      throw ReadmeError(started.output)
    }
    return String(path)
  }

  /// Runs a line beside the agent, with the program on PATH.
  func shell(_ line: String) throws -> (code: Int32, output: String) {
    let process = String(agent.process)
    return try Readme.execute([
      "nsenter", "-t", process, "-m", "-n", "env", "PATH=\(folder):/usr/sbin:/usr/bin:/sbin:/bin", "bash",
      "-c", line,
    ])
  }

  func end() {
    _ = try? shell("hearth stop $(hearth ps | tail -n +2 | cut -d ' ' -f 1)")
    agent.signal(SIGTERM)
    _ = try? agent.end()
    if ownsEngine { _ = try? Readme.execute([Readme.house + "/Tests/lab/hosts/engine", "stop", folder]) }
    try? FileManager.default.removeItem(atPath: folder)
  }
}

private struct ReadmeError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
