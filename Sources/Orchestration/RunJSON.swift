import Basics
import Containers
internal import Scoring
package import Wire

// How a run is written: in the journal, in the API's answers and to callbacks, with the same names
// everywhere.
extension Run {
  /// The run as an object with its members in alphabetical order.
  package var json: JSON {
    var object = JSONObject()
    if !allowsSelf { object["allowsSelf"] = false }
    object["arguments"] = .array(workload.arguments.map { .string($0) })
    object["attempt"] = .integer(Int64(attempt))
    if bound != .processor { object["bound"] = .string(bound.rawValue) }
    if !callback.isEmpty { object["callback"] = .string(callback) }
    if !constraints.isEmpty { object["constraints"] = .array(constraints.map { .string($0.text) }) }
    if let deadline { object["deadline"] = .integer(Int64(deadline)) }
    object["host"] = .string(host)
    if !hostNode.isEmpty { object["hostNode"] = .string(hostNode) }
    object["id"] = .string(id.text)
    if onHostLoss != .restart { object["onHostLoss"] = .string(onHostLoss.rawValue) }
    object["requester"] = .string(requester)
    object["requesterAddress"] = .string(requesterAddress)
    if isHosted { object["requesterNode"] = .string(requesterNode) }
    object["service"] = .string(service)
    object["state"] = .string(state.name)
    switch state {
    case .finished(let exitCode):
      object["exitCode"] = .integer(Int64(exitCode))
    case .failed(let failure):
      if let code = failure.exitCode { object["exitCode"] = .integer(Int64(code)) }
      object["failure"] = failure.json
    case .pulling(let percent) where percent >= 0:
      object["percent"] = .integer(Int64(percent))
    default:
      break
    }
    if isStopping { object["stopRequested"] = true }
    object["times"] = times.json
    object["type"] = .string(workload.kind)
    return .object(object)
  }

  /// The run with what only its own node needs to know: files and variables, the choice of its node, orphans.
  /// Secrets may be in it.
  package var journalJSON: JSON {
    var object = json.object ?? JSONObject()
    for member in journalMembers.members { object[member.name] = member.value }
    return .object(object)
  }

  /// What the journal has beyond what is told.
  var journalMembers: JSONObject {
    var object = JSONObject()
    if endReported { object["endReported"] = true }
    if !state.isFinal {
      if isAttached { object["attach"] = true }
      for (name, value) in source.members { object[name] = value }
    }
    // A choice among one is told by the host alone.
    if let placement, placement.rows.count > 1 { object["placement"] = placement.json }
    if !orphans.isEmpty { object["orphans"] = .array(orphans.map { $0.json }) }
    if !earlierHost.isEmpty { object["earlierHost"] = .string(earlierHost) }
    return object
  }

  /// What a host is asked with: the run as on disk, and who asks.
  func askBody(from node: String) -> [UInt8] {
    var copy = self
    copy.placement = nil
    copy.orphans = []
    copy.earlierHost = ""
    copy.stopIsRequested = false
    copy.requesterNode = node
    var object = copy.journalJSON.object ?? JSONObject()
    object["node"] = .string(node)
    if let expectedDemand { object["expectedDemand"] = .double(expectedDemand) }
    return JSON.object(object).encoded()
  }

  /// A run that another node asks this one, `host`, to run; nil where the body is none, or names no attempt
  /// or node.
  package init?(asked json: JSON, host: String) {
    guard let node = json["node"]?.string, !node.isEmpty, node != host, json["attempt"]?.integer != nil else {
      return nil
    }
    self.init(json: json)
    // The requester tells the callback, and only it knows how the choice was made.
    callback = ""
    state = .accepted
    times = RunTimes(accepted: times.accepted)
    requesterNode = node
    hostNode = host
    placement = nil
    orphans = []
    endReported = false
    stopIsRequested = false
    expectedDemand = json["expectedDemand"]?.double
  }

  /// A run as its host reports it, with the state on the way; nil where the object is none.
  package init?(report json: JSON) {
    self.init(json: json)
    if let now = RunState(underWay: json) { state = now }
    stopIsRequested = false
    // It goes into our journal and to our clients.
    if case .failed(var failure) = state {
      failure.reason = failure.reason.sanitized(limit: Self.reasonLimit, keepsLines: true)
      state = .failed(failure)
    }
  }

  /// A year: nobody waits longer.
  package static let deadlineLimit: Int64 = 365 * 86400

  /// Bytes of what a host says of a failure: several lines of an Engine.
  private static let reasonLimit = 4096

