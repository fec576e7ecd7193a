import Settings

/// The options of the commands; what several commands have is told the same in all of them.
extension ProgramOption {
  static let api = ProgramOption(
    "--api", value: "ADDR:PORT", "the agent to ask (127.0.0.1:56001)")
  static let json = ProgramOption("--json", "print JSON")
  static let config = AgentOptions.config
  static let root = ProgramOption(
    "--root", value: "DIR", "the board whose proc and sys are in DIR", completes: .folder)

  // MARK: - run

  static let detach = ProgramOption(
    "--detach", short: "-d", "print the run's identifier and return")
  static let service = ProgramOption(
    "--service", value: "NAME",
    "the service's name; without an image, a service that the node's owner has defined")
  static let native = ProgramOption(
    "--native", "run the native service of --service instead of a container")
  static let callback = ProgramOption(
    "--callback", value: "URL", "POST each change of state there")
  static let constraint = ProgramOption(
    "--constraint", value: "RULE",
    "only on nodes that fit, as node.hostname==NAME or node.board!=NAME; may be repeated.\n"
      + "Also node.id and node.platform.arch",
    isRepeatable: true)
  static let bound = ProgramOption(
    "--bound", value: "WHAT",
    "what the run mostly waits for: cpu (the default), memory or network",
    completes: .words("cpu memory network"))
  static let deadline = ProgramOption(
    "--deadline", value: "SECONDS",
    "it should have ended by then: where it would be fastest, whatever that costs others")
  static let onHostLoss = ProgramOption(
    "--on-host-loss", value: "WHAT",
    "restart the run elsewhere when its node dies (restart), or end it as failed (tell)",
    completes: .words("restart tell"))

  // MARK: - Others

  static let all = ProgramOption("--all", short: "-a", "ended ones too")
  static let follow = ProgramOption("--follow", short: "-f", "go on until the run has ended")
  static let terms = ProgramOption("--terms", "what each term leaves of each node's score")
  static let off = ProgramOption("--off", "let it take runs again")
  static let check = ProgramOption(
    "--check", value: "FILE", "say what a profile lacks instead; FILE or the name of one that is built in",
    completes: .profile)
  static let example = ProgramOption("--example", "print an example of such a file, to change")
}
