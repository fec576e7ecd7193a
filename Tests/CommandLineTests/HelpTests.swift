import Foundation
import Testing

@testable import Agent
@testable import Basics
@testable import CommandLine
@testable import Settings

/// The help texts, the manual pages and the completions tell the same.
@Suite struct HelpTests {
  private static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ path: String) throws -> String {
    try String(contentsOf: house.appendingPathComponent(path), encoding: .utf8)
  }

  /// The parts of a text behind each `begin`, up to the next `end`.
  private static func parts(of text: String, from begin: String, to ends: [String]) -> String {
    var found = ""
    for piece in text.components(separatedBy: begin).dropFirst() {
      let end = ends.compactMap { piece.range(of: $0)?.lowerBound }.min() ?? piece.endIndex
      found += piece[..<end] + "\n"
    }
    return found
  }

  // MARK: - The table

  private static let commands = CommandTable.rows.map { $0.name }

  /// The rows of both programs, each with the command that has it.
  private static let options =
    CommandTable.rows.flatMap { row in row.options.map { (row.name, $0) } }
    + AgentOptions.rows.map { ("hearthd", $0) }

  @Test func namesAreThereOnceAndLookLikeNames() {
    #expect(Set(Self.commands).count == Self.commands.count)
    for name in Self.commands { #expect(name.wholeMatch(of: /[a-z]+/) != nil) }
    for (command, option) in Self.options {
      #expect(option.name.wholeMatch(of: /--[a-z]+(-[a-z]+)*/) != nil, "\(command) \(option.name)")
      #expect(option.short.wholeMatch(of: /(-[a-z])?/) != nil, "\(command) \(option.short)")
      // The parser knows a short form of flags only.
      #expect(option.short.isEmpty || option.value.isEmpty, "\(command) \(option.name)")
    }
    for row in CommandTable.rows {
      let forms = row.options.flatMap { $0.short.isEmpty ? [$0.name] : [$0.short, $0.name] }
      #expect(Set(forms).count == forms.count, "\(row.name)")
    }
  }

  /// A shell script that completes a value goes by the option alone, and finds one text for it beside the value.
  @Test func anOptionHasOneKindOfValueInAllCommands() {
    for (command, option) in Self.options {
      for (_, other) in Self.options where other.name == option.name {
        #expect(other.completion == option.completion, "\(command) \(option.name)")
        #expect(other.value == option.value && other.short == option.short, "\(command) \(option.name)")
      }
      let brief = CompletionText.brief(option.summary)
      #expect(!brief.isEmpty && !brief.contains(/[\[\]:"$`\\]/), "\(command) \(option.name): \(brief)")
    }
    for row in CommandTable.rows {
      let brief = CompletionText.brief(row.summary)
      #expect(!brief.isEmpty && !brief.contains(/[:"$`\\]/), "\(row.name): \(brief)")
    }
  }

  // MARK: - Help

  @Test func theHelpOfACommandHasItsUsageAndALineForEachOption() throws {
    let logs = try #require(CommandTable.row("logs"))
    #expect(
      Help.text(of: logs) == """
        usage: hearth logs [-f] [--api ADDR:PORT] RUN

        show a run's output

          -f, --follow           go on until the run has ended
          --api ADDR:PORT        the agent to ask (127.0.0.1:56001)

        """)
    for row in CommandTable.rows {
      let lines = Help.text(of: row).components(separatedBy: "\n")
      #expect(lines[0] == "usage: " + row.usage)
      #expect(lines[0].count <= 100)
      for option in row.options {
        #expect(lines.contains { $0.hasPrefix("  " + option.forms + "  ") }, "\(row.name) \(option.name)")
      }
      #expect(Help.overview.contains("  \(row.name) "))
    }
  }

  @Test func theAgentsHelpHasItsOptionsAndServeThoseThatOverrideSettings() throws {
    #expect(AgentOptions.rows.count >= 7 && AgentOptions.serving.count == 5)
    for option in AgentOptions.rows { #expect(Daemon.help.contains("  " + option.forms + "  ")) }
    let serve = Help.text(of: try #require(CommandTable.row("serve")))
    let lines = serve.components(separatedBy: "\n").filter { $0.hasPrefix("  --") }
    #expect(lines.count == 5)
    for line in lines { #expect(Daemon.help.contains(line + "\n")) }
  }

  // MARK: - Manual pages

  /// An option as mdoc(7) has it in a list; `Fl` writes the first dash.
  private static func item(_ option: ProgramOption) -> String {
    let short = option.short.isEmpty ? "" : option.short.dropFirst() + " , "
    return ".It Fl " + short + option.name.dropFirst() + (option.value.isEmpty ? "" : " Ar " + option.value)
  }

  private static func items(of text: String) -> [String] {
    text.components(separatedBy: "\n").filter { $0.hasPrefix(".It Fl ") }
  }

  private static func synopsis(_ options: [ProgramOption]) -> String {
    var text = ""
    for option in options {
      text += ".Op Fl " + (option.short.isEmpty ? option.name : option.short).dropFirst()
      text += (option.value.isEmpty ? "" : " Ar " + option.value) + "\n"
    }
    return text
  }

  private static func synopsis(_ operand: Operand?) -> String {
    guard let operand else { return "" }
    switch operand.count {
    case .one: return ".Ar \(operand.name)\n"
    case .many: return ".Ar \(operand.name) ...\n"
    case .optional: return ".Op Ar \(operand.name)\n"
    case .rest: return ".Op Ar docker run options\n.Ar IMAGE\n.Op Ar COMMAND ...\n"
    }
  }

  @Test(arguments: commands) func theManualPageExplainsTheCommandAndItsOptions(command: String) throws {
    let row = try #require(CommandTable.row(command))
    let page = try Self.read("docs/hearth.1")
    let synopsis = Self.parts(of: page, from: "\n.Sh SYNOPSIS\n", to: ["\n.Sh "])
    let options =
      command == "run" ? ".Op Ar options\n" : Self.synopsis(row.options)
    #expect(
      (synopsis + ".Nm\n").contains("\n.Cm \(command)\n" + options + Self.synopsis(row.operand) + ".Nm\n"))

    #expect(page.contains("\n.It Cm \(command)\n"))
    let text = Self.parts(of: page, from: "\n.It Cm \(command)\n", to: ["\n.It Cm ", "\n.Sh "])
    let shared = Self.parts(of: page, from: "\nOptions that several commands have:\n", to: ["\n.El\n"])
    let own = Self.items(of: text)
    let all = row.options.map { Self.item($0) }
    for item in own { #expect(all.contains(item), "\(command) \(item)") }
    // The agent's page has those that are handed on to it.
    guard row.order != .nowhere else { return }
    for (option, item) in zip(row.options, all) where !own.contains(item) {
      let isTheSame = [ProgramOption.json, .api].contains {
        $0.name == option.name && $0.summary == option.summary
      }
      #expect(isTheSame && Self.items(of: shared).contains(item), "\(command) \(item)")
    }
  }

  @Test func theAgentsPageExplainsItsOptions() throws {
    let page = try Self.read("docs/hearthd.8")
    let text = Self.parts(of: page, from: "\n.Sh OPTIONS\n", to: ["\n.Sh "])
    #expect(Self.items(of: text) == AgentOptions.rows.map { Self.item($0) })
    #expect(page.contains("\n.Nm\n" + Self.synopsis(AgentOptions.serving) + ".Nm\n"))
  }

  // MARK: - Completions

  @Test(arguments: ["bash", "zsh", "fish"]) func theCompletionFileIsWhatTheProgramPrints(shell: String) throws
  {
    let path = "completions/hearth.\(shell)"
    let script = try #require(CompletionCommand.script(for: shell))
    #expect(try Self.read(path) == script, "hearth completion \(shell) >\(path)")
  }

  @Test func noOtherShellIsKnown() throws {
    #expect(CompletionCommand.script(for: "ksh") == nil)
    let row = try #require(CommandTable.row("completion"))
    guard case .words(let shells)? = row.operand?.completion else {
      Issue.record("no shells")
      return
    }
    for shell in shells.split(separator: " ") { #expect(CompletionCommand.script(for: "\(shell)") != nil) }
  }

  @Test(arguments: commands) func everyShellCompletesTheCommandAndItsOptions(command: String) throws {
    let row = try #require(CommandTable.row(command))
    let bash = BashCompletion.script.components(separatedBy: "\n")
    #expect(
      bash.contains {
        $0.contains("_hearth_offer -W 'serve ") && $0.contains(" \(command)") || command == "serve"
      })
    let arm = bash.first { $0.hasPrefix("    \(command)) ") } ?? ""
    let words = arm.split { " '\"".contains($0) }.map { String($0) }
    let zsh = ZshCompletion.script
    #expect(zsh.contains("'\(command):"))
    let zshArm = Self.parts(of: zsh, from: "\n    \(command))\n", to: [";;"])
    let fish = FishCompletion.script.components(separatedBy: "\n")
    #expect(fish.contains { $0.contains("-n __fish_use_subcommand -a \(command) ") })
    let own = fish.filter { $0.contains("'__fish_seen_subcommand_from \(command)'") }
    for option in row.options {
      #expect(words.contains(option.name), "\(command) \(option.name)")
      #expect(option.short.isEmpty || words.contains(option.short), "\(command) \(option.short)")
      #expect(zshArm.contains(option.name), "\(command) \(option.name)")
      #expect(own.contains { $0.contains(" -l \(option.name.dropFirst(2)) ") }, "\(command) \(option.name)")
    }
  }

  @Test(arguments: [
    ("hearth lo", "logs"), ("hearth ps --j", "--json"), ("hearth run --bound ", "cpu memory network"),
    ("hearth run --api ", ""), ("hearth logs ab", "abc1 abd2"), ("hearth board --check hikey9", "hikey960"),
    ("hearth completion ", "bash zsh fish"), ("hearthd --st", "--state"),
  ])
  func bashOffers(line: String, words: String) throws {
    let bash = Process()
    bash.executableURL = Foundation.URL(fileURLWithPath: "/bin/bash")
    let script = """
      \(BashCompletion.script)
      hearth() { printf 'RUN\\nabc1 x\\nabd2 y\\n'; }
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      "_$1"
      echo "${COMPREPLY[*]}"
      """
    bash.arguments = ["-c", script, "bash"] + line.components(separatedBy: " ")
    let output = Pipe()
    bash.standardOutput = output
    try bash.run()
    bash.waitUntilExit()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == words + "\n")
  }
}
