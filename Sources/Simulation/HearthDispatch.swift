import Basics
internal import Containers
import Readings
internal import Orchestration
internal import Scoring
internal import Wire

/// The agents of a simulated home: an orchestrator on each node, and in place of disk, network and engine the time that
/// they take.
final class HearthDispatch {
  private let simulation: Simulation
  private var agents: [Agent] = []
  /// The run of each job that is under way.
  private var flights: [Flight?]
  /// Jobs whose runs went down with the node that was asked, which has them in its journal.
  private var lost: [Int] = []
  private var serial: UInt64 = 0
  /// Of each image, by its number.
  private var images: [HomeNode.Image] = []

  /// A node's agent, and what it last said and told.
  private final class Agent {
    let name: String
    var orchestrator: Orchestrator
    var loadChanges = 0
    var toldAt = -1.0
    var newsIsDue = false
    /// The hosts whose streams it holds.
    var watched: [Int] = []
    /// What it said of itself at its last sample.
    var sample: HomeNode

    init(_ name: String) {
      self.name = name
      var settings = Orchestrator.Settings()
      settings.node = name
      settings.keptRuns = 20
      orchestrator = Orchestrator(settings: settings)
      sample = HomeNode(id: name)
    }
  }

  /// A run that has not ended.
  private final class Flight {
    let id: RunID
    let job: Int
    /// The node and the step of a call that waits for its container's end.
    var waiting: (node: Int, step: EngineStep)?
    var isKilled = false
    /// Where its image is fetched; -1 for nowhere.
    var pulling = -1
    /// Who asked a host, until that has it on its disk.
    var asked: (requester: Int, attempt: Int)?

    init(_ id: RunID, _ job: Int) {
      self.id = id
      self.job = job
    }
  }

  init(_ simulation: Simulation) {
    self.simulation = simulation
    flights = Array(repeating: nil, count: simulation.jobs.count)
    for job in simulation.jobs {
      while images.count <= job.image {
        images.append(
          HomeNode.Image(hash: Requirements.hash(ofImage: Self.reference(images.count)), mebibytes: 0))
      }
      images[job.image].mebibytes = job.imageMebibytes
    }
    for node in simulation.nodes { agents.append(Agent("node-" + String(node.index))) }
  }

  private static func reference(_ image: Int) -> String { "app:" + String(image) }

  /// A run's identifier ends in the number of its job, in six of its digits.
  private func flight(_ id: RunID) -> Flight? {
    var job = 0
    for byte in id.text.utf8.dropFirst(6) { job = job << 4 | Int(byte < 0x3a ? byte & 15 : byte - 0x57) }
    guard job < flights.count, let flight = flights[job], flight.id == id else { return nil }
    return flight
  }

  private var nodes: [SimulatedNode] { simulation.nodes }

  private var moment: Moment {
    Moment(
      instant: SimulatedNode.instant(simulation.now),
      wallMilliseconds: Int64((simulation.now + 1) * 1000))
  }

  func begin() {
    for node in nodes {
      _ = agents[node.index].orchestrator.engineAvailable(containers: [], at: moment)
      sampled(node)
      for observer in nodes.indices where observer != node.index {
        heard(saying(of: node), of: node.index, by: observer)
      }
      eachSecond(node.index)
    }
  }

  private func eachSecond(_ index: Int) {
    if nodes[index].isUp { perform(index) { $0.tick(at: self.moment) } }
    simulation.after(1) { self.eachSecond(index) }
  }

