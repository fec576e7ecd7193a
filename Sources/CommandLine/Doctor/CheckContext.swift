import Basics
internal import CLinux
import Hardware
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

/// What the checks look at: this machine with its agent, or a captured tree of another board.
///
/// Everything that takes time is asked once and with a limit, so that all checks together end within three seconds.
final class CheckContext {
  /// In front of every path; empty for this machine.
  let root: String
  let configuration: Configuration
  /// What the files say; nil where they cannot be read.
  var conf: Conf?
  /// Why the settings are the defaults.
  var settingsFault: ConfError?
  /// Why only the built-in profiles count.
  var profilesFault: ConfError?
  var snapshot = Snapshot()
  /// nil only where even the built-in profiles cannot be read.
  var match: Profiles.Match?
  var agent = AgentAnswer.notAsked
  /// Whether this process may read everything.
  var isRoot = geteuid() == 0
  /// Milliseconds since 1970, and whether the kernel's clock is kept right by somebody; nil where it does not tell.
  var clock: (milliseconds: Int64, isKept: Bool?) = (0, nil)
  /// Files that the state's file system can hold and still hold; nil where it does not count them.
  var files: (total: UInt64, free: UInt64)?
  /// Whether the kernel has collected enough to make keys.
  var hasRandomness = true

  enum AgentAnswer {
    case notAsked
    /// Nobody listens there; why.
    case absent(String)
    /// Somebody listens, but does not answer as an agent does.
    case silent(String)
    /// `GET /api/v2/node` and the nodes of `GET /api/v2/nodes`.
    case answered(node: JSON, nodes: [JSON])
  }

  /// Longest time for one answer of the agent or the Engine.
  static let timeout = Interval.milliseconds(700)
  /// Longest file that a check reads.
  private static let fileLimit = 256 << 10

  /// - Parameters:
  ///   - root: the folder with `proc`, `sys`, `etc` and `var` of another board; empty or `/` for this machine.
  ///   - file: the settings; nil for the usual places.
  init(root: String, file: String?) {
    let root = withoutTrailingSlashes(root)
    self.root = root
    var configuration = Configuration()
    do throws(ConfError) {
      let conf = try Configuration.parse(file, under: root)
      self.conf = conf
      configuration = try Configuration(conf)
    } catch {
      settingsFault = error
    }
    self.configuration = configuration
    var profiles: Profiles?
    do throws(ConfError) {
      profiles = try Profiles(additions: Profiles.additions(in: root + configuration.boards))
    } catch {
      profilesFault = error
      profiles = try? Profiles()
    }
    let sampler = Sampler(
      root: root.isEmpty ? "/" : root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: Clock.now())
    snapshot = sampler.snapshot
    match = profiles?.match(snapshot.board)
    if isLive { lookAtMachine() }
  }

  /// Whether this machine is meant, whose sockets can be tried.
  var isLive: Bool { root.isEmpty }

  private func lookAtMachine() {
    let kept = clinux_clock_is_kept()
    clock = (Clock.wallMilliseconds(), kept < 0 ? nil : kept == 1)
    var space = statvfs()
    if statvfs(configuration.state, &space) == 0 || statvfs("/", &space) == 0, space.f_files > 0 {
      files = (UInt64(space.f_files), UInt64(space.f_favail))
    }
    var byte: UInt8 = 0
    hasRandomness = getrandom(&byte, 1, 1) == 1 || clinux_errno() != EAGAIN
  }

  /// Asks the agent how it does.
  func askAgent(at address: SocketAddress) {
    let client = ApiClient(address: address, timeout: Self.timeout)
    do throws(CommandFailure) {
      let node = try client.call("GET", "/api/v2/node")
      guard node["version"]?.string != nil else {
        agent = .silent("\(address.text) is no Hearth agent")
        return
      }
      agent = .answered(node: node, nodes: (try? client.call("GET", "/api/v2/nodes"))?["nodes"]?.array ?? [])
    } catch {
      agent = error.kind == .nobodyListens ? .absent(error.text) : .silent(error.text)
    }
  }

  /// What the agent says of itself; nil where none answers.
  var node: JSON? {
    if case .answered(let node, _) = agent { node } else { nil }
  }

  // MARK: - Files

  /// A small file's text; nil where it cannot be read.
  func text(_ path: String) -> String? {
    guard let bytes = try? File.read(root + path, limit: Self.fileLimit) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines that are not empty.
  func lines(_ path: String) -> [String]? {
    text(path).map { $0.words(at: "\n", or: "\r") }
  }

  /// The blank-separated words of each line.
  func words(_ path: String) -> [[String]]? {
    lines(path).map { lines in lines.map { $0.words(at: " ", or: "\t") } }
  }

  /// The first word of a file.
  func word(_ path: String) -> String? {
    words(path)?.first?.first
  }

  func names(in folder: String) -> [String] {
    File.names(in: root + folder, limit: 4096).sorted()
  }

  /// Whether something has this path, be it a link that leads nowhere.
  func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(root + path, &status) == 0
  }

  enum Entry {
    case absent
    /// This user may not look.
    case hidden
    case present(mode: UInt32, owner: UInt32, group: UInt32, changed: Int64)
  }

  /// Permissions, owner and last change (seconds since 1970) of a file or folder.
  func entry(_ path: String) -> Entry {
    var status = stat()
    guard stat(root + path, &status) == 0 else {
      return clinux_errno() == EACCES ? .hidden : .absent
    }
    return .present(
      mode: UInt32(status.st_mode), owner: status.st_uid, group: status.st_gid,
      changed: Int64(status.st_mtim.tv_sec))
  }

  // MARK: - Users

  /// The fields of a user's or group's line.
  func fields(of name: String, in file: String) -> [String]? {
    for line in lines(file) ?? [] {
      let fields = line.pieces(at: ":")
      if fields.count > 2, fields[0] == name { return fields }
    }
    return nil
  }

  /// The number of a user or group by its name.
  func number(of name: String, in file: String) -> UInt32? {
    fields(of: name, in: file).flatMap { UInt32($0[2]) }
  }

  /// Who the agent runs as: the user of the package where there is one, else root.
  var agentUser: UInt32 {
    number(of: "hearth", in: "/etc/passwd") ?? 0
  }

  /// Whether one may be the owner of what is the agent's: its user, root, or whoever asks.
  func mayOwn(_ user: UInt32) -> Bool {
    user == 0 || user == agentUser || user == geteuid()
  }

  var profile: Profile { match?.profile ?? .unknown }

  /// Whether this is a board of the Raspberry Pi family.
  var isRaspberryPi: Bool {
    (snapshot.board.compatible.value ?? []).contains { $0.begins(with: "raspberrypi,") }
  }
}
