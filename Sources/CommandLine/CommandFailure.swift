import Platform

/// A command that failed: what it says, and its exit code.
struct CommandFailure: Error {
  var text: String
  var exitCode: Int32

  init(_ text: String, exitCode: Int32 = 1) {
    self.text = text
    self.exitCode = exitCode
  }

  init(_ error: UsageError) {
    text = error.text
    exitCode = 2
  }
}
