import Foundation
import Testing

@testable import Agent
@testable import Basics
@testable import CommandLine
@testable import Devices
@testable import Settings

/// The help texts, the manual pages, the completions and the example settings tell the same.
@Suite struct HelpTests {
  private static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ path: String) throws -> String {
    try String(contentsOf: house.appendingPathComponent(path), encoding: .utf8)
  }

  private static let commands = Help.topics.map { "\($0.name)" }

  /// The options that a help text names, as `-f` and `--follow`.
  private static func options(in help: String) -> [String] {
    let text = help.replacingOccurrences(of: "'docker run'", with: "")
    let words = text.split { " \n,[]=".contains($0) }.map { String($0) }
    return words.filter { $0.wholeMatch(of: /-[a-z]|--[a-z-]+/) != nil }
  }

  private static func options(of command: String) -> [String] { options(in: Help.text(of: command)) }

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
    let page = try Self.read("docs/hearth.1")
    let synopsis = Self.parts(of: page, from: "\n.Sh SYNOPSIS\n", to: ["\n.Sh "])
    let text =
      Self.parts(of: synopsis, from: "\n.Cm \(command)\n", to: ["\n.Nm\n"])
      + Self.parts(of: page, from: ".It Cm \(command)\n", to: ["\n.It Cm ", "\n.Sh "])
    #expect(page.contains("\n.It Cm \(command)\n"))
    let words = text.split { " \n".contains($0) }.map { String($0) }
    for option in Self.options(of: command) {
      // In mdoc `Fl` writes the first dash.
      #expect(words.contains(String(option.dropFirst())), "\(command) \(option)")
    }
  }

  @Test func theAgentsPageExplainsItsOptionsAndServeHasThem() throws {
    let page = try Self.read("docs/hearthd.8")
    let words = Self.parts(of: page, from: "\n.Sh OPTIONS\n", to: ["\n.Sh "])
      .split { " \n".contains($0) }.map { String($0) }
    let options = Self.options(in: Daemon.help)
    #expect(options.count >= 6)
    for option in options { #expect(words.contains(String(option.dropFirst())), "\(option)") }
    let lines = Help.text(of: "serve").components(separatedBy: "\n").filter { $0.hasPrefix("  --") }
    #expect(lines.count == 5)
    for line in lines { #expect(Daemon.help.contains(line + "\n")) }
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

  /// The sections of the settings with their keys, by the sources.
  private static func settings() throws -> [(section: String, keys: [String])] {
    let source =
      try read("Sources/Settings/Configuration.swift")
      + read("Sources/Devices/DeviceSettings.swift")
    return source.matches(of: /\.init\("([a-z-]+)", \[([^\]]*)\]\)/).map { match in
      (section: String(match.1), keys: match.2.matches(of: /"([a-z-]+)"/).map { String($0.1) })
    }
  }

  @Test func theExampleSettingsAreTheDefaultsAndHaveEveryKey() throws {
    let path = Self.house.appendingPathComponent("docs/hearth.conf").path
    #expect("\(try Configuration.read(path))" == "\(Configuration())")
    let example = try Self.read("docs/hearth.conf")
    var count = 0
    for (section, keys) in try Self.settings() {
      #expect(example.contains("\n[\(section)]\n"))
      for key in keys {
        count += 1
        #expect(example.contains("\n\(key) = "), "\(key)")
      }
    }
    #expect(count >= 30)
  }

  @Test func theSettingsPageHasEveryKeyWithItsDefaultAndNoOther() throws {
    let page = try Self.read("docs/hearth.conf.5")
    let example = try Self.read("docs/hearth.conf")
    var count = 0
    for (section, keys) in try Self.settings() {
      let part = Self.parts(of: page, from: "\n.Ss [\(section)]\\&\n", to: ["\n.Ss ", "\n.Sh "])
      let lines = Self.parts(of: example, from: "\n[\(section)]\n", to: ["\n["])
        .components(separatedBy: "\n")
      for key in keys {
        count += 1
        let found = lines.first { $0.hasPrefix("\(key) = ") }
        let line = try #require(found, "[\(section)] \(key)")
        let value = line.dropFirst(key.count + 3).prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
        let item = "\n.It Cm \(key) Li =" + (value.isEmpty ? "" : " " + value) + "\n"
        #expect(part.contains(item), "[\(section)] \(key) = \(value)")
      }
    }
    #expect(page.components(separatedBy: "\n.It Cm ").count - 1 == count)
  }
}
