import Foundation
import Testing

@testable import Agent
@testable import Basics
@testable import CommandLine
@testable import Devices
@testable import Settings

/// The help texts, the manual page, the completions and the example settings tell the same.
@Suite struct HelpTests {
  private static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ path: String) throws -> String {
    try String(contentsOf: house.appendingPathComponent(path), encoding: .utf8)
  }

  private static let commands = Help.topics.map { "\($0.name)" }

  /// The options that a command's help names, as `-f` and `--follow`.
  private static func options(of command: String) -> [String] {
    let text = Help.text(of: command).replacingOccurrences(of: "'docker run'", with: "")
    let words = text.split { " \n,[]=".contains($0) }.map { String($0) }
    return words.filter { $0.wholeMatch(of: /-[a-z]|--[a-z-]+/) != nil }
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

  @Test func theOptionsOfACommandAreFoundInItsHelp() {
    #expect(Self.options(of: "run").contains("--detach"))
    #expect(Self.options(of: "logs") == ["-f", "--api", "-f", "--follow"])
  }

  @Test(arguments: commands) func theManualPageExplainsTheCommandAndItsOptions(command: String) throws {
    let page = try Self.read("docs/hearth.8")
    let text =
      Self.parts(
        of: page, from: ".Cm \(command)\n", to: ["\n.Nm\n", "\n.Sh "])
      + Self.parts(of: page, from: ".It Cm \(command)\n", to: ["\n.It Cm ", "\n.Sh "])
    #expect(page.contains("\n.It Cm \(command)\n"))
    let words = text.split { " \n".contains($0) }.map { String($0) }
    for option in Self.options(of: command) {
      // In mdoc `Fl` writes the first dash.
      #expect(words.contains(String(option.dropFirst())), "\(command) \(option)")
    }
  }

  @Test(arguments: commands) func bashCompletesTheCommandAndItsOptions(command: String) throws {
    let lines = try Self.read("completions/hearth.bash").components(separatedBy: "\n")
    #expect(
      lines.contains { $0.contains("words='serve ") && $0.contains(" \(command)") || command == "serve" })
    let arm = lines.last { line in
      line.contains(")")
        && line.components(separatedBy: ")")[0].split { " |".contains($0) }.contains(Substring(command))
    }
    let words = (arm ?? "").split { " '\"".contains($0) }.map { String($0) }
    for option in Self.options(of: command) { #expect(words.contains(option), "\(command) \(option)") }
  }

  @Test(arguments: commands) func zshCompletesTheCommandAndItsOptions(command: String) throws {
    let text = try Self.read("completions/hearth.zsh")
    #expect(text.contains("'\(command):"))
    var arm = ""
    for piece in text.components(separatedBy: ";;\n") {
      // The last `NAME)` that begins a line of the piece.
      guard let head = piece.components(separatedBy: "\n").last(where: { $0.contains(/^ +[a-z |]+\)/) })
      else { continue }
      if head.components(separatedBy: ")")[0].split(whereSeparator: { " |".contains($0) }).contains(
        Substring(command))
      {
        arm += piece[(piece.range(of: head)?.lowerBound ?? piece.startIndex)...]
      }
    }
    let shared = ["$api": "'--api[", "$json": "'--json[", "$root": "'--root["]
    for (name, text) in shared where arm.contains(name) { arm += text }
    for option in Self.options(of: command) {
      let isThere = ["'\(option)[", "'*\(option)[", "{\(option),", ",\(option)}"].contains {
        arm.contains($0)
      }
      #expect(isThere, "\(command) \(option)")
    }
  }

  @Test(arguments: commands) func fishCompletesTheCommandAndItsOptions(command: String) throws {
    let lines = try Self.read("completions/hearth.fish").components(separatedBy: "\n")
    #expect(lines.contains { $0.contains("-n $first -a \(command) ") })
    let own = lines.filter { line in
      let parts = line.components(separatedBy: "'")
      return parts.count > 1 && parts[1].split(separator: " ").contains(Substring(command))
    }
    for option in Self.options(of: command) {
      let wanted = option.hasPrefix("--") ? " -l \(option.dropFirst(2)) " : " -s \(option.dropFirst()) "
      #expect(own.contains { $0.contains(wanted) }, "\(command) \(option)")
    }
  }

  @Test func theExampleSettingsAreTheDefaultsAndHaveEveryKey() throws {
    let path = Self.house.appendingPathComponent("docs/hearth.conf").path
    #expect("\(try Configuration.read(path))" == "\(Configuration())")
    let example = try Self.read("docs/hearth.conf")
    let source =
      try Self.read("Sources/Settings/Configuration.swift")
      + Self.read("Sources/Devices/DeviceSettings.swift")
    var count = 0
    for match in source.matches(of: /\.init\("([a-z]+)", \[([^\]]*)\]\)/) {
      #expect(example.contains("\n[\(match.1)]\n"))
      for key in match.2.matches(of: /"([a-z-]+)"/) {
        count += 1
        #expect(example.contains("\n\(key.1) = "), "\(key.1)")
      }
    }
    #expect(count >= 30)
  }
}
