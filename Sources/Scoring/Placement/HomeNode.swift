package import Basics

/// What a requester knows of one node of the home, itself included.
///
/// Score, terms and runs come with each heartbeat; the rest are facts that the node is asked for once they change.
package struct HomeNode: Sendable, Equatable {
  package typealias State = MemberState

  /// A term of the score and what it multiplies the score by, 0...1.
  package struct Effect: Sendable, Equatable {
    /// Which term.
    package var kind: Term.Kind
    /// What it leaves of the score, 0...1.
    package var effect: Double

    /// The effect of a term.
    package init(kind: Term.Kind, effect: Double) {
      self.kind = kind
      self.effect = effect
    }
  }

  /// An image that its engine has.
  package struct Image: Sendable, Equatable {
    /// Of its reference; see `Requirements.image`.
    package var hash: UInt32
    /// Its size as the engine tells it.
    package var mebibytes: Int

    /// An image by the hash of its reference.
    package init(hash: UInt32, mebibytes: Int) {
      self.hash = hash
      self.mebibytes = mebibytes
    }
  }

  /// Names of images that a node tells of, some four of each: a board's card holds no more.
  package static let imageLimit = 256

  /// A service that the node's owner has defined there.
  package struct Service: Sendable, Equatable {
    /// What requests call it.
    package var name: String
    /// `container` or `native`.
    package var kind: String

    /// A definition of that name and kind.
    package init(name: String, kind: String) {
      self.name = name
      self.kind = kind
    }
  }

  /// `edge-orchestration-` and a UUID.
  package let id: String
  /// Its host name.
  package var name = ""
  /// Where it is reached, as people write it.
  package var address = ""
  /// In containerd's normal form, as `amd64`, `arm64` or `arm/v7`; empty where unknown.
  package var architecture = ""
  /// What else it runs, as `arm/v8` of an `arm64` one.
  package var alsoRuns: [String] = []
  /// The name of its profile; empty where unknown.
  package var board = ""
  /// Cores in all; 0 where unknown.
  package var cores = 0
  /// How fast they are; empty where unknown.
  package var speeds = CoreSpeeds()
  /// What one core copies in memory, in MB/s; 0 where unknown.
  package var memoryRate = 0.0
  /// What its link carries, in Mbit/s; 0 where unknown.
  package var linkRate = 0.0
  /// The share of that which passes now, 0...1.
  package var linkBusy = 0.0
  /// What contends there, with the runs it has accepted; nil where it does not tell.
  package var demand: Contention?
  /// Images of its engine; nil where it does not tell.
  package var images: [Image]?
  /// In units of 1/100 of an idle Raspberry Pi 3; 0 where none was heard.
  package var score = 0.0
  /// In the order of `Term.Kind`; empty where none were heard.
  package var terms: [Effect] = []
  /// Bytes; nil where unknown.
  package var memoryAvailable: Int64?
  /// Whether a Docker Engine answers there.
  package var hasEngine = false
  /// Whether its owner lets it run programs without a container.
  package var runsNative = false
  /// Its owner wants no new work on it.
  package var isDrained = false
  /// As its owner has defined them there.
  package var services: [Service] = []
  /// Runs in flight there.
  package var runs = 0
  /// By membership, as this requester sees it.
  package var state = State.alive
  /// Whether it is this node.
  package var isSelf = false
  /// Whether its abilities, services and architecture are known.
  package var factsKnown = false
  /// A node of Home Edge, spoken to by its own protocol: only its services, abilities and address are known.
  package var isHomeEdge = false
  /// Of a node of Home Edge: it has a run of this requester's, and tells the ends of one at a time. In a choice only.
  package var isTaken = false
  /// When the heartbeat came that brought the score.
  package var heardAt = Instant(nanoseconds: 0)
  /// Runs that this requester placed there and the score cannot show yet; `HomeView` keeps count.
  package internal(set) var placedSinceHeard = 0
  /// What those add to the contention.
  package internal(set) var placedDemand = Contention.none
  /// How fast its runs went of how fast it had promised (`SpeedCalibration`), as it tells itself.
  package var calibration = 1.0
  /// Runs that it could not begin or lost lately, as this requester has seen it; each counts less as time passes.
  package internal(set) var failures = 0.0

  /// A node of which only the identifier is known.
  package init(id: String) {
    self.id = id
  }

  /// Takes what this node knows of its own demand, with all that was placed on it.
  package mutating func knowsItself(demand: Contention) {
    self.demand = demand
    placedSinceHeard = 0
    placedDemand = .none
  }

  /// Whether it answers, as far as is known.
  package var isReachable: Bool {
    state.isPresent
  }

  /// The size in MiB of an image that it has; nil where it has none, or does not tell.
  package func size(ofImage hash: UInt32) -> Int? {
    guard let images else { return nil }
    for image in images where image.hash == hash { return image.mebibytes }
    return nil
  }

  /// All that it runs, its own first.
  var architectures: [String] { [architecture] + alsoRuns }

  /// Whether its owner has defined this service there.
  package func offers(_ service: String, kind: String) -> Bool {
    services.contains { $0.name == service && $0.kind == kind }
  }
}
