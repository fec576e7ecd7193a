internal import Wire

/// What a whole answer of the Engine says.
struct EngineAnswer {
  var events: [EngineEvent]
  /// The answer came, and tells of an error.
  var failure: EngineError.Reason?

  /// Why an answer says nothing.
  struct Fault: Error {
    let reason: EngineError.Reason
  }

  private static let limits = JSON.Limits(bytes: EngineCall.documentLimit, nodes: 1 << 18)

  static func parse(_ bytes: [UInt8]) -> JSON? {
    do throws(JSONError) {
      return try JSON.parse(bytes, limits: limits)
    } catch {
      return nil
    }
  }

  static func read(_ bytes: [UInt8], of verb: EngineVerb) throws(Fault) -> EngineAnswer {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(bytes, limits: limits)
    } catch {
      throw Fault(reason: .malformed("the answer, \(error.description)"))
    }
    switch verb {
    case .version:
      return try answer(EngineDescription(json).map { .version($0) }, or: "a version without ApiVersion")
    case .imageInspect:
      return try answer(ImageDescription(json).map { .image($0) }, or: "an image without Id")
    case .create: return try answer(created(json), or: "a created container without Id")
    case .wait: return try exit(json)
    default: return EngineAnswer(events: [])
    }
  }

  /// What one element of a list says, or an inspected container.
  static func read(element bytes: [UInt8], of verb: EngineVerb) throws(Fault) -> EngineEvent {
    let json = parse(bytes) ?? .null
    switch verb {
    case .images:
      guard let image = ImageDescription(json) else { throw Fault(reason: .malformed("an image without Id")) }
      return .images([image])
    case .list:
      guard let container = ContainerState(listed: json) else {
        throw Fault(reason: .malformed("a list with an element that is no container"))
      }
      return .container(container)
    default:
      guard let container = ContainerState(inspected: json) else {
        throw Fault(reason: .malformed("a container without Id or State"))
      }
      return .container(container)
    }
  }

  private static func answer(_ event: EngineEvent?, or what: String) throws(Fault) -> EngineAnswer {
    guard let event else { throw Fault(reason: .malformed(what)) }
    return EngineAnswer(events: [event])
  }

  private static func created(_ json: JSON) -> EngineEvent? {
    guard let id = json["Id"]?.string, !id.isEmpty else { return nil }
    var warnings: [String] = []
    for warning in json["Warnings"]?.array ?? [] {
      if let text = warning.string { warnings.append(text) }
    }
    return .created(id: id, warnings: warnings)
  }

  /// The code may come with an error: -1 if the wait itself failed (the Engine is being stopped), else the
  /// container's code, and the error is that of what follows its end.
  private static func exit(_ json: JSON) throws(Fault) -> EngineAnswer {
    guard let code = json["StatusCode"]?.integer else {
      throw Fault(reason: .malformed("a wait without StatusCode"))
    }
    let failure = json["Error"]?["Message"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let events: [EngineEvent] = failure != nil && code < 0 ? [] : [.exited(code: code)]
    return EngineAnswer(events: events, failure: failure.map { .reported(message: $0) })
  }
}
