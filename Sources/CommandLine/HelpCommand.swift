import Settings

/// `hearth help`: explains a command, or lists all.
enum HelpCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    guard let name = values.operands.first else {
      Terminal.write(Help.overview)
      return 0
    }
    guard let row = CommandTable.row(name) else {
      throw CommandFailure(usage: "no command '\(name)'; 'hearth help' lists them")
    }
    Terminal.write(Help.text(of: row))
    return 0
  }
}
