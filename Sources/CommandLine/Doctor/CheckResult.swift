/// What a check found, and what its reader may do about it.
enum CheckResult: Equatable {
  case ok(String)
  /// Works, but not as well as it could, or not for long.
  case warn(String, remedy: String)
  /// Does not work.
  case fail(String, remedy: String)
  /// Was not checked; why not.
  case skipped(String)

  /// As in the JSON.
  var outcome: String {
    switch self {
    case .ok: "ok"
    case .warn: "warn"
    case .fail: "fail"
    case .skipped: "skipped"
    }
  }

  /// What was found, or why nothing was looked for.
  var found: String {
    switch self {
    case .ok(let text), .skipped(let text), .warn(let text, _), .fail(let text, _): text
    }
  }

  /// One sentence; empty where nothing is to be done.
  var remedy: String {
    switch self {
    case .ok, .skipped: ""
    case .warn(_, let text), .fail(_, let text): text
    }
  }
}
