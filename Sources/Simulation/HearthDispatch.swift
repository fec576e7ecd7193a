internal import Containers
internal import Hardware
internal import Orchestration
internal import Scoring
internal import Wire

/// The agents of a simulated home: an orchestrator on each node, and in place of disk, network and engine the time that
/// they take.
final class HearthDispatch {
  private let simulation: Simulation
  private var orchestrators: [Orchestrator] = []
  /// What a node last said, and when it last told a change.
  private var loadChanges: [Int] = []
  private var toldAt: [Double] = []
  private var newsIsDue: [Bool] = []
  private var jobOf: [RunID: Int] = [:]
  /// Calls that wait for a container's end.
  private var waiting: [RunID: (node: Int, step: EngineStep)] = [:]
  private var killed: Set<RunID> = []
  /// Where images are fetched for runs.
  private var pulling: [RunID: Int] = [:]
  /// Which hosts' streams are held, by watcher.
  private var watched: [[Int]] = []
  /// Who asked a host, until it has the run on its disk.
  private var asked: [RunID: (requester: Int, attempt: Int)] = [:]
  private var serial: UInt64 = 0
  private let names: [String]
  /// Of each image, by its number.
  private var images: [HomeNode.Image] = []

  /// fdatasync on an SD card.
  private static let writing = 0.005

  init(_ simulation: Simulation) {
    self.simulation = simulation
    names = simulation.nodes.map { Self.name($0.index) }
    for job in simulation.jobs {
      while images.count <= job.image {
        images.append(
          HomeNode.Image(hash: Requirements.hash(ofImage: Self.reference(images.count)), mebibytes: 0))
      }
      images[job.image].mebibytes = job.imageMebibytes
    }
    for node in simulation.nodes {
      var settings = Orchestrator.Settings()
      settings.node = names[node.index]
      settings.keptRuns = 20
      orchestrators.append(Orchestrator(settings: settings))
      loadChanges.append(0)
      toldAt.append(-1)
      newsIsDue.append(false)
      watched.append([])
    }
  }

  private static func reference(_ image: Int) -> String { "app:" + String(image) }

  private static func name(_ index: Int) -> String { "node-" + String(index) }

  private var nodes: [SimulatedNode] { simulation.nodes }

  private var moment: Moment {
    Moment(
      instant: SimulatedNode.instant(simulation.now),
      wallMilliseconds: Int64((simulation.now + 1) * 1000))
  }

