import Basics
internal import CLinux
internal import Hardware
import Platform
internal import Readings
import Sampling
internal import Scoring
import Settings
internal import Wire

/// `hearth board`: the draft of a profile for the board it runs on, or the check of a profile.
enum BoardCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let configuration = Configuration()
    let profiles = try Profiles.ofCommand(folder: configuration.boards)
    let json = values.has(.json)
    if let file = values[.check] { return try check(file, profiles, json: json) }
    let root = values[.root] ?? "/"
    guard access(root, R_OK | X_OK) == 0 else { throw CommandFailure(SystemError("open", root).description) }
    let sampler = Sampler(root: root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: Clock.now())
    let match = profiles.match(sampler.snapshot.board)
    let draft = ProfileDraft(
      sampler.snapshot, devices: BoardDevices(root: root), profiles: profiles)
    Terminal.write(json ? Terminal.pretty(object(draft, match)) : text(draft, match))
    return 0
  }

  private static func text(_ draft: ProfileDraft, _ match: Profiles.Match) -> String {
    var text = "# Draft of a profile; docs/adding-a-board.md leads on from here.\n"
    switch match.rule {
    case .compatible, .model, .product:
      text += "# This board has one: " + match.profile.name + ", " + match.evidence + ".\n"
    case .soc, .parts:
      text +=
        "# None is of this board; that of its chip fits: " + match.profile.name + ", " + match.evidence
        + ".\n"
    case .architecture, .none:
      text += "# None is of this board; " + match.profile.name + " is taken, " + match.evidence + ".\n"
    }
    return text + "\n" + draft.text
  }

  private static func object(_ draft: ProfileDraft, _ match: Profiles.Match) -> JSON {
    var values: [JSON] = []
    for line in draft.lines {
      values.append([
        "section": .string(line.section), "key": .string(line.key), "value": .string(line.value),
        "evidence": .string(line.evidence), "measured": .bool(!line.isToMeasure),
      ])
    }
    return [
      "profile": .string(match.profile.name), "rule": .string(match.rule.rawValue),
      "evidence": .string(match.text), "values": .array(values), "text": .string(draft.text),
    ]
  }

  /// A file, or the built-in profile of that name. Exit code 1 where there is something to say.
  private static func check(
    _ file: String, _ profiles: Profiles, json: Bool
  ) throws(CommandFailure) -> Int32 {
    var text = Profiles.embedded(file) ?? []
    var name = file
    if text.isEmpty {
      do throws(SystemError) {
        text = try File.read(file, limit: Conf.Rules.hearth.textLimit)
      } catch {
        throw CommandFailure(error.description)
      }
      name = baseName(withoutTrailingSlashes(file))
      if name.ends(with: ".conf") { name = name.droppingLast(5) }
    }
    let findings = Profile.findings(in: text, name: name, file: file, others: profiles)
    if json {
      Terminal.write(Terminal.pretty(["findings": .array(findings.map { .string($0) })]))
    } else if findings.isEmpty {
      Terminal.write(file + ": complete and sane\n")
    } else {
      for finding in findings { Terminal.write(finding + "\n") }
    }
    return findings.isEmpty ? 0 : 1
  }
}
