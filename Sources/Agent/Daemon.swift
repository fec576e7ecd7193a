import Basics
internal import CLinux
import HTTPServer
import Orchestration
package import Platform
import Scoring
import Settings
import Wire

/// The agent put together, in the foreground: its command line, settings, servers and signals.
package struct Daemon {
  private let configuration: Configuration
  private let conf: Conf
  private let file: String?
  private let changes: [(inout Configuration) -> Void]

  /// What it says of itself with `--help`.
  static var help: String {
    "usage: hearthd [options]\n\nThe agent of Hearth, in the foreground. 'hearth' is the client.\n\n"
      + ProgramOption.help(of: AgentOptions.rows)
  }

  /// Serves until a signal ends it.
  ///
  /// - Returns: the exit code: 0 after a signal, 1 after a failure, 2 for a command line that makes no sense.
  package static func run(_ words: Arguments) -> Int32 {
    do throws(UsageError) {
      let options = try OptionValues(words, options: AgentOptions.rows)
      if let word = options.operands.first { throw UsageError("unexpected '\(word)'") }
      if options.has(AgentOptions.help) { return say(help, to: 1, code: 0) }
      if options.has(AgentOptions.version) {
        return say("hearthd \(Version.text) (\(Version.architecture))\n", to: 1, code: 0)
      }
      let daemon = try Daemon(options)
      return daemon.run()
    } catch {
      return say("hearthd: \(error.text)\nhearthd: see 'hearthd --help'\n", to: 2, code: 2)
    }
  }

  private static func say(_ text: String, to descriptor: Int32, code: Int32) -> Int32 {
    let isWritten: Void? = try? File.writeAll(
      descriptor, Array(text.sanitized(keepsLines: true).utf8), "standard output")
    return code == 0 && isWritten == nil ? 1 : code
  }

  /// The options override the configuration file.
  init(_ options: OptionValues) throws(UsageError) {
    file = options[AgentOptions.config]
    var changes: [(inout Configuration) -> Void] = []
    if let value = options[AgentOptions.state] { changes.append { $0.state = value } }
    if let value = options[AgentOptions.engine] {
      changes.append { $0.engine = value.begins(with: "unix://") ? value.dropping(7) : value }
    }
    if let value = options[AgentOptions.root] { changes.append { $0.root = value } }
    if let value = options[AgentOptions.external] {
      guard SocketAddress.parse(value) != nil else {
        throw UsageError("--external '\(value)': expected an address and port such as 127.0.0.1:56001")
      }
      changes.append { $0.external = [value] }
    }
    do throws(ConfError) {
      (conf, configuration) = try Self.read(file, changes)
    } catch {
      throw UsageError(error.message)
    }
    self.changes = changes
  }

  private static func read(
    _ file: String?, _ changes: [(inout Configuration) -> Void]
  ) throws(ConfError) -> (Conf, Configuration) {
    try read(FileSet(Configuration.patterns(file)), file, changes)
  }

  private static func read(
    _ files: FileSet, _ file: String?, _ changes: [(inout Configuration) -> Void]
  ) throws(ConfError) -> (Conf, Configuration) {
    let conf = try Configuration.parse(files, isOptional: file == nil)
    var configuration = try Configuration(conf)
    for change in changes { change(&configuration) }
    return (conf, configuration)
  }

  /// Serves until SIGTERM or SIGINT; the exit code.
  private func run() -> Int32 {
    clinux_ignore_sigpipe()
    umask(0o077)
    // A run under way holds a connection to the Engine, and a client another.
    clinux_raise_file_limit()
    do throws(SystemError) {
      let lock = try StateLock(folder: configuration.state)
      defer { lock.release() }
      let loop = try EventLoop()
      // Before all that needs memory: the process that writes is a copy of this one.
      let writer = DiskWriter(state: configuration.state, loop: loop)
      let profiles: Profiles
      do throws(ConfError) {
        profiles = try Profiles.load(folder: configuration.boards)
      } catch {
        return fail(error.message)
      }
      let signals = try Signals(stopping: loop)
      let node = try Node(configuration: configuration, profiles: profiles, loop: loop, writer: writer)
      try serveClients(node, loop)
      node.begin()
      if let fault = try join(node, loop) { return fail(fault.message) }
      announce(node)
      watch(node, loop)
      let reload = Reload(node: node, conf: conf, patterns: Configuration.patterns(file)) {
        (files) throws(ConfError) in try Self.read(files, self.file, self.changes)
      }
      signals.onHangup = { reload.perform() }
      loop.run()
      ServiceManager.notify("STOPPING=1")
      node.end()
      Log.info("stopped by \(signals.name); \(node.driver.orchestrator.runsUnderWay) runs go on")
      return 0
    } catch {
      return fail(error.description + hint(error))
    }
  }

  private func fail(_ text: String) -> Int32 { Self.say("hearthd: \(text)\n", to: 2, code: 1) }

  /// Opens the API for programs of this machine.
  private func serveClients(_ node: Node, _ loop: EventLoop) throws(SystemError) {
    let router = Router(admission: node.admission)
    try serve(node, Server(loop: loop, handler: router.handle), on: configuration.external)
  }

  /// Takes part in the home, unless the node is to stay alone: opens the API for its nodes, and tells them of this one.
  ///
  /// - Returns: what is wrong with the home key; nil as a rule.
  private func join(_ node: Node, _ loop: EventLoop) throws(SystemError) -> HomeKeyError? {
    guard configuration.joins else { return nil }
    let home: Home
    do throws(HomeKeyError) {
      home = try Home(
        configuration: configuration, identity: node.status.identity, loop: loop,
        writer: node.driver.writer)
    } catch {
      guard error.isOfDisk else { return error }
      node.status.keyFault = "\(error.message); without a home key this node stays alone"
      Log.error(node.status.keyFault)
      return nil
    }
    let routes = HostedRoutes(admission: node.admission)
    var security = Server.Security(keys: { home.keys.tlsKeys })
    security.plainHandler = { node.driver.peers?.homeEdge.map { $0.routes.handle } }
    let server = Server(loop: loop, security: security, handler: routes.handle)
    try serve(node, server, on: configuration.internalAddresses)
    home.onKeyChange = { server.closeConnections() }
    try node.join(home)
    return nil
  }

  /// The default is two addresses; a machine without IPv6 has only the first.
  private func serve(_ node: Node, _ server: Server, on addresses: [String]) throws(SystemError) {
    for (index, text) in addresses.enumerated() {
      guard let address = SocketAddress.parse(text) else { continue }
      do throws(SystemError) {
        try server.listen(on: address)
      } catch {
        let isWithoutIPv6 = error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL
        guard index > 0, address.family == AF_INET6, isWithoutIPv6 else { throw error }
      }
    }
    node.eachSecond { server.checkDeadlines() }
  }

  private func announce(_ node: Node) {
    let addresses = joined(configuration.external)
    let profile = node.status.match.profile.name
    Log.info("\(node.status.identity) \(Version.text) on \(addresses), profile \(profile)")
    ServiceManager.notify("READY=1\nSTATUS=serving on \(addresses)")
  }

  /// Has systemd start the agent anew where it stalls, if systemd is asked to.
  private func watch(_ node: Node, _ loop: EventLoop) {
    guard let time = ServiceManager.watchdogTime else { return }
    Watchdog(
      time: time, loop: loop, send: { ServiceManager.notify("WATCHDOG=1", waits: false) },
      stall: { node.progress.stall(at: Clock.now(), slack: $0) }
    ).begin()
  }

  /// What to do about an error that ended the agent.
  private func hint(_ error: SystemError) -> String {
    switch (error.errno, error.call.description) {
    case (EADDRINUSE, _): "; another agent or Home Edge runs here: stop it, or use --external"
    case (EAGAIN, "lock"), (EACCES, "lock"): "; another agent uses this state folder: stop it, or use --state"
    case (EACCES, _), (EPERM, _): "; run as root or as the user hearth, or use --state with a folder of yours"
    default: ""
    }
  }
}
