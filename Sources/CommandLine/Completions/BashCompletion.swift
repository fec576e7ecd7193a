import Settings

/// The script for bash. A value is completed by the option before it, all else by the command.
enum BashCompletion {
  static var script: String {
    head + values + client + agent
  }

  private static let head = """
    # shellcheck shell=bash
    # Completion of hearth(1) and hearthd(8) for bash, as 'hearth completion bash' prints it.

    # Identifiers of runs: those under way, with -a all.
    _hearth_runs() {
      hearth ps "$@" 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
    }

    # Offers what compgen finds; names of files as such.
    _hearth_offer() {
      case $1 in -f | -d) compopt -o filenames 2>/dev/null ;; esac
      mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
    }

    # Completes the value of the option before; fails where that takes none.
    _hearth_value() {
      case ${COMP_WORDS[COMP_CWORD - 1]} in

    """

  private static var values: String {
    var text = ""
    var known: [String] = []
    for option in CommandTable.rows.flatMap({ $0.options }) + AgentOptions.rows {
      guard !option.value.isEmpty, !known.contains(option.name) else { continue }
      known.append(option.name)
      let call = offer(option.completion, beside: "")
      text += "    " + option.name + ") " + (call.isEmpty ? ";;\n" : call + " ;;\n")
    }
    return text + "    *) return 1 ;;\n  esac\n}\n\n"
  }

  private static var client: String {
    var text = "_hearth() {\n  COMPREPLY=()\n  if ((COMP_CWORD == 1)); then\n    "
    text += offer(.command, beside: "") + "\n    return\n  fi\n  _hearth_value && return\n"
    text += "  case ${COMP_WORDS[1]} in\n"
    for row in CommandTable.rows {
      let options = CompletionText.forms(of: row.options)
      text += "    " + row.name + ") " + offer(row.operand?.completion ?? .nothing, beside: options) + " ;;\n"
    }
    return text + "  esac\n}\ncomplete -F _hearth hearth\n\n"
  }

  private static var agent: String {
    "_hearthd() {\n  COMPREPLY=()\n  _hearth_value || "
      + offer(.nothing, beside: CompletionText.forms(of: AgentOptions.rows))
      + "\n}\ncomplete -F _hearthd hearthd\n"
  }

  /// The call that offers what is to be completed, and the options that may stand there instead.
  private static func offer(_ completion: Completion, beside options: String) -> String {
    let also = options.isEmpty ? "" : options + " "
    let only = options.isEmpty ? "" : " -W '" + options + "'"
    switch completion {
    case .nothing: return options.isEmpty ? "" : "_hearth_offer" + only
    case .file: return "_hearth_offer -f" + only
    case .folder: return "_hearth_offer -d" + only
    case .command: return "_hearth_offer -W '" + also + CompletionText.commands + "'"
    case .activeRun: return "_hearth_offer -W \"" + also + "$(_hearth_runs)\""
    case .anyRun: return "_hearth_offer -W \"" + also + "$(_hearth_runs -a)\""
    case .profile: return "_hearth_offer -f -W '" + also + CompletionText.profiles + "'"
    case .words(let words): return "_hearth_offer -W '" + also + words + "'"
    }
  }
}
