public import Hardware

/// What a requester knows of one node of the home, itself included.
///
/// Score, terms and runs come with each heartbeat; the rest are facts that the node is asked for once they change.
public struct HomeNode: Sendable, Equatable {
  public enum State: UInt8, Sendable {
    case alive, suspect, dead, left
  }

  /// A term of the score and what it multiplies the score by, 0...1.
  public struct Effect: Sendable, Equatable {
    public var name: String
    public var effect: Double

    public init(name: String, effect: Double) {
      self.name = name
      self.effect = effect
    }
  }

  /// A service that the node's owner has defined there.
  public struct Service: Sendable, Equatable {
    public var name: String
    /// `container` or `native`.
    public var kind: String

    public init(name: String, kind: String) {
      self.name = name
      self.kind = kind
    }
  }

  /// `edge-orchestration-` and a UUID.
  public let id: String
  /// Its host name.
  public var name = ""
  /// Where it is reached, as people write it.
  public var address = ""
  /// Docker's word for it, as `amd64`, `arm64` or `arm/v7`; empty where unknown.
  public var architecture = ""
  /// The name of its profile; empty where unknown.
  public var board = ""
  /// Cores in all; 0 where unknown.
  public var cores = 0
  /// In units of 1/100 of an idle Raspberry Pi 3; 0 where none was heard.
  public var score = 0.0
  public var terms: [Effect] = []
  /// Bytes; nil where unknown.
  public var memoryAvailable: Int64?
  public var hasEngine = false
  public var runsNative = false
  /// Its owner wants no new work on it.
  public var isDrained = false
  public var services: [Service] = []
  /// Runs in flight there.
  public var runs = 0
  public var state = State.alive
  public var isSelf = false
  /// Whether its abilities, services and architecture are known.
  public var factsKnown = false
  /// A node of Home Edge, spoken to by its own protocol: only its services, abilities and address are known.
  public var isHomeEdge = false
  /// When the heartbeat came that brought the score.
  public var heardAt = Instant(nanoseconds: 0)
  /// Runs that this requester placed there and the score cannot show yet; `HomeView` keeps count.
  public internal(set) var placedSinceHeard = 0

  public init(id: String) {
    self.id = id
  }

  /// Whether it answers, as far as is known.
  public var isReachable: Bool {
    state == .alive || state == .suspect
  }

  /// Whether its owner has defined this service there.
  public func offers(_ service: String, kind: String) -> Bool {
    services.contains { $0.name == service && $0.kind == kind }
  }
}
