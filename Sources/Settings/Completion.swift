/// What a shell offers for the value of an option, or for an operand.
package enum Completion: Sendable, Equatable {
  /// Nothing: only the person knows it.
  case nothing
  /// A path of a file.
  case file
  /// A path of a folder.
  case folder
  /// The name of a command.
  case command
  /// The identifier of a run under way.
  case activeRun
  /// The identifier of any run that the agent knows.
  case anyRun
  /// The file of a board profile, or the name of one that is built in.
  case profile
  /// One of these words, which have blanks between them.
  case words(String)
}
