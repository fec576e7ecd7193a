import Basics
import Containers
import EngineClient
import Mesh
import Orchestration
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

// How nodes are described to the orchestrator, and to people.
extension HomeNode {
  /// What a peer's heartbeats and its facts (`GET /api/v2/node`) tell.
  init(_ peer: Peer, identity: String, facts: NodeFacts?) {
    self.init(id: identity)
    state = peer.state
    heardAt = peer.heardAt
    score = peer.load.scoreValue
    runs = Int(peer.load.runs)
    memoryAvailable = peer.load.memoryBytes.map { Int64(clamping: $0) }
    hasEngine = peer.details.abilities.contains(.containers)
    runsNative = peer.details.abilities.contains(.native)
    isDrained = peer.details.abilities.contains(.drained)
    address = Self.address(of: peer).text
    for (kind, effect) in zip(Term.Kind.allCases, peer.details.effects) {
      terms.append(Effect(kind: kind, effect: effect))
    }
    if let demand = peer.load.demand {
      self.demand = Contention(
        threads: demand.threadCount, memoryBound: Double(demand.memoryBound), flows: Double(demand.flows))
      linkBusy = demand.linkBusy
    }
    calibration = SpeedCalibration.factor(told: peer.load.calibration)
    if let facts { take(facts) }
  }

  /// What people and Home Edge's clients reach it by: its packets may come from a link-local address, which means
  /// nothing without an interface of theirs, and Home Edge writes IPv4.
  private static func address(of peer: Peer) -> PeerAddress {
    let all = [peer.endpoint.address] + peer.details.addresses
    return all.first { $0.ipv4.map { $0 >> 16 != linkLocal } ?? false }
      ?? all.first { !$0.needsInterface } ?? peer.endpoint.address
  }

  /// 169.254 (RFC 3927).
  private static let linkLocal: UInt32 = 169 << 8 | 254
}

extension NodeStatus {
  /// This node, as it describes itself to its own choices.
  func ownNode() -> HomeNode {
    var own = HomeNode(id: identity)
    let snapshot = sampler.snapshot
    own.isSelf = true
    own.factsKnown = true
    own.name = HostName.text
    own.address = address
    let architectures = self.architectures.map { $0.text }
    own.architecture = architectures[0]
    own.alsoRuns = Array(architectures.dropFirst())
    own.board = match.profile.name
    own.cores = snapshot.usableCores
    own.score = score.value
    for term in score.terms { own.terms.append(HomeNode.Effect(kind: term.kind, effect: term.effect)) }
    own.memoryAvailable = snapshot.availableMemory.map { Int64(clamping: $0) }
    own.speeds = CoreSpeeds(of: snapshot, profile: match.profile)
    own.memoryRate = own.speeds.memoryRate(match.profile)
    let link = LinkUse(of: snapshot, profile: match.profile)
    own.linkRate = link.rate
    own.linkBusy = link.busy
    own.calibration = driver.orchestrator.calibration.factor
    own.demand = driver.orchestrator.demand(at: Clock.now())
    own.images = engine.images
    own.hasEngine = engine.description != nil && engine.hanging == nil
    own.isDrained = isDrained
    own.runsNative = catalogue.definitions.contains { $0.kind == .native }
    for definition in catalogue.definitions {
      own.services.append(HomeNode.Service(name: definition.name, kind: definition.kind.rawValue))
    }
    own.runs = driver.orchestrator.runsHere
    own.heardAt = Clock.now()
    return own
  }
}
