/// The options of `hearthd`. `hearth serve` has those of `serving` too, since it becomes that program.
package enum AgentOptions {
  package static let config = ProgramOption(
    "--config", value: "FILE", "read FILE instead of /etc/hearth/hearth.conf and /etc/hearth/conf.d",
    completes: .file)
  package static let state = ProgramOption(
    "--state", value: "DIR", "keep the state in DIR (/var/lib/hearth)", completes: .folder)
  package static let engine = ProgramOption(
    "--engine", value: "SOCKET", "the Docker Engine's socket (/var/run/docker.sock)", completes: .file)
  package static let root = ProgramOption(
    "--root", value: "DIR", "read the hardware from DIR/proc and DIR/sys (/)", completes: .folder)
  package static let external = ProgramOption(
    "--external", value: "ADDR:PORT",
    "listen there for programs of this machine (127.0.0.1:56001 and [::1]:56001)")
  package static let version = ProgramOption("--version", short: "-v", "print the version and end")
  package static let help = ProgramOption("--help", short: "-h", "print these options and end")

  /// Those that override the settings.
  package static let serving = [config, state, engine, root, external]
  package static let rows = serving + [version, help]
}
