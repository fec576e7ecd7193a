internal import CLinux
import Platform
import Settings

/// `hearth doctor`: looks at all that the agent stands on, and says what to do about what is wrong.
struct DoctorCommand {
  private var root = "/"
  private var file: String?
  private var api: String?
  private var json = false

  init(_ arguments: inout Arguments) throws(UsageError) {
    while !arguments.rest.isEmpty {
      if let value = try arguments.option("--root") {
        root = value
      } else if let value = try arguments.option("--config") {
        file = value
      } else if let value = try arguments.option("--api") {
        api = value
      } else if arguments.flag("--json") {
        json = true
      } else {
        _ = try arguments.operand()
        throw UsageError("doctor takes options only")
      }
    }
  }

  /// Looks at everything.
  ///
  /// - Returns: 0, or 1 where something does not work.
  func run() throws(CommandFailure) -> Int32 {
    clinux_ignore_sigpipe()
    guard access(root, R_OK | X_OK) == 0 else { throw CommandFailure(SystemError("open", root).description) }
    let context = CheckContext(root: root, file: file)
    if context.isLive {
      context.askAgent(at: try ApiClient(api ?? context.configuration.external.first).address)
    }
    let report = DoctorReport(context)
    Terminal.write(json ? Terminal.pretty(report.json) : report.text(colours: Terminal.showsColours))
    return report.exitCode
  }
}
