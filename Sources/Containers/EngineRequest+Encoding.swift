internal import Wire

extension EngineRequest {
  /// The versions that brought the `platform` of a call; below, it is left out.
  private static let platformOfPull = EngineVersion(1, 32)
  private static let platformOfCreate = EngineVersion(1, 41)

  /// The bytes to write to the Engine's socket; one connection carries one call.
  package func encode(version: EngineVersion?) -> [UInt8] {
    var headers = HTTPHeaders([("User-Agent", "hearth"), ("Connection", "close")])
    var body: [UInt8] = []
    if case .create(_, _, let json) = self {
      headers.add("Content-Type", "application/json")
      body = json.encoded()
    }
    var bytes: [UInt8] = []
    HTTPRequest.encode(
      method: method, target: target(version), host: "docker", headers: headers, body: body, into: &bytes)
    return bytes
  }

  private var method: String {
    switch self {
    case .version, .imageInspect, .images, .logs, .inspect, .list, .events: "GET"
    case .pull, .create, .start, .attach, .wait, .stop, .kill: "POST"
    case .remove: "DELETE"
    }
  }

  private func target(_ version: EngineVersion?) -> String {
    switch self {
    case .version: return "/version"
    case .pull, .imageInspect, .images: return imageTarget(version)
    case .list(let labels):
      var target = EngineTarget(version)
      target.path(fixed: "/containers/json")
      target.query("all", true)
      target.filters([("label", labels)])
      return target.text
    case .events(let labels, let actions, let since):
      var target = EngineTarget(version)
      target.path(fixed: "/events")
      target.query("since", nanoseconds: since)
      target.filters([("type", ["container"]), ("label", labels), ("event", actions)])
      return target.text
    default: return containerTarget(version)
    }
  }

  private func imageTarget(_ version: EngineVersion?) -> String {
    var target = EngineTarget(version)
    if case .imageInspect(let reference) = self {
      target.path(fixed: "/images/")
      target.path(image: reference)
      target.path(fixed: "/json")
    } else if case .images = self {
      target.path(fixed: "/images/json")
    } else if case .pull(let name, let tag, let platform) = self {
      target.path(fixed: "/images/create")
      target.query("fromImage", name)
      target.query("tag", tag)
      if let platform, version.map({ $0 >= Self.platformOfPull }) ?? true {
        target.query("platform", platform)
      }
    }
    return target.text
  }

  private func containerTarget(_ version: EngineVersion?) -> String {
    var target = EngineTarget(version)
    target.path(fixed: "/containers/")
    if case .create(let name, let platform, _) = self {
      target.path(fixed: "create")
      if let name { target.query("name", name) }
      if let platform, version.map({ $0 >= Self.platformOfCreate }) ?? true {
        target.query("platform", platform)
      }
      return target.text
    }
    target.path(segment: subject)
    switch self {
    case .start: target.path(fixed: "/start")
    case .logs(_, let follow, let tail, let since, let until):
      target.path(fixed: "/logs")
      target.query("stdout", true)
      target.query("stderr", true)
      target.query("follow", follow)
      target.query("tail", tail.map { String(max(0, $0)) } ?? "all")
      target.query("since", nanoseconds: since)
      target.query("until", nanoseconds: until)
    case .attach:
      target.path(fixed: "/attach")
      target.query("stream", true)
      target.query("stdout", true)
      target.query("stderr", true)
    case .wait:
      target.path(fixed: "/wait")
      target.query("condition", "not-running")
    case .stop(_, let seconds):
      target.path(fixed: "/stop")
      if let seconds { target.query("t", String(max(0, seconds))) }
    case .kill(_, let signal):
      target.path(fixed: "/kill")
      target.query("signal", signal)
    case .remove(_, let force, let volumes):
      target.query("force", force)
      target.query("v", volumes)
    case .inspect: target.path(fixed: "/json")
    default: break
    }
    return target.text
  }
}
