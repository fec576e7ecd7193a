import Basics
internal import Orchestration

// What an orchestrator wants done. A directive of what a simulated home has not is passed over.
extension HearthDispatch {
  func perform(_ directive: Directive, of index: Int) {
    switch directive {
    case .persist(let id):
      later(Simulation.writing, on: index) { self.perform(index) { $0.persisted(id, at: self.moment) } }
    case .call(let id, let step, let request):
      call(id, step, request, on: index)
    case .changed(let run):
      if case .failed(let failure) = run.state, failure.kind != .outOfMemory, let flight = flight(run.id) {
        simulation.again(flight.job)
      }
      if run.state.isFinal, let flight = flight(run.id) { flights[flight.job] = nil }
    case .placed(let id):
      guard let flight = flight(id), let (requester, attempt) = flight.asked else { return }
      flight.asked = nil
      guard requester != index else { return }
      answer(id, .accepted, attempt: attempt, from: index, to: requester)
    case .ask(_, let node, _, let body):
      ask(body, from: index, to: number(node))
    case .commit(let id, let node, let attempt):
      begin(id, attempt: attempt, on: node, of: index)
    case .revoke(let id, let node, let attempt, let speed, _):
      revoke(id, attempt: attempt, speed: speed, on: node, of: index)
    case .watch(let node):
      watch(number(node), by: index)
    case .unwatch(let node):
      agents[index].watched.removeAll { $0 == number(node) }
    case .report(let run):
      report(run, of: index)
    case .note, .cancel, .listContainers, .spawn, .adopt, .terminate, .keepOutput, .forget:
      break
    }
  }
}
