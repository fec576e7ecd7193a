import Basics
internal import CLinux
import Orchestration
import Settings
import Wire

/// `hearth run`: asks the agent for a run, shows its output and ends with its exit code, as `docker run` does.
///
/// `RunCommand` in `Containers` is a line of `docker run`.
enum HearthRunCommand {
  private static let startFailed = RunOptions.startFailed
  /// Docker's exit code for a program that may not be executed.
  private static let notExecutable: Int32 = 126
  /// Docker's exit code for a program that was not found.
  private static let notFound: Int32 = 127
  /// A shell's exit code for a program that SIGINT ended.
  private static let stopped: Int32 = 130

  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let options = try RunOptions(values)
    let client = try ApiClient(values[.api])
    let accepted = try accept(options.request, client)
    guard let id = accepted["id"]?.string else {
      throw CommandFailure("the agent's answer has no run identifier")
    }
    let printsJSON = values.has(.json)
    if options.isDetached {
      Terminal.write(printsJSON ? Terminal.pretty(accepted) : id + "\n")
      return 0
    }
    clinux_note_interrupts()
    let end = try FollowedRun(client: client, id: id, showsOutput: options.showsOutput).follow()
    if printsJSON { Terminal.write(Terminal.pretty(end)) }
    return exitCode(of: end)
  }

  /// A refused request is a run that could not be started.
  private static func accept(_ request: JSON, _ client: ApiClient) throws(CommandFailure) -> JSON {
    do throws(CommandFailure) {
      return try client.call("POST", "/api/v2/runs", body: request)
    } catch {
      throw CommandFailure(error.text, kind: error.kind, exitCode: startFailed)
    }
  }

  private static func exitCode(of run: JSON) -> Int32 {
    if let code = run["exitCode"]?.integer { return Int32(truncatingIfNeeded: code) }
    if run["state"]?.string == "stopped" { return stopped }
    // It ran, and its host tells no more.
    if run["failure"]?["kind"]?.string == RunFailure.Kind.exit.rawValue { return 1 }
    let reason = run["failure"]?["reason"]?.string ?? ""
    // As `docker run` tells them apart, by the runtime's words.
    if reason.contains(ignoringCase: "executable file not found")
      || reason.contains(ignoringCase: "no such file or directory")
    {
      return notFound
    }
    return reason.contains(ignoringCase: "permission denied") ? notExecutable : startFailed
  }
}