  func begin() {
    for node in nodes {
      _ = orchestrators[node.index].engineAvailable(containers: [], at: moment)
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
    guard node.index < orchestrators.count else { return }
    let available = Int64(node.snapshot.memory.value?.available ?? 0)
    orchestrators[node.index].sampled(node.demand, available: available)
    let own = described(node)
    perform(node.index) { $0.update(node: own, at: self.moment) }
  }

  /// As the agent describes itself to its own choices.
  private func described(_ node: SimulatedNode) -> HomeNode {
    let snapshot = node.snapshot
    let score = Score(of: snapshot, profile: node.board.profile)
    let orchestrator = orchestrators[node.index]
    var own = HomeNode(id: names[node.index])
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
    own.demand = orchestrator.demand(at: moment.instant)
    own.hasEngine = true
    own.images = ([0] + node.images).compactMap { $0 < images.count ? images[$0] : nil }
    own.runs = orchestrator.runsUnderWay
    own.heardAt = moment.instant
    return own
  }

  /// As others learn of it from its heartbeats, with what they cannot carry cut off.
  func saying(of node: SimulatedNode) -> HomeNode {
    var said = described(node)
    said.isSelf = false
    said.memoryAvailable = said.memoryAvailable.map { orchestrators[node.index].unreserved(of: $0) / (16 << 20) * (16 << 20) }
    toldAt[node.index] = simulation.now
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
    guard orchestrators[index].loadChanges != loadChanges[index], !newsIsDue[index] else { return }
    loadChanges[index] = orchestrators[index].loadChanges
    newsIsDue[index] = true
    simulation.after(max(toldAt[index] + Simulation.newsPause - simulation.now, 0)) {
      self.newsIsDue[index] = false
      self.loadChanges[index] = self.orchestrators[index].loadChanges
      if self.nodes[index].isUp { self.simulation.tell(self.nodes[index]) }
    }
  }

  // MARK: - Requests

  func request(_ job: Int) {
    let it = simulation.jobs[job]
    serial += 1
    let id = RunID(random: serial)
    jobOf[id] = job
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
        return try orchestrator.accept(run, command: command, at: self.moment)
      } catch {
        isRefused = true
        return []
      }
    }
    if isRefused { again(job) }
  }

  private func again(_ job: Int) {
    simulation.waited(job)
    simulation.after(Simulation.patience) { self.request(job) }
  }

  func ended(_ job: Int, on node: SimulatedNode, killed: Bool) {
    for (id, wait) in waiting where wait.node == node.index && jobOf[id] == job {
      waiting[id] = nil
      if killed { self.killed.insert(id) }
      engine(id, wait.step, on: node.index, [.exited(code: killed ? 137 : 0), .done])
    }
  }

  func fetched(_ job: Int, on node: SimulatedNode) {
    for (id, index) in pulling where index == node.index && jobOf[id] == job {
      engine(id, .pull, on: index, [.done])
    }
  }

  // MARK: - Crashes

  func crashed(_ node: SimulatedNode) {
    for (id, wait) in waiting where wait.node == node.index { waiting[id] = nil }
    watched[node.index] = []
    for (id, index) in pulling where index == node.index { pulling[id] = nil }
  }

  func died(_ node: SimulatedNode) {
    for observer in nodes.indices where observer != node.index && nodes[observer].isUp {
      perform(observer) { $0.nodeDied(self.names[node.index], at: self.moment) }
    }
  }

  /// The agent starts anew, with nothing under way.
  func returned(_ node: SimulatedNode) {
    var settings = orchestrators[node.index].settings
    settings.node = names[node.index]
    orchestrators[node.index] = Orchestrator(settings: settings)
    _ = orchestrators[node.index].engineAvailable(containers: [], at: moment)
    node.sample()
    sampled(node)
    for other in nodes where other.index != node.index {
      heard(saying(of: other), of: other.index, by: node.index)
      guard other.isUp else { continue }
      perform(other.index) { $0.nodeReturned(self.names[node.index], at: self.moment) }
    }
    simulation.tell(node)
  }

  // MARK: - Directives

  private func perform(_ index: Int, _ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&orchestrators[index]) { perform(directive, of: index) }
    tellNews(index)
  }

  /// Between two nodes of the home, one way.
  private func way(_ from: Int, _ to: Int) -> Double {
    nodes[from].board.latency + nodes[to].board.latency
  }

  /// Lets something happen on a node later, if it is up then and was not started anew.
  private func later(_ seconds: Double, on index: Int, _ action: @escaping () -> Void) {
    simulation.after(seconds) { if self.nodes[index].isUp { action() } }
  }

  private func perform(_ directive: Directive, of index: Int) {
    switch directive {
    case .record(let id):
      later(Self.writing, on: index) { self.perform(index) { $0.recorded(id, at: self.moment) } }
    case .call(let id, let step, let request):
      call(id, step, request, on: index)
    case .changed(let run):
      if case .failed(let failure) = run.state, failure.kind != .outOfMemory, let job = jobOf[run.id] { again(job) }
      if run.state.isFinal { jobOf[run.id] = nil }
    case .placed(let id):
      guard let (requester, attempt) = asked.removeValue(forKey: id), requester != index else { return }
      answer(id, .accepted, attempt: attempt, from: index, to: requester)
    case .ask(_, let node, _, let body):
      ask(body, from: index, to: number(node))
    case .withdraw(let id, let node, let attempt):
      let host = number(node)
      later(way(index, host), on: host) {
        self.perform(host) { orchestrator in
          orchestrator.stopHosted(id, attempt: attempt, of: self.names[index], at: self.moment).directives
        }
        self.later(self.way(index, host), on: index) {
          self.perform(index) { $0.withdrawn(id, node: node, attempt: attempt, isOver: true, at: self.moment) }
        }
      }
    case .watch(let node):
      watch(number(node), by: index)
    case .unwatch(let node):
      watched[index].removeAll { $0 == number(node) }
    case .report(let run):
      for watcher in nodes.indices where names[watcher] == run.requesterNode {
        later(way(index, watcher), on: watcher) {
          self.perform(watcher) { $0.hosted(run, on: self.names[index], at: self.moment) }
        }
      }
    case .note, .cancel, .listContainers, .spawn, .adopt, .terminate, .keepOutput, .forget:
      break
    }
  }

  private func number(_ name: String) -> Int {
    Int(name.dropFirst(5)) ?? 0
  }

  private func watch(_ host: Int, by watcher: Int) {
    watched[watcher].append(host)
    orchestrators[watcher].watchOpened(names[host])
    later(2 * way(watcher, host), on: watcher) {
      guard self.nodes[host].isUp else { return }
      for run in self.orchestrators[host].hostedRuns(of: self.names[watcher]) {
        self.perform(watcher) { $0.hosted(run, on: self.names[host], at: self.moment) }
      }
      self.perform(watcher) { $0.hostedSynced(self.names[host], at: self.moment) }
    }
  }

  private func ask(_ body: [UInt8], from requester: Int, to host: Int) {
    guard let json = try? JSON.parse(body), let run = Run(asked: json, host: names[host]) else { return }
    let id = run.id
    let attempt = run.attempt
    later(way(requester, host), on: host) {
      let command = try? RunCommand(parsing: run.workload.arguments, source: .nothing)
      var verdict = HostedAnswer.accepted
      self.asked[id] = (requester, attempt)
      self.perform(host) { orchestrator in
        let (answer, directives) = orchestrator.acceptHosted(run, command: command, at: self.moment)
        verdict = answer
        return directives
      }
      switch verdict {
      case .recording: break
      case .accepted: self.answer(id, .accepted, attempt: attempt, from: host, to: requester)
      case .refused(let reason): self.answer(id, .refused(reason), attempt: attempt, from: host, to: requester)
      case .busier(let demand): self.answer(id, .busier(demand), attempt: attempt, from: host, to: requester)
      }
    }
  }

  private func answer(_ id: RunID, _ answer: HostAnswer, attempt: Int, from host: Int, to requester: Int) {
    if case .accepted = answer {} else { asked[id] = nil }
    later(way(host, requester), on: requester) {
      self.perform(requester) {
        $0.answered(id, node: self.names[host], attempt: attempt, answer, at: self.moment)
      }
    }
  }

  // MARK: - Engine

  private func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest, on index: Int) {
    switch step {
    case .create:
      if let job = jobOf[id], simulation.task(job, on: nodes[index]).fetching > 0, pulling[id] == nil {
        let reason = EngineError.Reason.refused(status: 404, message: "No such image")
        engine(id, step, on: index, [.failed(EngineError(request.verb, subject: request.subject, reason: reason))])
      } else {
        engine(id, step, on: index, [.created(id: id.text, warnings: []), .done])
      }
    case .pull:
      pulling[id] = index
      if let job = jobOf[id] { simulation.begin(job, on: index) }
    case .start:
      // A pull has begun it already, as one task that first fetches.
      if pulling.removeValue(forKey: id) != index, let job = jobOf[id] { simulation.begin(job, on: index) }
      engine(id, step, on: index, [.done])
    case .wait:
      waiting[id] = (index, step)
    case .inspect:
      var state = ContainerState(id: id.text)
      state.status = "exited"
      state.exitCode = killed.contains(id) ? 137 : 0
      state.oomKilled = killed.contains(id)
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
