package import Platform
import Settings

/// The program: finds the command that the words name, and carries it out.
package enum Command {
  /// - Returns: the exit code.
  package static func run(_ words: Arguments) -> Int32 {
    var arguments = words
    if let word = words.unreadable {
      // It would reach the agent, or a file system, as another one.
      Terminal.complain("'\(word)' is not UTF-8, and would be changed on its way")
      return 2
    }
    let name = meant(by: arguments.next() ?? "help")
    let row = CommandTable.row(name)
    do throws(CommandFailure) {
      guard let row else { throw CommandFailure(usage: "unknown command '\(name)'") }
      return Terminal.exitCode(try run(row, arguments))
    } catch {
      Terminal.complain(error.text)
      if error.kind == .usage && name != "help" {
        Terminal.complain("see 'hearth help\(row == nil ? "" : " " + name)'")
      }
      return error.exitCode
    }
  }

  /// Two commands may be written as options, as other programs have them.
  private static func meant(by word: String) -> String {
    switch word {
    case "--version", "-v": "version"
    case "--help", "-h": "help"
    default: word
    }
  }

  private static func run(_ row: CommandRow, _ arguments: Arguments) throws(CommandFailure) -> Int32 {
    let first = arguments.rest.first
    // Of `run` -h is an option of `docker run`.
    if first == "--help" || first == "-h" && row.order != .first {
      Terminal.write(Help.text(of: row))
      return 0
    }
    let values: OptionValues
    do throws(UsageError) {
      values = try OptionValues(arguments, options: row.options, order: row.order)
    } catch {
      throw CommandFailure(error)
    }
    if let operand = row.operand {
      try operand.check(values.operands)
    } else if row.order != .nowhere, let word = values.operands.first {
      throw Operand.unexpected(word)
    }
    return try row.body(values)
  }
}
