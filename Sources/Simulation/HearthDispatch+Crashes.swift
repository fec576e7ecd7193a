import Basics
internal import Orchestration

// Nodes that lose their power, and come back.
extension HearthDispatch {
  func crashed(_ node: SimulatedNode) {
    for job in flights.indices {
      guard let flight = flights[job] else { continue }
      if flight.waiting?.node == node.index { flight.waiting = nil }
      if flight.pulling == node.index { flight.pulling = -1 }
      if simulation.jobs[job].origin == node.index, flight.asked == nil, !isUnderWay(job) {
        flights[job] = nil
        lost.append(job)
      }
    }
    agents[node.index].watched = []
  }

  private func isUnderWay(_ job: Int) -> Bool {
    for node in nodes {
      for task in node.tasks where task.job == job { return true }
    }
    return false
  }

  func died(_ node: SimulatedNode) {
    for observer in nodes.indices where observer != node.index && nodes[observer].isUp {
      perform(observer) { $0.nodeDied(self.agents[node.index].name, at: self.moment) }
    }
  }

  /// The agent starts anew, and begins what its journal has once more.
  func returned(_ node: SimulatedNode) {
    var settings = agents[node.index].orchestrator.settings
    settings.node = agents[node.index].name
    agents[node.index].orchestrator = Orchestrator(settings: settings)
    _ = agents[node.index].orchestrator.engineAvailable(containers: [], at: moment)
    node.sample()
    sampled(node)
    for other in nodes where other.index != node.index {
      heard(saying(of: other), of: other.index, by: node.index)
      guard other.isUp else { continue }
      perform(other.index) { $0.nodeReturned(self.agents[node.index].name, at: self.moment) }
    }
    simulation.tell(node)
    let jobs = lost
    lost = []
    for job in jobs {
      if simulation.jobs[job].origin == node.index { request(job) } else { lost.append(job) }
    }
  }
}
