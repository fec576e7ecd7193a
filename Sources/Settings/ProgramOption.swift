import Basics

/// One option of a program. Its parsing, its help text and its completion come from this row; tests compare the manual
/// pages with it.
package struct ProgramOption: Sendable {
  /// The long form, with its dashes.
  package let name: String
  /// The short form, with its dash; empty where there is none.
  package let short: String
  /// What help texts call its value, as `FILE`; empty where it takes none.
  package let value: String
  /// What it does; line breaks are those of the help text.
  package let summary: String
  /// What its value may be.
  package let completion: Completion
  /// Whether it may be given more than once, and all values count.
  package let isRepeatable: Bool

  /// The defaults are those of a flag: no short form, no value, once.
  package init(
    _ name: String, short: String = "", value: String = "", _ summary: String,
    completes completion: Completion = .nothing, isRepeatable: Bool = false
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.summary = summary
    self.completion = completion
    self.isRepeatable = isRepeatable
  }

  /// The same option where it does something else.
  package func doing(_ summary: String) -> ProgramOption {
    ProgramOption(
      name, short: short, value: value, summary, completes: completion, isRepeatable: isRepeatable)
  }

  /// All its forms, as `-f, --follow` or `--config FILE`.
  package var forms: String {
    (short.isEmpty ? "" : short + ", ") + name + (value.isEmpty ? "" : " " + value)
  }

  /// Its shortest form, as a usage line has it: `-f` or `--config FILE`.
  package var shortest: String {
    (short.isEmpty ? name : short) + (value.isEmpty ? "" : " " + value)
  }

  // MARK: - Help

  /// The lines of a help text: the forms of each option, and what it does.
  package static func help(of options: [ProgramOption]) -> String {
    var text = ""
    for option in options { text += helpLine(option.forms, option.summary) }
    return text
  }

  /// A thing, and in a column of its own what is said of it.
  package static func helpLine(_ thing: String, _ summary: String) -> String {
    var text = ""
    for line in summary.pieces(at: "\n") {
      text += (text.isEmpty ? "  " + thing : "").padded(to: helpColumn, least: 2) + line + "\n"
    }
    return text
  }

  /// Room for the longest form of an option, `--external ADDR:PORT`, and the blanks around it.
  private static let helpColumn = 25
}
