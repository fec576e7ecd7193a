import Basics
import Scoring
import Settings
import Wire

// The agent, its unit and its settings.
extension Checkup {
  static func settings(_ it: Examination) -> Verdict {
    if let fault = it.settingsFault {
      return .fail(fault.message, remedy: "Correct that line; the agent does not start with it.")
    }
    var files = [Configuration.path]
    for name in it.names(in: Configuration.folder) where name.ends(with: ".conf") {
      files.append(Configuration.folder + "/" + name)
    }
    for file in files {
      guard case .present(let mode, let owner, _, _) = it.entry(file) else { continue }
      if mode & 0o002 != 0 || !it.mayOwn(owner) {
        return .fail(
          "\(file): others can change the settings",
          remedy: "Close it: chown root \(file); chmod 644 \(file).")
      }
    }
    let count = it.conf?.sections.reduce(0) { $0 + $1.entries.count } ?? 0
    return .ok(count == 0 ? "the defaults" : "\(count) set")
  }

  static func services(_ it: Examination) -> Verdict {
    let settings = it.configuration
    let catalogue = ServiceCatalogue(homeEdge: it.root + settings.homeEdge, own: it.root + settings.services)
    var faults: [String] = []
    catalogue.onFault = { faults.append($0) }
    catalogue.refresh()
    if let fault = faults.first {
      let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
      return .warn(fault + more, remedy: "Correct that definition; the service is not offered until then.")
    }
    return .ok("\(catalogue.definitions.count) defined")
  }

  static func profiles(_ it: Examination) -> Verdict {
    if let fault = it.profilesFault {
      return .fail(fault.message, remedy: "Correct that line; the agent does not start with it.")
    }
    return .ok(it.profile.name)
  }

  static func agent(_ it: Examination) -> Verdict {
    switch it.agent {
    case .notAsked: return .skipped("a tree has no agent")
    case .absent(let reason):
      return .fail(
        reason, remedy: "Start it: systemctl start hearth; journalctl -u hearth says why it ended.")
    case .silent(let reason):
      return .fail(
        reason, remedy: "Look at journalctl -u hearth, then start it anew: systemctl restart hearth.")
    case .answered(let node, _):
      let version = node["version"]?.string ?? "?"
      let span = Terminal.span(seconds: node["uptimeSeconds"]?.integer ?? 0)
      guard version == Version.text else {
        return .warn(
          "the agent is \(version), this program \(Version.text)",
          remedy: "Let the agent be the new one too: systemctl restart hearth.")
      }
      return .ok("\(version), up \(span)")
    }
  }

  // MARK: - systemd

  private static let unitFolders = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]

  private static func unitFolder(_ it: Examination) -> String? {
    unitFolders.first { it.exists("\($0)/hearth.service") }
  }

  private static func hasSystemd(_ it: Examination) -> Bool {
    it.exists("/run/systemd/system") || it.exists("/etc/systemd/system")
  }

  static func unit(_ it: Examination) -> Verdict {
    guard hasSystemd(it) else { return .skipped("this machine has no systemd") }
    guard unitFolder(it) != nil else {
      return .warn(
        "systemd does not know the agent", remedy: "Install the package, which brings hearth.service.")
    }
    let folder = "/etc/systemd/system"
    for name in it.names(in: folder) where name.ends(with: ".wants") {
      if it.exists("\(folder)/\(name)/hearth.service") { return .ok("enabled") }
    }
    return .warn(
      "hearth.service does not start with the board", remedy: "Enable it: systemctl enable hearth.")
  }

  /// What the unit and its additions give an option, in their order.
  static func unitValues(of option: String, _ it: Examination) -> [String] {
    guard let unit = unitFolder(it) else { return [] }
    var files = ["\(unit)/hearth.service"]
    for folder in unitFolders.reversed() {
      files += it.names(in: "\(folder)/hearth.service.d").map { "\(folder)/hearth.service.d/\($0)" }
    }
    var values: [String] = []
    for file in files {
      for line in it.lines(file) ?? [] {
        let parts = pieces(of: line, between: 61, 61)
        if parts.count == 2, parts[0] == option { values.append(parts[1]) }
      }
    }
    return values
  }

  static func watchdog(_ it: Examination) -> Verdict {
    guard hasSystemd(it), unitFolder(it) != nil else { return .skipped("systemd does not know the agent") }
    let value = unitValues(of: "WatchdogSec", it).last ?? ""
    guard !value.isEmpty, value != "0" else {
      return .warn(
        "an agent that hangs is not started anew",
        remedy: "Set WatchdogSec=30 in the unit: systemctl edit hearth.")
    }
    return .ok("an agent that hangs is started anew (WatchdogSec=\(value))")
  }
}
