/// The options of `hearthd`. `hearth serve` has those of `serving` too, since it becomes that program.
package enum AgentOptions {
  /// The only file that is read; without it the usual places are, where no file need exist.
  package static let config = ProgramOption(
    "--config", value: "FILE", "read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d",
    completes: .file)
  /// Overrides `node.state`.
  package static let state = ProgramOption(
    "--state", value: "DIR", "keep the state in DIR (/var/lib/hearth)", completes: .folder)
  /// Overrides `engine.socket`; a `unix://` in front is taken off.
  package static let engine = ProgramOption(
    "--engine", value: "SOCKET", "the Docker Engine's socket (/var/run/docker.sock)", completes: .file)
  /// The root of `/proc`, `/sys` and `/etc`, for a captured tree of another board.
  package static let root = ProgramOption(
    "--root", value: "DIR", "read the hardware from DIR/proc and DIR/sys (/)", completes: .folder)
  /// Overrides `api.external` with this one address.
  package static let external = ProgramOption(
    "--external", value: "ADDR:PORT",
    "listen there for programs of this machine (127.0.0.1:56001 and [::1]:56001)")
  /// `hearthd` ends with exit code 0; `help` goes first where both are given.
  package static let version = ProgramOption("--version", short: "-v", "print the version and end")
  /// `hearthd` ends with exit code 0, and the text goes to standard output.
  package static let help = ProgramOption("--help", short: "-h", "print these options and end")

  /// Those that override the settings.
  package static let serving = [config, state, engine, root, external]
  /// All of them, in the order of the help text.
  package static let rows = serving + [version, help]
}
