package import Platform
import Settings
import Wire

/// The program's commands.
package enum Command {
  /// Runs the command that the words name.
  ///
  /// - Returns: the exit code.
  package static func run(_ words: Arguments) -> Int32 {
    var arguments = words
    let name = arguments.next() ?? "help"
    do throws(CommandFailure) {
      return try run(name, &arguments)
    } catch {
      Terminal.complain(error.text)
      if error.exitCode == 2 && name != "help" {
        Terminal.complain("see 'hearth help\(Help.knows(name) ? " " + name : "")'")
      }
      return error.exitCode
    }
  }

  private static func run(_ name: String, _ arguments: inout Arguments) throws(CommandFailure) -> Int32 {
    let first = arguments.rest.first
    if Help.knows(name) && (first == "--help" || name != "run" && first == "-h") {
      Terminal.write(Help.text(of: name))
      return 0
    }
    switch name {
    case "serve": return try ServeCommand.run(arguments)
    case "run": return try parsed { () throws(UsageError) in try RunCommandLine(&arguments) }.run()
    case "ps": return try runs(&arguments, ["-a", "--all", "--json"], takesRuns: false).list()
    case "logs": return try runs(&arguments, ["-f", "--follow"]).logs()
    case "stop": return try runs(&arguments, []).stop()
    case "status": return try parsed { () throws(UsageError) in try StatusCommand(&arguments) }.run()
    case "nodes": return try parsed { () throws(UsageError) in try NodesCommand(&arguments) }.run()
    case "explain": return try parsed { () throws(UsageError) in try ExplainCommand(&arguments) }.run()
    case "drain": return try parsed { () throws(UsageError) in try DrainCommand(&arguments) }.run()
    case "score": return try parsed { () throws(UsageError) in try BoardCommand(&arguments) }.score()
    case "inspect": return try parsed { () throws(UsageError) in try BoardCommand(&arguments) }.inspect()
    case "board": return try parsed { () throws(UsageError) in try ProfileCommand(&arguments) }.run()
    case "simulate": return try parsed { () throws(UsageError) in try SimulateCommand(&arguments) }.run()
    case "doctor": return try parsed { () throws(UsageError) in try DoctorCommand(&arguments) }.run()
    case "version", "--version", "-v": return try version(&arguments)
    case "help", "--help", "-h": return try help(&arguments)
    default: throw CommandFailure("unknown command '\(name)'", exitCode: 2)
    }
  }

  private static func parsed<Value>(_ body: () throws(UsageError) -> Value) throws(CommandFailure) -> Value {
    do throws(UsageError) {
      return try body()
    } catch {
      throw CommandFailure(error)
    }
  }

  private static func runs(
    _ arguments: inout Arguments, _ flags: [String], takesRuns: Bool = true
  ) throws(CommandFailure) -> RunsCommand {
    try parsed { () throws(UsageError) in try RunsCommand(&arguments, takesRuns: takesRuns, flags: flags) }
  }

  private static func version(_ arguments: inout Arguments) throws(CommandFailure) -> Int32 {
    let json = arguments.flag("--json")
    try parsed { () throws(UsageError) in try arguments.end() }
    let object: JSON = ["architecture": .string(Version.architecture), "version": .string(Version.text)]
    Terminal.write(
      json
        ? Terminal.pretty(object)
        : "hearth \(Version.text) (\(Version.architecture))\n")
    return 0
  }

  private static func help(_ arguments: inout Arguments) throws(CommandFailure) -> Int32 {
    let topic = arguments.next() ?? ""
    guard topic.isEmpty || Help.knows(topic) else {
      throw CommandFailure("no command '\(topic)'; 'hearth help' lists them", exitCode: 2)
    }
    Terminal.write(Help.text(of: topic))
    return 0
  }
}