  /// Reads a run back from the journal; nil where the object is not one.
  package init?(json: JSON) {
    guard let id = RunID(json["id"]?.string ?? ""), let service = json["service"]?.string,
      let kind = json["type"]?.string, let times = RunTimes(json: json["times"]),
      let workload = Workload(kind: kind, arguments: json["arguments"]?.array ?? [])
    else { return nil }
    self.init(
      id: id, service: service, workload: workload, requester: json["requester"]?.string ?? "",
      requesterAddress: json["requesterAddress"]?.string ?? "", callback: json["callback"]?.string ?? "",
      host: json["host"]?.string ?? "", source: WorkloadSource(json: json) ?? WorkloadSource(), times: times)
    if let final = RunState(final: json) {
      state = final
    } else if json["state"]?.string == RunState.handedOver.name {
      // Nobody can be asked for it.
      state = .handedOver
    }
    hostNode = json["hostNode"]?.string ?? ""
    // Without the member it was written when each run was the node's own.
    attempt = Int(min(max(json["attempt"]?.integer ?? 1, 0), Self.attemptLimit))
    requesterNode = json["requesterNode"]?.string ?? ""
    onHostLoss = OnHostLoss(rawValue: json["onHostLoss"]?.string ?? "") ?? .restart
    allowsSelf = json["allowsSelf"]?.bool ?? true
    isAttached = json["attach"]?.bool ?? false
    bound = Requirements.Bound(rawValue: json["bound"]?.string ?? "") ?? .processor
    deadline = json["deadline"]?.integer.flatMap { $0 > 0 ? Int(min($0, Self.deadlineLimit)) : nil }
    for text in (json["constraints"]?.array ?? []).prefix(Constraint.limit) {
      if let constraint = try? Constraint(parsing: text.string ?? "") { constraints.append(constraint) }
    }
    placement = json["placement"].flatMap { Placement(json: $0) }
    // The name of the member in version 0.1.0 was `strays`.
    let copies = json["orphans"] ?? json["strays"]
    orphans = (copies?.array ?? []).prefix(Self.orphanLimit).compactMap { Orphan(json: $0) }
    endReported = json["endReported"]?.bool ?? false
    earlierHost = json["earlierHost"]?.string ?? ""
    stopIsRequested = json["stopRequested"]?.bool ?? false
  }
}

extension Run {
  /// Attempts are counted to here; one a second would take years.
  static let attemptLimit: Int64 = 1 << 30
  /// Orphans that are remembered of one run; the oldest go first.
  static let orphanLimit = 16
}

extension Orphan {
  var json: JSON { ["attempt": .integer(Int64(attempt)), "node": .string(node)] }

  init?(json: JSON) {
    guard let node = json["node"]?.string, let attempt = json["attempt"]?.integer, attempt >= 0 else {
      return nil
    }
    self.init(node: node, attempt: Int(min(attempt, Run.attemptLimit)))
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
    func bounded(_ time: Int64) -> Int64 { min(max(time, 0), Self.latest) }
    self.init(
      accepted: bounded(accepted), started: bounded(json["started"]?.integer ?? 0))
    let ended = bounded(json["ended"]?.integer ?? 0)
    if ended > 0 { end(at: ended) }
  }

  /// The year 10000: a time from elsewhere is nothing that arithmetic stumbles over.
  static let latest: Int64 = 253_402_300_800_000
}

extension RunFailure {
  var json: JSON {
    var object = JSONObject()
    if cause != .node { object["cause"] = .string(cause.rawValue) }
    object["kind"] = .string(kind.rawValue)
    object["reason"] = .string(reason)
    return .object(object)
  }
}

extension Workload {
  /// From the API's words: `container` or `native`, and the arguments, each of which must be a string; nil
  /// otherwise. An empty list is taken: the node's definition of the service has the command.
  package init?(kind: String, arguments: [JSON]) {
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
  /// The state on the way that `json` tells; nil where it tells none.
  init?(underWay json: JSON) {
    switch json["state"]?.string {
    case "accepted": self = .accepted
    case "placing": self = .placing
    case "pulling": self = .pulling(percent: Int(min(max(json["percent"]?.integer ?? -1, -1), 100)))
    case "starting": self = .starting
    case "running": self = .running
    default: return nil
    }
  }

  /// The final state that `json` tells; nil where the run was under way.
  init?(final json: JSON) {
    let code = json["exitCode"]?.integer.map { Int(Int32(clamping: $0)) }
    switch json["state"]?.string {
    case "finished":
      self = .finished(exitCode: code ?? 0)
    case "stopped":
      self = .stopped
    case "failed":
      let name = json["failure"]?["kind"]?.string
      let kind = RunFailure.Kind.allCases.first { $0.rawValue == name } ?? .lost
      let cause = RunFailure.Cause(rawValue: json["failure"]?["cause"]?.string ?? "") ?? .node
      self = .failed(RunFailure(kind, json["failure"]?["reason"]?.string ?? "", exitCode: code, cause: cause))
    default:
      return nil
    }
  }
}
