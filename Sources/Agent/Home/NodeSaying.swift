import Containers
import Hardware
import Mesh
import Orchestration
import Scoring

extension Node {
  /// Lets the home know how this node does: after each sample.
  func tellHome() {
    guard let home else { return }
    let score = self.score()
    var abilities: NodeAbilities = []
    if case .available = engine.state { abilities.insert(.containers) }
    if catalogue.definitions.contains(where: { $0.kind == .native }) { abilities.insert(.native) }
    if isDrained { abilities.insert(.drained) }
    let facts = self.facts
    if facts != home.facts { home.servicesChanged(catalogue.definitions.map { $0.name }) }
    home.say(
      load: NodeLoad(
        score: score.value, runs: orchestrator.runsUnderWay, memory: sampler.snapshot.memory.value?.available),
      details: NodeDetails(
        terms: score.terms.map { UInt8(min(max($0.effect, 0), 1) * 255) }, abilities: abilities, facts: facts)
    )
  }

  /// A hash of what changes seldom and is told by the API in full.
  private var facts: UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    func add(_ text: String) {
      for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
      hash = (hash ^ 0x1f) &* 0x0100_0193
    }
    let snapshot = sampler.snapshot
    add(Version.text)
    add(match.profile.name)
    add(snapshot.board.architecture)
    add(String(snapshot.processors.cores.count))
    add(String(snapshot.memory.value?.total ?? 0))
    for definition in catalogue.definitions {
      add(definition.name)
      add(definition.kind.rawValue)
    }
    return hash
  }
}
