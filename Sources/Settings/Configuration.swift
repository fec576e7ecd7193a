package import Basics
internal import CLinux
package import Peripherals
internal import Platform
package import Wire

/// What the owner of a node may set, with the defaults that serve who sets nothing.
///
/// Read from `/etc/hearth/hearth.conf` and, in order of their names, `/etc/hearth/conf.d/*.conf`; the command line
/// of `hearthd` comes last. A file that is not there is no error, an unknown key is. `table` has a row for each.
package struct Configuration {
  /// Where /proc, /sys and /etc are looked for; another folder only to look at a captured tree.
  package var root = "/"
  /// The folder of what the agent keeps over its restarts: runs, identity, home key; `node.state`.
  package var state = "/var/lib/hearth"
  /// The Docker Engine's socket.
  package var engine = "/var/run/docker.sock"
  /// The Engine's data, whose free space limits what can be pulled.
  package var engineData = "/var/lib/docker"
  /// Where the API for this machine's programs listens: only for them, unless somebody says otherwise.
  package var external = ["127.0.0.1:56001", "[::1]:56001"]
  /// Home Edge's folder, with the service definitions and the device's identity of an earlier installation.
  package var homeEdge = "/var/edge-orchestration"
  /// Our own service definitions, one file each.
  package var services = "/etc/hearth/services"
  /// Board profiles that replace or add to the built-in ones.
  package var boards = "/etc/hearth/boards.d"
  /// Between two samples of the hardware.
  package var sampleInterval = Interval.seconds(1)
  /// Final runs that `ps -a` and `logs` still know.
  package var keptRuns = 100
  /// The section `native`.
  package var native = NativeLimits()
  /// Whether this node looks for others and lets them use it; alone it sends nothing to the network.
  package var joins = true
  /// Where the API for the other nodes listens: on every interface, since only the home key opens it.
  package var internalAddresses = ["0.0.0.0:56002", "[::]:56002"]
  /// UDP port of the heartbeats, the same on all nodes of a home.
  package var heartbeatPort: UInt16 = 56003
  /// Names of the interfaces that serve the home; empty for all that suit.
  package var interfaces: [String] = []
  /// The file of the home key; empty for Home Edge's where it exists, else `home.key` in the state folder.
  package var homeKey = ""
  /// Whether nodes of Home Edge, which know no key, may use this one.
  package var interoperates = false
  /// Addresses or identifiers of the Home Edge nodes that may; empty for all that multicast DNS shows.
  package var homeEdgePeers: [String] = []
  /// Whether containers that they start may use the machine's folders, devices and namespaces, as Home Edge lets them.
  package var homeEdgeHostAccess = true

  /// The light, the fan, the button and the sensors.
  package var devices = DeviceSettings()

  /// Read first where no file is named; need not exist.
  package static let path = "/etc/hearth/hearth.conf"
  /// Its `*.conf`, of at most 256 names, are read after `path`, and later ones override earlier ones.
  package static let folder = "/etc/hearth/conf.d"

  private static let rules = Conf.Rules(repeatable: DeviceSettings.repeatable)

  /// Reads the configuration: `file` where one is named, else the usual places.
  package static func read(_ file: String?) throws(ConfError) -> Configuration {
    try Configuration(parse(file))
  }

  /// The settings of what the files say.
  package init(_ conf: Conf) throws(ConfError) {
    try Row.take(Self.table, of: conf, into: &self)
    devices = try DeviceSettings(conf)
  }

  /// The defaults, as of an empty file.
  package init() {}

  /// What the files say, each key once.
  ///
  /// - Parameter root: in front of the usual places.
  package static func parse(_ file: String?, under root: String = "") throws(ConfError) -> Conf {
    try parse(FileSet(patterns(file, under: root)), isOptional: file == nil)
  }

  /// The files of `parse`, as a `FileSet` names them.
  package static func patterns(_ file: String?, under root: String = "") -> [String] {
    guard let file else { return [root + path, root + folder + FileSet.each] }
    return [file]
  }

  /// What the files say that `patterns` names.
  ///
  /// - Parameter isOptional: whether the first one may be missing.
  package static func parse(_ files: FileSet, isOptional: Bool) throws(ConfError) -> Conf {
    var conf: Conf?
    for file in files.files {
      var bytes: [UInt8] = []
      do throws(SystemError) {
        bytes = try file.contents()
      } catch {
        guard isOptional && conf == nil && file.isMissing else {
          throw ConfError(file: file.path, line: 0, text: error.reason)
        }
      }
      let read = try Conf.parse(bytes, file: file.path, rules: rules)
      try read.refuseUnknown(ConfShape(Row.shape(of: table) + DeviceSettings.shape))
      if conf == nil { conf = read } else { conf?.override(with: read) }
    }
    if let conf { return conf }
    return try Conf.parse([], file: "", rules: rules)
  }
}
