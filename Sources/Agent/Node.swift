import Basics
internal import CLinux
import Containers
import Devices
import EngineClient
import HTTPServer
import Hardware
import Orchestration
import Platform
import Scoring
import Settings

/// A running node: joins the state machines to sockets, files and clocks.
final class Node {
  /// Changed by `Reload` only.
  var configuration: Configuration
  let identity: String
  let loop: EventLoop
  let engine: Engine
  let natives: Natives
  let catalogue: ServiceCatalogue
  let sampler: Sampler
  /// What competes for this node's cores, as samples show it.
  private var demand = Demand()
  private var saidLoadChanges = 0
  /// What the terms beside the load leave of the score, as others were told of it.
  var healthNews = HealthNews()
  private var newsIsDue = false
  private var newsAt: Instant
  let followers = Followers()
  let started: Instant
  /// The board's profile and how it was recognised.
  var match: Profiles.Match { didSet { rate() } }
  /// As of the last readings.
  private(set) var score: Score
  var orchestrator: Orchestrator
  private let journal: Journal
  private let callbacks: Callbacks
  private let outputs: OutputStore
  private var engineCalls: [RunStep: UInt64] = [:]
  /// Requests whose run is being written to disk or placed.
  var unanswered: [RunID: (Problem?) -> Void] = [:]
  private var sweeps: [() -> Void] = []
  /// Who waits for a run's start.
  private var startWaiters: [RunID: [(Run) -> Void]] = [:]
  /// Clients that read a container's output from the Engine; its removal waits for them.
  private var outputReaders: [RunID: Int] = [:]
  private var delayedRemovals: [RunID: EngineRequest] = [:]
  private(set) var diskError: String?
  /// Whether the Engine has answered this agent.
  private(set) var engineWasThere = false
  /// Whether the owner wants no new work here; `drain` changes it.
  var isDrained = false
  /// What is wired to the board.
  private(set) var devices: AttachedDevices?
  /// Absent where the node is to stay alone.
  private(set) var home: Home?
  /// Absent with `home`.
  private(set) var neighbours: Neighbours?
  /// Absent unless the owner lets nodes of Home Edge use this one.
  var homeEdge: HomeEdgeBridge?
  private var lastList: Instant
  private var lastCatalogue: Instant
  private var lastTick: Instant
  private var nextTick: EventLoop.TimerID?

  /// How often the Engine is asked for our containers without a reason: an answer of its that was lost may have left
  /// one behind.
  private static let listInterval = Interval.seconds(600)

  /// How often the owner's definitions are looked at without a request: other nodes choose by what this one offers.
  private static let catalogueInterval = Interval.seconds(5)

  private struct RunStep: Hashable {
    let run: RunID
    let step: UInt8
  }

  private var addressRead: (text: String, at: Instant)?

  /// What others reach this node by; read anew after some seconds, since it costs as much as a sample of the hardware.
  var address: String {
    if let addressRead, loop.now - addressRead.at < .seconds(5) { return addressRead.text }
    let text = LocalAddresses.read(root: configuration.root).preferred.text
    addressRead = (text, loop.now)
    return text
  }

  init(configuration: Configuration, profiles: Profiles, loop: EventLoop) throws(SystemError) {
    self.configuration = configuration
    self.loop = loop
    started = Clock.now()
    lastList = started
    lastCatalogue = started
    lastTick = started
    newsAt = started
    try File.makeFolder(configuration.state)
    identity = try Identity.load(configuration: configuration)
    engine = Engine(socketPath: configuration.engine, node: identity, loop: loop)
    natives = Natives(loop: loop, state: configuration.state, limits: configuration.native)
    catalogue = ServiceCatalogue(homeEdge: configuration.homeEdge, own: configuration.services)
    sampler = Sampler(
      root: configuration.root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: started)
    match = profiles.match(sampler.snapshot.board)
    score = Score(of: sampler.snapshot, profile: match.profile)
    journal = Journal(folder: configuration.state)
    callbacks = Callbacks(loop: loop)
    outputs = OutputStore(folder: configuration.state)
    var settings = Orchestrator.Settings()
    settings.node = identity
    settings.keptRuns = configuration.keptRuns
    orchestrator = Orchestrator(settings: settings)
    isDrained = Self.wasDrained(state: configuration.state)
    connectParts()
  }

  private func connectParts() {
    engine.onAvailable = { containers in
      self.engineWasThere = true
      self.perform { $0.engineAvailable(containers: containers, at: Clock.moment()) }
      self.tellHome()
    }
    engine.onLost = {
      self.orchestrator.engineLost()
      self.tellHome()
    }
    natives.onEvent = { run, event in self.perform { $0.native(event, for: run, at: Clock.moment()) } }
    callbacks.onEndReported = { run in
      self.orchestrator.endReported(run)
      if let run = self.orchestrator.run(run) { self.journal.append(run, durable: false) }
    }
    loop.afterRound = { self.flushJournal() }
  }

