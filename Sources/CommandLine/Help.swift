import Basics
import Settings

/// The texts of `hearth help`.
enum Help {
  /// The help of a command.
  static func text(of row: CommandRow) -> String {
    var text = "usage: " + row.usage + "\n\n" + row.summary + "\n"
    var lines = ProgramOption.help(of: row.options)
    if let operand = row.operand, !operand.summary.isEmpty {
      lines = ProgramOption.helpLine(operand.name, operand.summary) + lines
    }
    if !lines.isEmpty { text += "\n" + lines }
    if !row.details.isEmpty { text += "\n" + row.details + "\n" }
    return text
  }

  static var overview: String {
    var rows: [[String]] = []
    for row in CommandTable.rows { rows.append(["  " + row.name, row.summary]) }
    return "Hearth runs services on the board of your home that will do them best.\n\n"
      + "usage: hearth COMMAND [options]\n\n" + Columns.table(rows)
      + "\n'hearth help COMMAND' explains a command; hearth(1) is the manual, hearthd(8) the agent's.\n"
  }
}
