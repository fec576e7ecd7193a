public import Wire

// How a run is written: in the journal, in the API's answers and to callbacks, with the same names everywhere.
extension Run {
  /// The run as an object with its members in alphabetical order.
  public var json: JSON {
    var object = JSONObject()
    object["arguments"] = .array(workload.arguments.map { .string($0) })
    if !callback.isEmpty { object["callback"] = .string(callback) }
    object["host"] = .string(host)
    object["id"] = .string(id.text)
    object["requester"] = .string(requester)
    object["requesterAddress"] = .string(requesterAddress)
    object["service"] = .string(service)
    object["state"] = .string(state.name)
    switch state {
    case .finished(let exitCode):
      object["exitCode"] = .integer(Int64(exitCode))
    case .failed(let failure):
      if let code = failure.exitCode { object["exitCode"] = .integer(Int64(code)) }
      object["failure"] = ["kind": .string(failure.kind.rawValue), "reason": .string(failure.reason)]
    case .pulling(let percent) where percent >= 0:
      object["percent"] = .integer(Int64(percent))
    default:
      break
    }
    object["times"] = times.json
    object["type"] = .string(workload.kind)
    return .object(object)
  }

  /// Reads a run back from the journal; nil where the object is not one.
  public init?(json: JSON) {
    guard let id = RunID(json["id"]?.string ?? ""), let service = json["service"]?.string,
      let kind = json["type"]?.string, let times = RunTimes(json: json["times"]),
      let workload = Workload(kind: kind, arguments: json["arguments"]?.array ?? [])
    else { return nil }
    self.init(
      id: id, service: service, workload: workload, requester: json["requester"]?.string ?? "",
      requesterAddress: json["requesterAddress"]?.string ?? "", callback: json["callback"]?.string ?? "",
      host: json["host"]?.string ?? "", source: WorkloadSource(json: json) ?? WorkloadSource(), times: times)
    if let final = RunState(final: json) { state = final }
  }
}

extension RunTimes {
  var json: JSON {
    var object = JSONObject()
    object["accepted"] = .integer(accepted)
    if ended != 0 { object["ended"] = .integer(ended) }
    if started != 0 { object["started"] = .integer(started) }
    return .object(object)
  }

  init?(json: JSON?) {
    guard let json, let accepted = json["accepted"]?.integer else { return nil }
    self.init(
      accepted: accepted, started: json["started"]?.integer ?? 0, ended: json["ended"]?.integer ?? 0)
  }
}

extension Workload {
  public init?(kind: String, arguments: [JSON]) {
    var words: [String] = []
    for argument in arguments {
      guard let word = argument.string else { return nil }
      words.append(word)
    }
    switch kind {
    case "container": self = .container(arguments: words)
    case "native": self = .native(command: words)
    default: return nil
    }
  }
}

extension RunState {
  /// The final state that `json` tells; nil where the run was under way.
  init?(final json: JSON) {
    let code = json["exitCode"]?.integer.map { Int(truncatingIfNeeded: $0) }
    switch json["state"]?.string {
    case "finished":
      self = .finished(exitCode: code ?? 0)
    case "stopped":
      self = .stopped
    case "failed":
      let name = json["failure"]?["kind"]?.string
      let kind = RunFailure.Kind.allCases.first { $0.rawValue == name } ?? .lost
      self = .failed(RunFailure(kind, json["failure"]?["reason"]?.string ?? "", exitCode: code))
    default:
      return nil
    }
  }
}
