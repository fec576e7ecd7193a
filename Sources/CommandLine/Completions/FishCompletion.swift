import Basics
import Settings

/// The script for fish: a line for each command, option and operand.
enum FishCompletion {
  static var script: String {
    head + commands + client + agent
  }

  private static let head = """
    # Completion of hearth(1) and hearthd(8) for fish, as 'hearth completion fish' prints it.

    function __hearth_runs
        hearth ps $argv 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
    end

    complete -c hearth -f
    complete -c hearthd -f


    """

  private static var commands: String {
    var text = ""
    for row in CommandTable.rows {
      text += "complete -c hearth -n __fish_use_subcommand -a " + row.name
      text += " -d " + quoted(CompletionText.brief(row.summary)) + "\n"
    }
    return text + "\n"
  }

  private static var client: String {
    var text = ""
    for row in CommandTable.rows {
      let line = "complete -c hearth -n '__fish_seen_subcommand_from " + row.name + "'"
      for option in row.options { text += line + flags(for: option) }
      let words = row.operand.map { offer($0.completion) } ?? ""
      if !words.isEmpty { text += line + words + "\n" }
    }
    return text + "\n"
  }

  private static var agent: String {
    var text = ""
    for option in AgentOptions.rows { text += "complete -c hearthd" + flags(for: option) }
    return text
  }

  private static func flags(for option: ProgramOption) -> String {
    var text = option.short.isEmpty ? "" : " -s " + option.short.dropping(1)
    text += " -l " + option.name.dropping(2)
    if !option.value.isEmpty {
      // Its value is the next word (-r), and no file unless one is meant (-f).
      let values = offer(option.completion)
      text += values.begins(with: " -F") ? " -r" : " -x"
      text += values
    }
    return text + " -d " + quoted(CompletionText.brief(option.summary)) + "\n"
  }

  private static func offer(_ completion: Completion) -> String {
    switch completion {
    case .nothing: ""
    case .file: " -F"
    case .folder: " -a '(__fish_complete_directories)'"
    case .command: " -a '" + CompletionText.commands + "'"
    case .activeRun: " -a '(__hearth_runs)'"
    case .anyRun: " -a '(__hearth_runs -a)'"
    case .profile: " -F -a '" + CompletionText.profiles + "'"
    case .words(let words): " -a '" + words + "'"
    }
  }

  private static func quoted(_ text: String) -> String {
    CompletionText.quoted(text, quote: "\\'")
  }
}
