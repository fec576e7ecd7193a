import Settings

/// All commands, in the order of the overview.
enum CommandTable {
  static let rows: [CommandRow] =
    [serve, run, ps, logs, stop, explain, nodes, status, drain]
    + [score, inspect, board, doctor, simulate, completion, version, help]

  static func row(_ name: String) -> CommandRow? {
    rows.first { $0.name == name }
  }

  // MARK: - The agent and its runs

  private static let serve = CommandRow(
    "serve", "run the agent in the foreground",
    options: AgentOptions.serving, order: .nowhere,
    details:
      "It becomes 'hearthd', the agent, which lies beside this program; hearthd(8) is its manual.",
    ServeCommand.run)

  private static let run = CommandRow(
    "run", "run a container and show its output; exits with its exit code",
    options: [
      .detach, .service, .native, .callback, .constraint, .bound, .deadline, .onHostLoss,
      .json.doing("print the run as JSON when it has ended"), .api,
    ],
    operand: Operand("[docker run options] IMAGE [COMMAND...]", .rest), order: .first,
    details: """
      These come first; everything from the first other word on is as with 'docker run'.
      Exit code 125: the run could not be started. Control-C stops the run.
      """,
    HearthRunCommand.run)

  private static let ps = CommandRow(
    "ps", "list the runs under way", options: [.all, .json, .api], PsCommand.run)

  private static let logs = CommandRow(
    "logs", "show a run's output", options: [.follow, .api],
    operand: Operand("RUN", .one, completes: .anyRun, lack: whichRun), LogsCommand.run)

  private static let stop = CommandRow(
    "stop", "stop runs and wait for their end", options: [.api],
    operand: Operand("RUN", .many, completes: .activeRun, lack: whichRun), StopCommand.run)

  private static let explain = CommandRow(
    "explain", "show why a run is where it is: every node, what spoke against it, and the order",
    options: [.json, .api],
    operand: Operand("RUN", .one, completes: .anyRun, lack: whichRun), ExplainCommand.run)

  private static let whichRun = "name a run; 'hearth ps -a' lists them"

  private static let nodes = CommandRow(
    "nodes", "list the nodes of the home", options: [.terms, .json, .api], NodesCommand.run)

  private static let status = CommandRow(
    "status", "show the agent, its Engine and its runs", options: [.json, .api], StatusCommand.run)

  private static let drain = CommandRow(
    "drain", "let this node take no new runs; those under way go on", options: [.off, .json, .api],
    DrainCommand.run)

  // MARK: - The board

  private static let score = CommandRow(
    "score", "show what this board can do now, and why", options: [.root, .config, .json],
    ScoreCommand.run)

  private static let inspect = CommandRow(
    "inspect", "show every reading of this board", options: [.root, .config, .json], InspectCommand.run)

  private static let board = CommandRow(
    "board", "draft a profile of this board, or check a profile", options: [.root, .json, .check],
    details: "Exit code 1 where the checked profile is not complete and sane.", BoardCommand.run)

  private static let doctor = CommandRow(
    "doctor", "find what is wrong with this board and its agent, and say what to do",
    options: [
      .json.doing("print the checks with their ids, outcomes and remedies"),
      .root.doing("the board whose proc, sys, etc and var are in DIR"),
      .config.doing("the settings that the agent was given with its --config"),
      .api.doing("the agent to ask (where its settings say that it listens)"),
    ],
    details: "Exit code 1 where a check fails. Root may look at more than others.", DoctorCommand.run)

  // MARK: - The program

  private static let simulate = CommandRow(
    "simulate", "show what a home would do with a load, and which boards help",
    options: [.example, .json.doing("print all figures as JSON")],
    operand: Operand(
      "FILE", .optional, "describes the home and the load; - for standard input", completes: .file),
    details: """
      Nothing is started: the agent's own choices are simulated, in some seconds, on boards as their profiles describe them.
      The same file leads to the same figures.
      """,
    SimulateCommand.run)

  private static let completion = CommandRow(
    "completion", "print what completes these commands in a shell: bash, zsh or fish",
    operand: Operand(
      "SHELL", .one, completes: .words("bash zsh fish"), lack: "name a shell: bash, zsh or fish"),
    details: "The package installs them. Without it: source <(hearth completion bash)",
    CompletionCommand.run)

  private static let version = CommandRow(
    "version", "print the version", options: [.json], VersionCommand.run)

  private static let help = CommandRow(
    "help", "explain a command", operand: Operand("COMMAND", .optional, completes: .command),
    HelpCommand.run)
}
