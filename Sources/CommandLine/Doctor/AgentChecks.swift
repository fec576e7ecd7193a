import Basics
import Scoring
import Settings
import Wire

// The agent, its unit and its settings.
extension Check {
  static func settings(_ context: CheckContext) -> CheckResult {
    if let fault = context.settingsFault {
      return .fail(fault.message, remedy: "Correct that line; the agent does not start with it.")
    }
    var files = [Configuration.path]
    for name in context.names(in: Configuration.folder) where name.ends(with: ".conf") {
      files.append(Configuration.folder + "/" + name)
    }
    for file in files {
      guard case .present(let mode, let owner, _, _) = context.entry(file) else { continue }
      if mode & 0o002 != 0 || !context.mayOwn(owner) {
        return .fail(
          "\(file): others can change the settings",
          remedy: "Close it: chown root \(file); chmod 644 \(file).")
      }
    }
    let count = context.conf?.sections.reduce(0) { $0 + $1.entries.count } ?? 0
    return .ok(count == 0 ? "the defaults" : "\(count) set")
  }

  static func services(_ context: CheckContext) -> CheckResult {
    let settings = context.configuration
    let catalogue = ServiceCatalogue(
      homeEdge: context.root + settings.homeEdge, own: context.root + settings.services)
    var faults: [String] = []
    catalogue.onFault = { faults.append($0) }
    catalogue.refresh()
    if let fault = faults.first {
      let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
      return .warn(fault + more, remedy: "Correct that definition; the service is not offered until then.")
    }
    return .ok("\(catalogue.definitions.count) defined")
  }

  static func profiles(_ context: CheckContext) -> CheckResult {
    if let fault = context.profilesFault {
      return .fail(fault.message, remedy: "Correct that line; the agent does not start with it.")
    }
    return .ok(context.profile.name)
  }

  static func agent(_ context: CheckContext) -> CheckResult {
    switch context.agent {
    case .notAsked: return .skipped("a tree has no agent")
    case .absent(let reason):
      return .fail(
        reason, remedy: "Start it: systemctl start hearth; journalctl -u hearth says why it ended.")
    case .silent(let reason):
      return .fail(
        reason, remedy: "Look at journalctl -u hearth, then start it anew: systemctl restart hearth.")
    case .answered(let node, _):
      let version = node["version"]?.string ?? "?"
      let span = spanText(seconds: node["uptimeSeconds"]?.integer ?? 0)
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

  private static func unitFolder(_ context: CheckContext) -> String? {
    unitFolders.first { context.exists("\($0)/hearth.service") }
  }

  private static func hasSystemd(_ context: CheckContext) -> Bool {
    context.exists("/run/systemd/system") || context.exists("/etc/systemd/system")
  }

  static func unit(_ context: CheckContext) -> CheckResult {
    guard hasSystemd(context) else { return .skipped("this machine has no systemd") }
    guard unitFolder(context) != nil else {
      return .warn(
        "systemd does not know the agent", remedy: "Install the package, which brings hearth.service.")
    }
    let folder = "/etc/systemd/system"
    for name in context.names(in: folder) where name.ends(with: ".wants") {
      if context.exists("\(folder)/\(name)/hearth.service") { return .ok("enabled") }
    }
    return .warn(
      "hearth.service does not start with the board", remedy: "Enable it: systemctl enable hearth.")
  }

  /// What the unit and its additions give an option, in their order.
  static func unitValues(of option: String, _ context: CheckContext) -> [String] {
    guard let unit = unitFolder(context) else { return [] }
    var files = ["\(unit)/hearth.service"]
    for folder in unitFolders.reversed() {
      files += context.names(in: "\(folder)/hearth.service.d").map { "\(folder)/hearth.service.d/\($0)" }
    }
    var values: [String] = []
    for file in files {
      for line in context.lines(file) ?? [] {
        let parts = line.words(at: "=")
        if parts.count == 2, parts[0] == option { values.append(parts[1]) }
      }
    }
    return values
  }

  static func watchdog(_ context: CheckContext) -> CheckResult {
    guard hasSystemd(context), unitFolder(context) != nil else {
      return .skipped("systemd does not know the agent")
    }
    let value = unitValues(of: "WatchdogSec", context).last ?? ""
    guard !value.isEmpty, value != "0" else {
      return .warn(
        "an agent that hangs is not started anew",
        remedy: "Set WatchdogSec=30 in the unit: systemctl edit hearth.")
    }
    return .ok("an agent that hangs is started anew (WatchdogSec=\(value))")
  }
}