  /// Takes up the runs of an earlier agent, looks for the Engine and begins to sample.
  func begin() throws(SystemError) {
    let runs = try journal.open()
    let ended = runs.lazy.filter { $0.state.isFinal }.count
    var surplus = ended - configuration.keptRuns
    catalogue.refresh()
    for run in runs {
      if run.state.isFinal && surplus > 0 {
        surplus -= 1
        continue
      }
      let command = try? self.command(of: run)
      perform { $0.restore(run, command: command) }
      if run.state.isFinal && !run.endReported { callbacks.changed(run) }
    }
    engine.connect()
    tick()
    if isDrained { Log.info("drained: no new runs here until 'hearth drain --off'") }
    attach(configuration.devices)
  }

  /// Uses these devices from now on; those of before are released.
  func attach(_ settings: DeviceSettings) {
    devices?.end()
    devices = AttachedDevices(node: self, settings: settings)
    devices?.begin()
  }

  /// Takes part in the home from now on.
  func join(_ home: Home) throws(SystemError) {
    self.home = home
    neighbours = Neighbours(home: home, node: self)
    if configuration.interoperates {
      homeEdge = HomeEdgeBridge(node: self)
      homeEdge?.begin()
    }
    try home.begin()
    tellHome()
  }

  /// What the last round noted goes to the disk.
  func end() {
    flushJournal()
    devices?.end()
    // Goodbye comes last: a node that has left is not asked for anything.
    home?.end()
  }

  /// Work of each second beyond the node's own.
  func eachSecond(_ work: @escaping () -> Void) {
    sweeps.append(work)
  }

  /// The work of each interval; between two, it begins the next one.
  func tick() {
    if let nextTick { loop.cancel(nextTick) }
    nextTick = loop.after(configuration.sampleInterval) { self.tick() }
    sampler.sample(at: Clock.now())
    rate()
    takeDemand()
    engine.sweep()
    followers.sweep(loop.now)
    for sweep in sweeps { sweep() }
    if loop.now - lastCatalogue >= Self.catalogueInterval {
      lastCatalogue = loop.now
      catalogue.refresh()
    }
    if loop.now - lastList > Self.listInterval {
      lastList = loop.now
      engine.relist()
    }
    if orchestrator.runsUnderWay > 0 { neighbours?.tellOrchestrator() }
    perform { $0.tick(at: Clock.moment()) }
    tellHome()
    lastTick = Clock.now()
  }

  /// Where the work of each second stands.
  var progress: NodeProgress {
    NodeProgress(
      ticked: lastTick, interval: configuration.sampleInterval, sampled: sampler.snapshot.instant,
      unwrittenSince: journal.waitsSince)
  }

  // MARK: - Directives

