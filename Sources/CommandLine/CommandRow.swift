import Settings

/// One command of the program. Its parsing, help and completion come from this row; tests compare the manual page.
struct CommandRow: Sendable {
  typealias Body = @Sendable (OptionValues) throws(CommandFailure) -> Int32

  let name: String
  /// What it does, on one line.
  let summary: String
  let options: [ProgramOption]
  let operand: Operand?
  let order: OptionValues.Order
  /// Paragraphs below the options of its help; empty where there are none.
  let details: String
  /// Carries it out; what it returns is the exit code.
  let body: Body

  init(
    _ name: String, _ summary: String, options: [ProgramOption] = [], operand: Operand? = nil,
    order: OptionValues.Order = .anywhere, details: String = "", _ body: @escaping Body
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.operand = operand
    self.order = order
    self.details = details
    self.body = body
  }

  /// More options are not spelled out in the usage line.
  static let optionsSpelledOut = 4

  /// As `hearth logs [-f] [--api ADDR:PORT] RUN`.
  var usage: String {
    var text = "hearth " + name
    if options.count > Self.optionsSpelledOut {
      text += " [options]"
    } else {
      for option in options { text += " [" + option.shortest + "]" }
    }
    if let operand { text += " " + operand.usage }
    return text
  }
}
