import Platform

/// A command that failed: what it says, and its exit code.
struct CommandFailure: Error {
  /// What a caller may decide by.
  enum Kind {
    /// The command line makes no sense.
    case usage
    /// Nobody listens where the agent, or the Engine, is looked for.
    case nobodyListens
    /// What was asked for is kept, and is yet to be done.
    case isUnderWay
    case other
  }

  let kind: Kind
  let text: String
  let exitCode: Int32

  init(_ text: String, kind: Kind = .other, exitCode: Int32 = 1) {
    self.kind = kind
    self.text = text
    self.exitCode = exitCode
  }

  /// A command line that makes no sense.
  init(usage text: String) {
    self.init(text, kind: .usage, exitCode: 2)
  }

  init(_ error: UsageError) {
    self.init(usage: error.text)
  }
}
