import Basics
import Settings

/// The script for zsh: what `_arguments` is told of each command.
enum ZshCompletion {
  static var script: String {
    head + commands + runs + "_hearth() {\n" + agent + client + "}\n_hearth \"$@\"\n"
  }

  private static let head = """
    #compdef hearth hearthd
    # Completion of hearth(1) and hearthd(8) for zsh, as 'hearth completion zsh' prints it: a file named _hearth in a
    # folder of $fpath.


    """

  private static var commands: String {
    var text = "_hearth_commands() {\n  local -a commands=(\n"
    for row in CommandTable.rows {
      text += "    " + quoted(row.name + ":" + CompletionText.brief(row.summary)) + "\n"
    }
    return text + "  )\n  _describe command commands\n}\n\n"
  }

  private static var runs: String {
    let list = "2>/dev/null | tail -n +2 | cut -d ' ' -f 1"
    return """
      _hearth_any_run() { compadd -- ${(f)"$(hearth ps -a \(list))"} }
      _hearth_active_run() { compadd -- ${(f)"$(hearth ps \(list))"} }
      _hearth_profile() { _alternative 'profiles:profile:(\(CompletionText.profiles))' 'files:file:_files' }


      """
  }

  private static var agent: String {
    "  if [[ $service == hearthd ]]; then\n    " + arguments(AgentOptions.rows, nil)
      + "\n    return\n  fi\n"
  }

  private static var client: String {
    var text = """
        if ((CURRENT == 2)); then
          _hearth_commands
          return
        fi
        local command=$words[2]
        shift words
        ((CURRENT--))
        case $command in

      """
    for row in CommandTable.rows where !row.options.isEmpty || row.operand != nil {
      text += "    " + row.name + ")\n      " + arguments(row.options, row.operand) + " ;;\n"
    }
    return text + "  esac\n"
  }

  private static func arguments(_ options: [ProgramOption], _ operand: Operand?) -> String {
    var text = "_arguments"
    for option in options { text += " \\\n        " + specification(of: option) }
    if let operand { text += " \\\n        " + specification(of: operand) }
    return text
  }

  private static func specification(of option: ProgramOption) -> String {
    var told = "[" + CompletionText.brief(option.summary) + "]"
    if !option.value.isEmpty { told += ":" + escaped(option.value) + ":" + action(option.completion) }
    if !option.short.isEmpty {
      let both = option.short + " " + option.name
      return "'(" + both + ")'{" + option.short + "," + option.name + "}" + quoted(told)
    }
    return quoted((option.isRepeatable ? "*" : "") + option.name + told)
  }

  private static func specification(of operand: Operand) -> String {
    switch operand.count {
    case .one: quoted(":" + operand.name + ":" + action(operand.completion))
    case .optional: quoted("::" + operand.name + ":" + action(operand.completion))
    case .many: quoted("*:" + operand.name + ":" + action(operand.completion))
    case .rest: quoted("*::command line:")
    }
  }

  private static func action(_ completion: Completion) -> String {
    switch completion {
    case .nothing: ""
    case .file: "_files"
    case .folder: "_files -/"
    case .command: "_hearth_commands"
    case .activeRun: "_hearth_active_run"
    case .anyRun: "_hearth_any_run"
    case .profile: "_hearth_profile"
    case .words(let words): "(" + words + ")"
    }
  }

  /// Of a specification a colon ends a part.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for piece in text.pieces(at: ":") { result += (result.isEmpty ? "" : "\\:") + piece }
    return result
  }

  private static func quoted(_ text: String) -> String {
    CompletionText.quoted(text, quote: "'\\''")
  }
}
