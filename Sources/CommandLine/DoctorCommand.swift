internal import CLinux
import Platform
import Settings

/// `hearth doctor`: looks at all that the agent stands on, and says what to do about what is wrong.
enum DoctorCommand {
  /// - Returns: 0, or 1 where something does not work.
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    clinux_ignore_sigpipe()
    let root = values[.root] ?? "/"
    guard access(root, R_OK | X_OK) == 0 else { throw CommandFailure(SystemError("open", root).description) }
    let context = CheckContext(root: root, file: values[.config])
    if context.isLive {
      context.askAgent(at: try ApiClient(values[.api] ?? context.configuration.external.first).address)
    }
    let report = DoctorReport(context)
    Terminal.write(
      values.has(.json) ? Terminal.pretty(report.json) : report.text(colours: Terminal.showsColours))
    return report.exitCode
  }
}
