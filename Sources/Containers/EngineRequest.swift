package import Wire

/// A call to the Engine (Engine API reference, the path is given with each).
///
/// Containers are named by identifier or name.
package enum EngineRequest: Equatable, Sendable {
  /// What Engine is this: `GET /version`. Yields `version`.
  case version
  /// Fetch an image: `POST /images/create`. Yields `progress`. The tag may be a digest, `sha256:…`; the platform
  /// is `os/architecture[/variant]`, the Engine's own if `nil`.
  case pull(name: String, tag: String, platform: String? = nil)
  /// Does the Engine hold this image: `GET /images/NAME/json`. Yields `image`.
  case imageInspect(reference: String)
  /// What images does this Engine hold: `GET /images/json`. Yields `images`, one after the other, with their
  /// names, digests and sizes.
  case images
  /// `POST /containers/create` with that body. Yields `created`.
  case create(name: String?, platform: String? = nil, body: JSON)
  /// `POST /containers/ID/start`; a container that runs already is fine.
  case start(id: String)
  /// What the container wrote: `GET /containers/ID/logs`. Yields `output`; with `follow` until the container ends.
  /// `tail` is the number of last lines, all if `nil`; `since` and `until` are nanoseconds since 1970.
  case logs(id: String, follow: Bool, tail: Int? = nil, since: Int64? = nil, until: Int64? = nil)
  /// What the container writes from now on: `POST /containers/ID/attach`. Yields `attached`, then `output` until the
  /// container ends or the connection does, which cannot be told apart.
  case attach(id: String)
  /// Wait until the container does not run, which is true at once for one that was never started:
  /// `POST /containers/ID/wait`. Yields `exited`.
  case wait(id: String)
  /// `POST /containers/ID/stop`: its stop signal, then after the seconds (the container's own setting if `nil`)
  /// SIGKILL. A container that does not run is fine.
  case stop(id: String, seconds: Int? = nil)
  /// `POST /containers/ID/kill` with a signal such as `SIGTERM`.
  case kill(id: String, signal: String)
  /// `DELETE /containers/ID`, with `force` a running one too, with `volumes` its anonymous volumes too.
  case remove(id: String, force: Bool, volumes: Bool)
  /// `GET /containers/ID/json`. Yields `container`.
  case inspect(id: String)
  /// `GET /containers/json`, running or not, that have all these labels (`name` or `name=value`). Yields `containers`;
  /// of their labels those that are asked for, and Hearth's own.
  case list(labels: [String])
  /// `GET /events` of containers that have all these labels and, if any are given, one of these actions; from
  /// `since` in nanoseconds since 1970, else from now. Yields `notice` until the connection ends.
  case events(labels: [String], actions: [String] = [], since: Int64? = nil)

  /// Which call it is, without its arguments.
  package var verb: EngineVerb {
    switch self {
    case .version: .version
    case .pull: .pull
    case .imageInspect: .imageInspect
    case .images: .images
    case .create: .create
    case .start: .start
    case .logs: .logs
    case .attach: .attach
    case .wait: .wait
    case .stop: .stop
    case .kill: .kill
    case .remove: .remove
    case .inspect: .inspect
    case .list: .list
    case .events: .events
    }
  }

  /// What the call is about, for errors.
  package var subject: String {
    switch self {
    case .version, .list, .images, .events: ""
    case .pull(let name, let tag, _): Self.isDigest(tag) ? "\(name)@\(tag)" : "\(name):\(tag)"
    case .imageInspect(let reference): reference
    case .create(let name, _, let body): name ?? body["Image"]?.string ?? ""
    case .start(let id), .logs(let id, _, _, _, _), .attach(let id), .wait(let id), .stop(let id, _),
      .kill(let id, _), .remove(let id, _, _), .inspect(let id):
      id
    }
  }

  /// Seconds without a byte after which the call may be given up (`EngineCall.fellSilent`); `nil` where silence
  /// is the normal state.
  ///
  /// A small board on a slow card takes long to create and start; a pull reports at least when a layer is extracted.
  package var timeout: Int? {
    switch self {
    case .version: 10
    case .inspect, .list, .images, .imageInspect: 30
    case .create, .start, .kill, .remove: 120
    case .pull: 600
    case .stop(_, let seconds): 60 + min(max(seconds ?? 60, 0), 3600)
    case .logs(_, let follow, _, _, _): follow ? nil : 30
    case .attach, .wait, .events: nil
    }
  }

  /// What is kept of each element of the answer; nil where that is read as a whole.
  var wish: EngineElements.Wish? {
    switch self {
    case .list(let labels):
      let names = labels.map { label in
        String(decoding: label.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
      }
      return EngineElements.Wish(
        members: ["Id", "Names", "Image", "ImageID", "State", "Labels"], outer: "Labels", inner: names,
        prefix: Label.prefix)
    case .images:
      return EngineElements.Wish(members: ["Id", "RepoTags", "RepoDigests", "Size"])
    case .inspect:
      return EngineElements.Wish(
        members: ["Id", "Name", "Image", "State", "Config"], outer: "Config",
        inner: ["Image", "Labels", "Tty"])
    default: return nil
    }
  }

  private static func isDigest(_ tag: String) -> Bool {
    tag.utf8.contains(UInt8(ascii: ":"))
  }
}