  func perform(_ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&orchestrator) { perform(directive) }
    if orchestrator.loadChanges != saidLoadChanges { tellNews() }
  }

  /// The same for an event that the orchestrator answers at once.
  func perform<Answer>(_ event: (inout Orchestrator) -> (Answer, [Directive])) -> Answer {
    let (answer, directives) = event(&orchestrator)
    perform { _ in directives }
    return answer
  }

  /// What was read of the chips on I2C buses.
  func take(_ sensors: Sensors) {
    sampler.take(sensors)
    rate()
  }

  /// Rates the board once for all who ask until it is read again.
  private func rate() {
    score = Score(of: sampler.snapshot, profile: match.profile)
  }

  private func takeDemand() {
    let snapshot = sampler.snapshot
    demand.sample(snapshot, profile: match.profile)
    orchestrator.sampled(demand, available: snapshot.availableMemory.map { Int64(clamping: $0) })
  }

  /// A run has begun or ended here: others hear of it before they choose again, yet not more often than they can read.
  private func tellNews() {
    saidLoadChanges = orchestrator.loadChanges
    guard home != nil, !newsIsDue else { return }
    newsIsDue = true
    let pause = max(newsAt + Self.newsPause - loop.now, .zero)
    loop.after(pause) {
      self.newsIsDue = false
      self.newsAt = self.loop.now
      self.tellHome(isNews: true)
    }
  }

  /// Others read heartbeats in groups of 200 ms, or when they choose.
  private static let newsPause = Interval.milliseconds(150)

  private func perform(_ directive: Directive) {
    switch directive {
    case .record(let id):
      if let run = orchestrator.run(id) { journal.append(run, durable: true) }
    case .note(let id):
      if let run = orchestrator.run(id) { journal.append(run, durable: false) }
    case .call(let id, .remove, let request) where outputReaders[id] != nil:
      delayedRemovals[id] = request
    case .call(let id, let step, let request):
      call(id, step, request)
    case .cancel(let id, let step):
      if let call = engineCalls.removeValue(forKey: RunStep(run: id, step: step.rawValue)) {
        engine.cancel(call)
      }
    case .listContainers:
      engine.relist()
    case .spawn(let id, let command):
      spawn(id, command)
    case .adopt(let id):
      natives.adopt(id)
    case .terminate(let id):
      natives.terminate(id)
    case .keepOutput(let id, let bytes):
      outputs.keep(bytes, of: id)
    case .changed(let run):
      callbacks.changed(run)
      tellFollowers(run)
      if run.state.isFinal { keepRemoteOutput(of: run) }
    case .report(let run):
      tellFollowers(run)
    case .forget(let id):
      outputs.forget(id)
      natives.folder(of: id).remove()
    case .placed(let id):
      answer(id)
    case .ask(let id, let node, let attempt, let body):
      neighbours?.ask(id, node, attempt: attempt, body)
    case .begin(let id, let node, let attempt):
      neighbours?.begin(id, node, attempt: attempt)
    case .withdraw(let id, let node, let attempt, let speed):
      neighbours?.withdraw(id, node, attempt: attempt, speed: speed)
    case .watch(let node):
      neighbours?.watch(node)
    case .unwatch(let node):
      neighbours?.unwatch(node)
    }
  }

  private func tellFollowers(_ run: Run) {
    followers.changed(run)
    if run.hasStarted, let waiters = startWaiters.removeValue(forKey: run.id) {
      for waiter in waiters { waiter(run) }
    }
    if run.state.isFinal, outputReaders[run.id] != nil {
      loop.after(Self.longestRemovalDelay) { self.outputReadersAreLeft(run.id) }
    }
  }

  /// A stream of the node's is about to be opened.
  func orchestratorWatches(_ node: String) {
    orchestrator.watchOpened(node)
  }

  private func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest) {
    let key = RunStep(run: id, step: step.rawValue)
    engineCalls[key] = engine.call(request, terminal: orchestrator.usesTerminal(id)) { event in
      switch event {
      case .done:
        self.engineCalls[key] = nil
        if step == .pull { self.engine.listImages() }
      case .failed: self.engineCalls[key] = nil
      default: break
      }
      self.perform { $0.engine(event, of: step, for: id, at: Clock.moment()) }
    }
  }

  // MARK: - Output

  /// Calls `then` once the run has started, or has ended without that.
  ///
  /// - Returns: whether there was room for one more who waits.
  func whenStarted(_ id: RunID, _ then: @escaping (Run) -> Void) -> Bool {
    guard startWaiters[id, default: []].count < Self.startWaitersLimit else { return false }
    startWaiters[id, default: []].append(then)
    return true
  }

  /// As many as there can be connections.
  private static let startWaitersLimit = Server.connectionLimit

  func outputReaderCame(_ id: RunID) {
    outputReaders[id, default: 0] += 1
  }

  /// A slow reader holds a container that has ended only so long; what it has not read by then is lost to it.
  private static let longestRemovalDelay = Interval.seconds(60)

  private func outputReadersAreLeft(_ id: RunID) {
    outputReaders[id] = nil
    if let removal = delayedRemovals.removeValue(forKey: id) { call(id, .remove, removal) }
  }

  /// The last one to leave lets the container go.
  func outputReaderLeft(_ id: RunID) {
    guard let count = outputReaders[id] else { return }
    if count > 1 { outputReaders[id] = count - 1 } else { outputReadersAreLeft(id) }
  }

  /// The last output of a run that another node hosted: that node may be gone when it is asked for.
  private func keepRemoteOutput(of run: Run) {
    guard !run.isHosted, !run.hostNode.isEmpty, run.hostNode != identity, run.times.started > 0,
      homeEdge?.isNode(run.hostNode) != true, let link = neighbours?.link(run.hostNode)
    else { return }
    var bytes: [UInt8] = []
    let limit = orchestrator.settings.keptOutput
    _ = link.output(
      of: run.id, follow: false, onBody: { if bytes.count < 2 * limit { bytes += $0 } },
      onEnd: { error in if error == nil, !bytes.isEmpty { self.outputs.keep(bytes, of: run.id) } })
  }

  // MARK: - Disk

  /// Writes what this round added to the journal, and goes on with the runs that are safe now.
  private func flushJournal() {
    let (ids, error) = journal.flush { self.orchestrator.runs }
    if let error { tellOnce(error) } else if !ids.isEmpty { diskError = nil }
    guard !ids.isEmpty else { return }
    for id in ids { wasWritten(id, error) }
    // What that brought up is for the next round, which must not wait for an event.
    loop.after(.zero) {}
  }

  private func wasWritten(_ id: RunID, _ error: SystemError?) {
    if let error {
      let answer = unanswered.removeValue(forKey: id)
      perform { $0.recordFailed(id) }
      answer?(Problem(status: 507, detail: "the request could not be kept: \(error.description)"))
    } else {
      perform { $0.recorded(id, at: Clock.moment()) }
    }
  }

  private func tellOnce(_ error: SystemError) {
    guard diskError != error.description else { return }
    diskError = error.description
    Log.error("state cannot be written: \(error.description)")
  }

  // MARK: - Questions

  /// The output of a run whose container is gone.
  func keptOutput(of id: RunID) -> [UInt8] {
    outputs.read(id)
  }
}
