internal import Wire

/// Something that happened in the Engine (one line of `GET /events`).
package struct EngineNotice: Equatable, Sendable {
  /// The kind of thing it happened to: `container`, `image`, `network` and others.
  package var type: String
  /// What happened: `create`, `start`, `oom`, `die`, `destroy`, `health_status: healthy` and others.
  package var action: String
  /// The thing's identifier.
  package var id: String
  /// What the Engine adds: `image`, `name`, `exitCode`, and every label of a container under its own name.
  package var attributes: [EngineLabel]
  /// When, in nanoseconds since 1970; the `since` from which to listen again after a gap.
  package var time: Int64

  /// The exit code that comes with `die`.
  package var exitCode: Int64? {
    attributes["exitCode"].flatMap { Int64($0) }
  }

  /// A notice without attributes and with time 0 unless these are given.
  package init(type: String, action: String, id: String, attributes: [EngineLabel] = [], time: Int64 = 0) {
    self.type = type
    self.action = action
    self.id = id
    self.attributes = attributes
    self.time = time
  }

  init?(_ json: JSON) {
    guard let type = json["Type"]?.string, let action = json["Action"]?.string else { return nil }
    self.type = type
    self.action = action
    let actor = json["Actor"]
    id = actor?["ID"]?.string ?? ""
    attributes = EngineLabel.list(actor?["Attributes"])
    if let nanoseconds = json["timeNano"]?.integer {
      time = nanoseconds
    } else {
      let (product, overflows) = (json["time"]?.integer ?? 0).multipliedReportingOverflow(by: 1_000_000_000)
      time = overflows ? 0 : product
    }
  }
}
