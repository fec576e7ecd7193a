import Basics
import EngineClient
import Mesh
import Orchestration
import Platform
import Readings
import Sampling
import Scoring
import Settings

extension NodeStatus {
  /// Lets the home know how this node does: after each sample, and as news when a run has begun or ended here.
  func publishHeartbeat(isNews: Bool = false) {
    guard let home else { return }
    var abilities: NodeAbilities = []
    if engine.description != nil, engine.hanging == nil { abilities.insert(.containers) }
    if catalogue.definitions.contains(where: { $0.kind == .native }) { abilities.insert(.native) }
    if isDrained { abilities.insert(.drained) }
    let facts = self.facts
    // Others choose by it; what contends they hear of in each heartbeat.
    var health = 1.0
    for term in score.terms where term.kind != .load && term.kind != .cpuPressure { health *= term.effect }
    let isNews = isNews || healthNews.isNews(health, at: loop.now)
    if isNews { healthNews.told(health, at: loop.now) }
    if facts != home.facts { home.servicesChanged(catalogue.definitions.map { $0.name }) }
    home.publish(
      load: NodeLoad(
        score: score.value, runs: driver.orchestrator.runsHere, memory: unreservedMemory,
        demand: nodeDemand,
        calibration: driver.orchestrator.calibration.told),
      details: NodeDetails(
        effects: score.terms.map { $0.effect }, abilities: abilities, facts: facts),
      isNews: isNews)
  }

  /// What new runs can still reserve, in bytes.
  private var unreservedMemory: UInt64? {
    sampler.snapshot.availableMemory.map { UInt64(driver.orchestrator.unreserved(of: Int64(clamping: $0))) }
  }

  private var nodeDemand: NodeDemand {
    let demand = driver.orchestrator.demand(at: loop.now)
    let link = LinkUse(of: sampler.snapshot, profile: match.profile)
    return NodeDemand(
      threads: demand.threads, memoryBound: demand.memoryBound, flows: demand.flows, linkBusy: link.busy)
  }

  /// A hash of what changes seldom and is told by the API in full.
  private var facts: UInt32 {
    var hash = FNV1a()
    func add(_ text: String) {
      hash.add(text)
      hash.add(0x1f as UInt8)
    }
    let snapshot = sampler.snapshot
    add(Version.text)
    add(match.profile.name)
    add(snapshot.board.architecture)
    add(String(snapshot.usableCores))
    add(String(snapshot.memory.value?.total ?? 0))
    // In tens, for a radio link's rate moves all the time.
    add(String(Int(LinkUse(of: snapshot, profile: match.profile).rate / 10)))
    add(decimal(snapshot.controlGroup.cores.value.flatMap { $0 } ?? 0, places: 2))
    for image in engine.images { hash.add(UInt64(image.hash)) }
    for definition in catalogue.definitions {
      add(definition.name)
      add(definition.kind.rawValue)
    }
    return hash.folded
  }
}
