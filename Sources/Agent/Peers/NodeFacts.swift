import Scoring
import Wire

/// What a node tells of itself (`GET /api/v2/node`), as far as others need it: short, and safe to show.
struct NodeFacts: Equatable {
  var name: String
  var architecture: String
  var board: String
  var cores: Int
  var services: [HomeNode.Service] = []

  /// As many as a node may define.
  private static let serviceLimit = 256
  /// Bytes of a name: host names have at most 64 (hostname(7)), services and boards no more than this.
  private static let nameLimit = 128

  init(_ json: JSON) {
    func text(_ json: JSON?) -> String { (json?.string ?? "").plain(limit: Self.nameLimit) }
    name = text(json["hostname"])
    architecture = text(json["architecture"])
    board = text(json["profile"])
    cores = Int(min(max(json["cores"]?.integer ?? 0, 0), 4096))
    for service in (json["services"]?.array ?? []).prefix(Self.serviceLimit) {
      // A name that is cut would be another service's.
      guard let name = service["name"]?.string, name.utf8.count <= Self.nameLimit,
        let kind = service["type"]?.string, kind == "container" || kind == "native"
      else { continue }
      services.append(HomeNode.Service(name: name.plain(), kind: kind))
    }
  }
}
