internal import Wire

/// A container as the Engine sees it.
///
/// `inspect` fills everything; `list` knows neither exit code nor times, terminal or error, which stay empty.
package struct ContainerState: Equatable, Sendable {
  /// 64 hexadecimal digits.
  package var id: String
  /// The name without its leading slash.
  package var name: String
  /// The image as it was asked for.
  package var image: String
  /// Digest of the image's configuration, `sha256:…`.
  package var imageID: String
  /// `Config.Labels`, or `Labels` of a list; in the Engine's order, and empty where there are none.
  package var labels: [EngineLabel]
  /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
  package var status: String
  /// Whether its process lives; also true while paused.
  package var running: Bool
  /// The exit code of the last run; `nil` before the first has ended and in a list.
  package var exitCode: Int64?
  /// The kernel ended a process of it for lack of memory.
  package var oomKilled: Bool
  /// Why the last start failed, in the Engine's words; empty if it did not.
  package var error: String
  /// Time of the last start, RFC 3339 in UTC; `nil` if there was none.
  package var startedAt: String?
  /// Time of the last end, RFC 3339 in UTC; `nil` if there was none.
  package var finishedAt: String?
  /// It has a terminal: its output is one raw stream without frames.
  package var terminal: Bool

  /// A container of which only the identifier is known: texts are empty, flags false, the rest nil.
  package init(id: String) {
    self.id = id
    name = ""
    image = ""
    imageID = ""
    labels = []
    status = ""
    running = false
    oomKilled = false
    error = ""
    terminal = false
  }

  /// Reads the answer of `inspect`.
  init?(inspected json: JSON) {
    guard let id = json["Id"]?.string, let state = json["State"] else { return nil }
    self.init(id: id)
    name = Self.bare(json["Name"]?.string)
    imageID = json["Image"]?.string ?? ""
    let config = json["Config"]
    image = config?["Image"]?.string ?? ""
    labels = EngineLabel.list(config?["Labels"])
    terminal = config?["Tty"]?.bool ?? false
    status = state["Status"]?.string ?? ""
    running = state["Running"]?.bool ?? false
    oomKilled = state["OOMKilled"]?.bool ?? false
    error = state["Error"]?.string ?? ""
    startedAt = Self.time(state["StartedAt"])
    finishedAt = Self.time(state["FinishedAt"])
    // The Engine says 0 for a container that never ran as well; a running one keeps the code of its last end.
    if finishedAt != nil && !running || status == "exited" || status == "dead" {
      exitCode = state["ExitCode"]?.integer
    }
  }

  /// Reads one element of the answer of `list`.
  init?(listed json: JSON) {
    guard let id = json["Id"]?.string else { return nil }
    self.init(id: id)
    name = Self.bare(json["Names"]?.array?.first?.string)
    image = json["Image"]?.string ?? ""
    imageID = json["ImageID"]?.string ?? ""
    labels = EngineLabel.list(json["Labels"])
    status = json["State"]?.string ?? ""
    running = status == "running" || status == "paused"
  }

  private static func bare(_ name: String?) -> String {
    guard let name else { return "" }
    return name.utf8.first == UInt8(ascii: "/")
      ? String(decoding: name.utf8.dropFirst(), as: UTF8.self) : name
  }

  /// The Engine writes year 1 for "never".
  private static func time(_ json: JSON?) -> String? {
    guard let text = json?.string, !text.isEmpty, !text.utf8.starts(with: "0001-".utf8) else { return nil }
    return text
  }
}
