import Basics
package import Wire

/// What a node tells of itself (`GET /api/v2/node`), as far as others need it: short, and safe to show.
package struct NodeFacts: Equatable {
  /// Its host name.
  package var name: String
  /// As Docker names it, for example arm64.
  package var architecture: String
  /// Other architectures that it runs.
  package var alsoRuns: [String]
  /// The name of its profile.
  package var board: String
  /// How many cores it has, 0 where it does not tell.
  package var cores: Int
  /// How fast they are.
  package var speeds = CoreSpeeds()
  /// MB/s that one core copies; 0 where the node does not tell.
  package var memoryRate = 0.0
  /// Mbit/s of its link; 0 where the node does not tell.
  package var linkRate = 0.0
  /// nil where the node does not tell.
  package var images: [HomeNode.Image]?
  /// What its owner has defined.
  package var services: [HomeNode.Service] = []

  /// As many as a node may define.
  private static let serviceLimit = 256
  /// Bytes of a name: host names have at most 64 (hostname(7)), services and boards no more than this.
  private static let nameLimit = 128
  /// Other architectures than its own that a node runs.
  private static let architectureLimit = 8

  /// Reads the answer of any node: what is too much is cut, what makes no sense is left out.
  package init(_ json: JSON) {
    func text(_ json: JSON?) -> String { (json?.string ?? "").sanitized(limit: Self.nameLimit) }
    name = text(json["hostname"])
    architecture = text(json["architecture"])
    alsoRuns = (json["alsoRuns"]?.array ?? []).prefix(Self.architectureLimit).map { text($0) }
    board = text(json["profile"])
    cores = Int(min(max(json["cores"]?.integer ?? 0, 0), 4096))
    for service in (json["services"]?.array ?? []).prefix(Self.serviceLimit) {
      // A name that is cut would be another service's.
      guard let name = service["name"]?.string, name.utf8.count <= Self.nameLimit,
        let kind = service["type"]?.string, kind == "container" || kind == "native"
      else { continue }
      services.append(HomeNode.Service(name: name.sanitized(), kind: kind))
    }
    takeCapacity(json["capacity"])
    guard let list = json["images"]?.array else { return }
    var images: [HomeNode.Image] = []
    for image in list.prefix(HomeNode.imageLimit) {
      guard let hash = image["hash"]?.integer.flatMap({ UInt32(exactly: $0) }) else { continue }
      images.append(
        HomeNode.Image(hash: hash, mebibytes: Int(min(max(image["mebibytes"]?.integer ?? 0, 0), 1 << 20))))
    }
    self.images = images
  }

  private mutating func takeCapacity(_ json: JSON?) {
    func number(_ json: JSON?, most: Double) -> Double {
      let value = json?.double ?? 0
      return value > 0 && value <= most ? value : 0
    }
    memoryRate = number(json?["copyRate"], most: 1e6)
    linkRate = number(json?["linkRate"], most: 1e6)
    let quota = number(json?["quota"], most: 4096)
    if quota > 0 { speeds.quota = quota }
    for group in (json?["cores"]?.array ?? []).prefix(CoreSpeeds.groupLimit) {
      speeds.add(number(group["count"], most: 4096), speed: number(group["mips"], most: 1e6))
    }
  }
}
