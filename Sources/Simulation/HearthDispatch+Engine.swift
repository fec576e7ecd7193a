import Basics
internal import Containers
internal import Orchestration

// In place of each node's Engine: containers end when their jobs do.
extension HearthDispatch {
  func ended(_ job: Int, on node: SimulatedNode, killed: Bool) {
    guard let flight = flights[job], let wait = flight.waiting, wait.node == node.index else { return }
    flight.waiting = nil
    if killed { flight.isKilled = true }
    engine(flight.id, wait.step, on: node.index, [.exited(code: killed ? 137 : 0), .done])
  }

  func fetched(_ job: Int, on node: SimulatedNode) {
    guard let flight = flights[job], flight.pulling == node.index else { return }
    engine(flight.id, .pull, on: node.index, [.done])
  }

  func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest, on index: Int) {
    switch step {
    case .create:
      if let flight = flight(id), flight.pulling < 0,
        simulation.task(flight.job, on: nodes[index]).fetching > 0
      {
        let reason = EngineError.Reason.refused(status: 404, message: "No such image")
        engine(
          id, step, on: index, [.failed(EngineError(request.verb, subject: request.subject, reason: reason))])
      } else {
        engine(id, step, on: index, [.created(id: id.text, warnings: []), .done])
      }
    case .pull:
      guard let flight = flight(id) else { return }
      flight.pulling = index
      simulation.begin(flight.job, on: index)
    case .start:
      // A pull has begun it already, as one task that first fetches.
      if let flight = flight(id) {
        let isBegun = flight.pulling == index
        flight.pulling = -1
        if !isBegun { simulation.begin(flight.job, on: index) }
      }
      engine(id, step, on: index, [.done])
    case .wait:
      guard let flight = flight(id) else { return }
      flight.waiting = (index, step)
      // It may have been killed as it began.
      var isThere = false
      for task in nodes[index].tasks where task.job == flight.job { isThere = true }
      if !isThere { ended(flight.job, on: nodes[index], killed: simulation.progress[flight.job].ended < 0) }
    case .inspect:
      var state = ContainerState(id: id.text)
      state.status = "exited"
      let isKilled = flight(id)?.isKilled ?? false
      state.exitCode = isKilled ? 137 : 0
      state.oomKilled = isKilled
      state.startedAt = "2026-01-01T00:00:00Z"
      engine(id, step, on: index, [.container(state), .done])
    case .output, .remove, .stop:
      engine(id, step, on: index, [.done])
    }
  }

  func engine(_ id: RunID, _ step: EngineStep, on index: Int, _ events: [EngineEvent]) {
    later(0, on: index) {
      for event in events { self.perform(index) { $0.engine(event, of: step, for: id, at: self.moment) } }
    }
  }
}
