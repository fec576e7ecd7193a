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

  private mutating func take(_ facts: NodeFacts) {
    factsKnown = true
    name = facts.name
    architecture = facts.architecture
    alsoRuns = facts.alsoRuns
    board = facts.board
    cores = facts.cores
    speeds = facts.speeds
    memoryRate = facts.memoryRate
    linkRate = facts.linkRate
    images = facts.images
    services = facts.services
  }

  /// For `GET /api/v2/nodes`.
  func json(at now: Instant) -> JSON {
    var abilities: [JSON] = []
    if hasEngine { abilities.append("container") }
    if runsNative { abilities.append("native") }
    if isDrained { abilities.append("drained") }
    return [
      "abilities": .array(abilities),
      "address": .string(address),
      "ageMilliseconds": .integer(isSelf ? 0 : max(0, (now - heardAt).milliseconds)),
      "architecture": .string(architecture),
      "board": .string(board),
      "cores": .integer(Int64(cores)),
      "demand": demand.map { $0.json } ?? .null,
      "factsKnown": .bool(factsKnown),
      "homeEdge": .bool(isHomeEdge),
      "hostname": .string(name),
      "id": .string(id),
      "memoryAvailableBytes": memoryAvailable.map { .integer($0) } ?? .null,
      "placed": .integer(Int64(placedSinceHeard)),
      "runs": .integer(Int64(runs)),
      // Home Edge says 0 where it has none.
      "score": isHomeEdge && score == 0 ? .null : hundredths(score),
      "self": .bool(isSelf),
      "services": .array(services.map { ["name": .string($0.name), "type": .string($0.kind)] }),
      "state": .string(state.word),
      "terms": .array(
        terms.map { term in
          ["effect": hundredths(term.effect), "term": .string(term.kind.name)]
        }),
      "trust": hundredths(calibration),
    ]
  }
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

/// Two decimals are all that readings are good for.
private func hundredths(_ value: Double) -> JSON {
  .double(Double(Int64(min(max(value, 0), 1e9) * 100 + 0.5)) / 100)
}

extension Contention {
  /// `{"copiers": …, "flows": …, "threads": …}`.
  var json: JSON {
    func number(_ value: Double) -> JSON { hundredths(min(value, 1e6)) }
    return ["copiers": number(memoryBound), "flows": number(flows), "threads": number(threads)]
  }

  /// Reads it back; nil where the object is none.
  init?(json: JSON?) {
    guard let threads = json?["threads"]?.double, threads >= 0, threads < 1e6 else { return nil }
    func number(_ name: String) -> Double { min(max(json?[name]?.double ?? 0, 0), 1e6) }
    self.init(threads: threads, memoryBound: number("copiers"), flows: number("flows"))
  }
}
