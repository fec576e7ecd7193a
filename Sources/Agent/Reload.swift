import Basics
import Orchestration
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

/// Reads the settings anew while the agent runs: SIGHUP, which `systemctl reload hearth` sends.
///
/// What can change without a restart counts from then on; of the rest it is said that it needs one. A fault anywhere
/// leaves everything as it was. Runs go on whatever the settings say; those of natives count for later ones.
final class Reload {
  private let node: Node
  private let patterns: [String]
  private let read: (FileSet) throws(ConfError) -> (Conf, Configuration)
  /// What the files said when the agent started, and what they said when they were last read.
  private let begun: Conf
  private var last: Conf

  /// - Parameters:
  ///   - conf: the files as they were read at the start.
  ///   - patterns: the files, as a `FileSet` names them.
  ///   - read: makes settings of them.
  init(
    node: Node, conf: Conf, patterns: [String],
    read: @escaping (FileSet) throws(ConfError) -> (Conf, Configuration)
  ) {
    self.node = node
    self.patterns = patterns
    self.read = read
    begun = conf
    last = conf
  }

  func perform() {
    ServiceManager.notifyReloading()
    let writer = node.driver.writer
    writer.look(patterns, since: 0) { files in
      do throws(ConfError) {
        guard let files else { throw Self.unread }
        let (conf, wanted) = try self.read(files)
        writer.look([wanted.boards + FileSet.each], since: 0) { self.take(conf, wanted, boards: $0) }
      } catch {
        self.leave(error)
      }
    }
  }

  private static let unread = ConfError(file: "", line: 0, text: "the settings could not be read")

  private func leave(_ error: ConfError) {
    Log.error("\(error.message); the settings stay as they were")
    ServiceManager.notify("READY=1")
  }

  private func take(_ conf: Conf, _ wanted: Configuration, boards: FileSet?) {
    var wanted = wanted
    let profiles: Profiles
    do throws(ConfError) {
      guard let boards else { throw Self.unread }
      profiles = try Profiles(additions: Profiles.additions(in: boards.files))
    } catch {
      return leave(error)
    }
    let live = Configuration.live
    let changed = Self.differences(from: last, to: conf).filter { live.contains($0.name) }
    let waiting = Self.differences(from: begun, to: conf).filter { !live.contains($0.name) }
    last = conf
    wanted = node.status.configuration.taking(wanted)
    node.take(wanted, profiles)
    Log.info(
      "the settings were read anew"
        + (changed.isEmpty ? "; nothing has changed" : ": " + joined(changed.map { $0.name })))
    for difference in waiting {
      Log.warning(
        "\(difference.place)\(difference.name) needs a restart to change; until then it stays as it was")
    }
    node.admission.whenRefreshed { ServiceManager.notify("READY=1") }
  }

  /// A setting that is another than before.
  struct Difference: Equatable {
    /// As `node.state`.
    let name: String
    /// `file:line: ` where it stands now; empty where it stands no more.
    let place: String
  }

  /// The settings that two readings of the files give different values, in the order of the later.
  static func differences(from old: Conf, to new: Conf) -> [Difference] {
    let before = values(of: old)
    let after = values(of: new)
    var found: [Difference] = []
    for value in after where before.first(where: { $0.name == value.name })?.text != value.text {
      found.append(Difference(name: value.name, place: value.place))
    }
    for value in before where !after.contains(where: { $0.name == value.name }) {
      found.append(Difference(name: value.name, place: ""))
    }
    return found
  }

  private struct Value {
    let name: String
    var text: String
    var place: String
  }

  private static func values(of conf: Conf) -> [Value] {
    var values: [Value] = []
    for section in conf.sections {
      for entry in section.entries {
        let name = section.name + "." + entry.key
        let place = "\(entry.file):\(entry.line): "
        if let index = values.firstIndex(where: { $0.name == name }) {
          // A key that may stand several times is one setting.
          values[index].text += "\n" + entry.value
          values[index].place = place
        } else {
          values.append(Value(name: name, text: entry.value, place: place))
        }
      }
    }
    return values
  }
}

extension Node {
  /// Goes on with other settings; only those of `Configuration.taking` may differ.
  func take(_ settings: Configuration, _ profiles: Profiles) {
    let before = status.configuration
    status.configuration = settings
    driver.orchestrator.settings.keptRuns = settings.keptRuns
    driver.natives.limits = settings.native
    catalogue.use(own: settings.services)
    let match = profiles.match(status.sampler.snapshot.board)
    if match.profile.name != status.match.profile.name { Log.info("profile \(match.profile.name)") }
    status.match = match
    if settings.interfaces != before.interfaces { status.home?.use(interfaces: settings.interfaces) }
    takeHomeEdge(settings, before)
    if settings.sampleInterval != before.sampleInterval { tick() } else { status.publishHeartbeat() }
  }

  private func takeHomeEdge(_ settings: Configuration, _ before: Configuration) {
    guard let peers = driver.peers else { return }
    if settings.interoperates != before.interoperates {
      peers.homeEdge?.end()
      peers.homeEdge = nil
      if settings.interoperates { interoperate(peers) }
    } else if settings.homeEdgePeers != before.homeEdgePeers {
      peers.homeEdge?.peers.allow(settings.homeEdgePeers)
    } else {
      return
    }
    for peer in peers.home.homeEdgePeers { peers.homeEdge?.peers.take(peer) }
  }
}
