internal import Wire

extension EngineRequest {
  /// The versions that brought the `platform` of a call; below, it is left out.
  private static let platformOfPull = EngineVersion(1, 32)
  private static let platformOfCreate = EngineVersion(1, 41)

  /// The bytes to write to the Engine's socket; one connection carries one call.
  public func encode(version: EngineVersion?) -> [UInt8] {
    var body: [UInt8]?
    if case .create(_, _, let json) = self { body = json.encoded() }
    var text = "\(method) \(target(version)) HTTP/1.1\r\nHost: docker\r\nUser-Agent: hearth\r\nConnection: close\r\n"
    if let body {
      text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
    } else if method == "POST" {
      text += "Content-Length: 0\r\n"
    }
    text += "\r\n"
    return Array(text.utf8) + (body ?? [])
  }

  private var method: String {
    switch self {
    case .version, .ping, .imageInspect, .logs, .inspect, .list, .events: "GET"
    case .pull, .create, .start, .attach, .wait, .stop, .kill: "POST"
    case .remove: "DELETE"
    }
  }

  private func target(_ version: EngineVersion?) -> String {
    switch self {
    case .version: return "/version"
    case .ping: return "/_ping"
    case .pull, .imageInspect: return imageTarget(version)
    case .list(let labels):
      var target = EngineTarget(version)
      target.path("/containers/json")
      target.query("all", true)
      target.filters([("label", labels)])
      return target.text
    case .events(let labels, let actions, let since):
      var target = EngineTarget(version)
      target.path("/events")
      target.query("since", nanoseconds: since)
      target.filters([("type", ["container"]), ("label", labels), ("event", actions)])
      return target.text
    default: return containerTarget(version)
    }
  }

  private func imageTarget(_ version: EngineVersion?) -> String {
    var target = EngineTarget(version)
    if case .imageInspect(let reference) = self {
      target.path("/images/")
      target.path(reference, isImage: true)
      target.path("/json")
    } else if case .pull(let name, let tag, let platform) = self {
      target.path("/images/create")
      target.query("fromImage", name)
      target.query("tag", tag)
      if let platform, version.map({ $0 >= Self.platformOfPull }) ?? true { target.query("platform", platform) }
    }
    return target.text
  }

  private func containerTarget(_ version: EngineVersion?) -> String {
    var target = EngineTarget(version)
    target.path("/containers/")
    if case .create(let name, let platform, _) = self {
      target.path("create" as StaticString)
      if let name { target.query("name", name) }
      if let platform, version.map({ $0 >= Self.platformOfCreate }) ?? true { target.query("platform", platform) }
      return target.text
    }
    target.path(subject)
    switch self {
    case .start: target.path("/start")
    case .logs(_, let follow, let tail, let timestamps, let since):
      target.path("/logs")
      target.query("stdout", true)
      target.query("stderr", true)
      target.query("follow", follow)
      target.query("timestamps", timestamps)
      target.query("tail", tail.map { String(max(0, $0)) } ?? "all")
      target.query("since", nanoseconds: since)
    case .attach:
      target.path("/attach")
      target.query("stream", true)
      target.query("stdout", true)
      target.query("stderr", true)
    case .wait(_, let condition):
      target.path("/wait")
      target.query("condition", condition.rawValue)
    case .stop(_, let seconds):
      target.path("/stop")
      if let seconds { target.query("t", String(max(0, seconds))) }
    case .kill(_, let signal):
      target.path("/kill")
      target.query("signal", signal)
    case .remove(_, let force, let volumes):
      target.query("force", force)
      target.query("v", volumes)
    case .inspect: target.path("/json")
    default: break
    }
    return target.text
  }
}
