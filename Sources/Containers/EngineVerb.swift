/// The calls this client makes, by name.
package enum EngineVerb: String, Equatable, Sendable {
  case version, pull, create, start, logs, attach, wait, stop, kill, remove, inspect, list, events,
    images
  case imageInspect = "image inspect"
}
