import Settings

/// `hearth completion`: the script with which a shell completes both programs.
enum CompletionCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let shell = values.operands.first ?? ""
    guard let script = script(for: shell) else {
      throw CommandFailure(usage: "no completion for '\(shell)'; there are bash, zsh and fish")
    }
    Terminal.write(script)
    return 0
  }

  static func script(for shell: String) -> String? {
    switch shell {
    case "bash": BashCompletion.script
    case "zsh": ZshCompletion.script
    case "fish": FishCompletion.script
    default: nil
    }
  }
}
