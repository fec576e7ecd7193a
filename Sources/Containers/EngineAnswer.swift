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
    case .inspect:
      return try answer(
        ContainerState(inspected: json).map { .container($0) }, or: "a container without Id or State")
    case .imageInspect:
      return try answer(ImageDescription(json).map { .image($0) }, or: "an image without Id")
    case .images:
      return try answer(
        json.array.map { .images($0.compactMap { ImageDescription($0) }) }, or: "no list of images")
    case .create: return try answer(created(json), or: "a created container without Id")
    case .list: return try answer(containers(json), or: "a list with an element that is no container")
    case .wait: return try exit(json)
    default: return EngineAnswer(events: [])
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

  private static func containers(_ json: JSON) -> EngineEvent? {
    guard let elements = json.array else { return nil }
    var containers: [ContainerState] = []
    containers.reserveCapacity(elements.count)
    for element in elements {
      guard let container = ContainerState(listed: element) else { return nil }
      containers.append(container)
    }
    return .containers(containers)
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
