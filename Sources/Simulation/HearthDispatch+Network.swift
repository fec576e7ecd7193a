import Basics
internal import Containers
internal import Orchestration
internal import Wire

// Messages between nodes, each with the time it is on its way.
extension HearthDispatch {
  /// A host is told to start the run that it has accepted.
  func begin(_ id: RunID, attempt: Int, on node: String, of index: Int) {
    let host = number(node)
    later(way(index, host), on: host) {
      let isThere = self.perform(host) {
        $0.commitHosted(id, attempt: attempt, of: self.agents[index].name, at: self.moment)
      }
      self.later(self.way(index, host), on: index) {
        self.perform(index) {
          $0.committed(id, node: node, attempt: attempt, isThere: isThere, at: self.moment)
        }
      }
    }
  }

  /// A host is told to end the run, or never to start it.
  func revoke(
    _ id: RunID, attempt: Int, speed: Double?, on node: String, of index: Int
  ) {
    let host = number(node)
    later(way(index, host), on: host) {
      self.perform(host) { orchestrator in
        orchestrator.stopHosted(
          id, attempt: attempt, of: self.agents[index].name, speed: speed, at: self.moment
        ).directives
      }
      self.later(self.way(index, host), on: index) {
        self.perform(index) {
          $0.revoked(id, node: node, attempt: attempt, isOver: true, at: self.moment)
        }
      }
    }
  }

  /// What became of a run here is told to the node that asked for it.
  func report(_ run: Run, of index: Int) {
    for watcher in nodes.indices where agents[watcher].name == run.requesterNode {
      later(way(index, watcher), on: watcher) {
        self.perform(watcher) { $0.hosted(run, on: self.agents[index].name, at: self.moment) }
      }
    }
  }

  /// The index in the name `node-7`.
  func number(_ name: String) -> Int {
    var number = 0
    for byte in name.utf8.dropFirst(5) { number = number * 10 + Int(byte) - 48 }
    return number
  }

  func watch(_ host: Int, by watcher: Int) {
    agents[watcher].watched.append(host)
    agents[watcher].orchestrator.watchOpened(agents[host].name)
    later(2 * way(watcher, host), on: watcher) {
      guard self.nodes[host].isUp else { return }
      for run in self.agents[host].orchestrator.hostedRuns(of: self.agents[watcher].name) {
        self.perform(watcher) { $0.hosted(run, on: self.agents[host].name, at: self.moment) }
      }
      self.perform(watcher) { $0.hostedSynced(self.agents[host].name, at: self.moment) }
    }
  }

  func ask(_ body: [UInt8], from requester: Int, to host: Int) {
    guard let json = try? JSON.parse(body), let run = Run(asked: json, host: agents[host].name) else {
      return
    }
    let id = run.id
    let attempt = run.attempt
    later(way(requester, host), on: host) {
      let command = try? RunCommand(parsing: run.workload.arguments, source: .nothing)
      self.flight(id)?.asked = (requester, attempt)
      switch self.perform(host, { $0.host(run, command: command, at: self.moment) }) {
      case .persisting: break
      case .accepted: self.answer(id, .accepted, attempt: attempt, from: host, to: requester)
      case .refused(let reason):
        self.answer(id, .refused(reason), attempt: attempt, from: host, to: requester)
      case .busier(let demand): self.answer(id, .busier(demand), attempt: attempt, from: host, to: requester)
      }
    }
  }

  func answer(_ id: RunID, _ answer: AskResult, attempt: Int, from host: Int, to requester: Int) {
    if case .accepted = answer {} else { flight(id)?.asked = nil }
    later(way(host, requester), on: requester) {
      self.perform(requester) {
        $0.answered(id, node: self.agents[host].name, attempt: attempt, answer, at: self.moment)
      }
    }
  }
}