  // MARK: - What nodes say

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
    own.trust = agents[node.index].orchestrator.trust.factor
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
  private func tellNews(_ index: Int) {
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

  // MARK: - Requests

  func request(_ job: Int) {
    let it = simulation.jobs[job]
    serial += 1
    let id = RunID(random: serial << 24 | UInt64(job))
    flights[job] = Flight(id, job)
    var arguments: [String] = []
    if it.memory > 0, it.tellsMemory { arguments += ["--memory", String(it.memory)] }
    if it.threads != 1 { arguments += ["--cpus", String(Int(it.threads))] }
    arguments.append(Self.reference(it.image))
    guard let command = try? RunCommand(parsing: arguments, source: .nothing) else { return }
    var run = Run(
      id: id, service: it.service, workload: .container(arguments: arguments), requester: "",
      requesterAddress: "", callback: "", host: "", times: RunTimes(accepted: moment.wallMilliseconds))
    run.bound = it.bound
    var isRefused = false
    perform(it.hub) { orchestrator in
      do throws(RunRefusal) {
        return try orchestrator.submit(run, command: command, at: self.moment)
      } catch {
        isRefused = true
        return []
      }
    }
    if isRefused {
      flights[job] = nil
      simulation.again(job)
    }
  }

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

  // MARK: - Crashes

  func crashed(_ node: SimulatedNode) {
    for job in flights.indices {
      guard let flight = flights[job] else { continue }
      if flight.waiting?.node == node.index { flight.waiting = nil }
      if flight.pulling == node.index { flight.pulling = -1 }
      if simulation.jobs[job].hub == node.index, flight.asked == nil, !isUnderWay(job) {
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
      if simulation.jobs[job].hub == node.index { request(job) } else { lost.append(job) }
    }
  }

  // MARK: - Directives

  private func perform(_ index: Int, _ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&agents[index].orchestrator) { perform(directive, of: index) }
    tellNews(index)
  }

  /// The same for an event that the orchestrator answers at once.
  private func perform<Answer>(
    _ index: Int, _ event: (inout Orchestrator) -> (Answer, [Directive])
  ) -> Answer {
    let (answer, directives) = event(&agents[index].orchestrator)
    perform(index) { _ in directives }
    return answer
  }

  private func way(_ from: Int, _ to: Int) -> Double { simulation.way(from, to) }

  /// Lets something happen on a node later, if it is up then and was not started anew.
  private func later(_ seconds: Double, on index: Int, _ action: @escaping () -> Void) {
    simulation.after(seconds) { if self.nodes[index].isUp { action() } }
  }

  private func perform(_ directive: Directive, of index: Int) {
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
    case .revoke(let id, let node, let attempt, let speed):
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
    case .watch(let node):
      watch(number(node), by: index)
    case .unwatch(let node):
      agents[index].watched.removeAll { $0 == number(node) }
    case .report(let run):
      for watcher in nodes.indices where agents[watcher].name == run.requesterNode {
        later(way(index, watcher), on: watcher) {
          self.perform(watcher) { $0.hosted(run, on: self.agents[index].name, at: self.moment) }
        }
      }
    case .note, .cancel, .listContainers, .spawn, .adopt, .terminate, .keepOutput, .forget:
      break
    }
  }

  private func number(_ name: String) -> Int {
    var number = 0
    for byte in name.utf8.dropFirst(5) { number = number * 10 + Int(byte) - 48 }
    return number
  }

  private func watch(_ host: Int, by watcher: Int) {
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

  private func ask(_ body: [UInt8], from requester: Int, to host: Int) {
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

  private func answer(_ id: RunID, _ answer: AskResult, attempt: Int, from host: Int, to requester: Int) {
    if case .accepted = answer {} else { flight(id)?.asked = nil }
    later(way(host, requester), on: requester) {
      self.perform(requester) {
        $0.answered(id, node: self.agents[host].name, attempt: attempt, answer, at: self.moment)
      }
    }
  }

  // MARK: - Engine

  private func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest, on index: Int) {
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

  private func engine(_ id: RunID, _ step: EngineStep, on index: Int, _ events: [EngineEvent]) {
    later(0, on: index) {
      for event in events { self.perform(index) { $0.engine(event, of: step, for: id, at: self.moment) } }
    }
  }
}
