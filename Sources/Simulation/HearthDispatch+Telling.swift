import Basics
internal import Orchestration
import Readings
internal import Scoring

// What nodes say of themselves to each other.
extension HearthDispatch {
  func sampled(_ node: SimulatedNode) {
    guard node.index < agents.count else { return }
    let available = Int64(node.snapshot.memory.value?.available ?? 0)
    agents[node.index].orchestrator.sampled(node.demand, available: available)
    agents[node.index].sample = measured(node)
    let own = described(node)
    perform(node.index) { $0.update(node: own, at: self.moment) }
  }

  /// As the agent describes itself to its own choices.
  private func described(_ node: SimulatedNode) -> HomeNode {
    var own = agents[node.index].sample
    own.demand = agents[node.index].orchestrator.demand(at: moment.instant)
    own.calibration = agents[node.index].orchestrator.calibration.factor
    var held: [HomeNode.Image] = []
    if !images.isEmpty { held.append(images[0]) }
    for image in node.images where image < images.count { held.append(images[image]) }
    own.images = held
    own.runs = agents[node.index].orchestrator.runsUnderWay
    own.heardAt = moment.instant
    return own
  }

  /// What of it changes with each sample only.
  private func measured(_ node: SimulatedNode) -> HomeNode {
    let snapshot = node.snapshot
    let score = Score(of: snapshot, profile: node.board.profile)
    var own = HomeNode(id: agents[node.index].name)
    own.isSelf = true
    own.factsKnown = true
    own.name = node.board.name
    own.cores = snapshot.processors.onlineCount
    own.speeds = CoreSpeeds(of: snapshot, profile: node.board.profile)
    own.memoryRate = node.board.memoryRate
    own.linkRate = node.board.linkRate
    own.linkBusy = node.linkBusy
    own.score = score.value
    for term in score.terms { own.terms.append(HomeNode.Effect(kind: term.kind, effect: term.effect)) }
    own.memoryAvailable = Int64(snapshot.memory.value?.available ?? 0)
    own.hasEngine = true
    return own
  }

  /// As others learn of it from its heartbeats, with what they cannot carry cut off.
  func saying(of node: SimulatedNode) -> HomeNode {
    var said = described(node)
    said.isSelf = false
    said.memoryAvailable = said.memoryAvailable.map {
      agents[node.index].orchestrator.unreserved(of: $0) / (16 << 20) * (16 << 20)
    }
    agents[node.index].toldAt = simulation.now
    return said
  }

  func heard(_ said: HomeNode, of node: Int, by observer: Int) {
    guard nodes[observer].isUp, nodes[node].isUp else { return }
    var said = said
    said.heardAt = moment.instant
    perform(observer) { $0.update(node: said, at: self.moment) }
  }

  /// A change of what runs here goes out at once.
  func tellNews(_ index: Int) {
    guard agents[index].orchestrator.loadChanges != agents[index].loadChanges, !agents[index].newsIsDue else {
      return
    }
    agents[index].loadChanges = agents[index].orchestrator.loadChanges
    agents[index].newsIsDue = true
    simulation.after(max(agents[index].toldAt + Simulation.newsPause - simulation.now, 0)) {
      self.agents[index].newsIsDue = false
      self.agents[index].loadChanges = self.agents[index].orchestrator.loadChanges
      if self.nodes[index].isUp { self.simulation.tell(self.nodes[index]) }
    }
  }
}
