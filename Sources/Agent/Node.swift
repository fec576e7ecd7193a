internal import CLinux
import Containers
import Hardware
import Orchestration
import Scoring
import Wire

/// A running node: joins the state machines to sockets, files and clocks.
final class Node {
  let configuration: Configuration
  let identity: String
  let loop: EventLoop
  let engine: Engine
  let natives: Natives
  let catalogue: ServiceCatalogue
  let sampler: Sampler
  let followers = Followers()
  let started: Instant
  /// The board's profile and how it was recognised.
  let match: Profiles.Match
  private(set) var orchestrator: Orchestrator
  private let journal: Journal
  private let callbacks: Callbacks
  private let outputs: OutputStore
  private var engineCalls: [RunStep: UInt64] = [:]
  /// Requests whose run is being written to disk or placed.
  private var unanswered: [RunID: (Result<Run, Problem>) -> Void] = [:]
  private var sweeps: [() -> Void] = []
  /// Who waits for a run's start.
  private var startWaiters: [RunID: [(Run) -> Void]] = [:]
  /// Clients that read a container's output from the Engine; its removal waits for them.
  private var outputReaders: [RunID: Int] = [:]
  private var delayedRemovals: [RunID: EngineRequest] = [:]
  private var diskError: String?
  private var lastList: Instant

  /// How often the Engine is asked for our containers without a reason: an answer of its that was lost may have left
  /// one behind.
  private static let listInterval = Interval.seconds(600)

  private struct RunStep: Hashable {
    let run: RunID
    let step: UInt8
  }

  init(configuration: Configuration, profiles: Profiles, loop: EventLoop) throws(SystemError) {
    self.configuration = configuration
    self.loop = loop
    started = Clock.now()
    lastList = started
    try File.makeFolder(configuration.state)
    identity = try Identity.load(configuration: configuration)
    engine = Engine(socketPath: configuration.engine, node: identity, loop: loop)
    natives = Natives(loop: loop, state: configuration.state, limits: configuration.native)
    catalogue = ServiceCatalogue(homeEdge: configuration.homeEdge, own: configuration.services)
    sampler = Sampler(
      root: configuration.root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: started)
    match = profiles.match(sampler.snapshot.board)
    journal = Journal(folder: configuration.state)
    callbacks = Callbacks(loop: loop)
    outputs = OutputStore(folder: configuration.state)
    var settings = Orchestrator.Settings()
    settings.node = identity
    settings.keptRuns = configuration.keptRuns
    orchestrator = Orchestrator(settings: settings)
    connectParts()
  }

  private func connectParts() {
    engine.onAvailable = { containers in
      self.perform { $0.engineAvailable(containers: containers, at: Clock.moment()) }
    }
    engine.onLost = { self.orchestrator.engineLost() }
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
    for run in runs {
      if run.state.isFinal && surplus > 0 {
        surplus -= 1
        continue
      }
      let command = try? Self.command(of: run.workload, source: run.source)
      perform { $0.restore(run, command: command) }
      if run.state.isFinal && !run.endReported { callbacks.changed(run) }
    }
    catalogue.refresh()
    engine.connect()
    tick()
  }

  /// What the last round noted goes to the disk.
  func end() {
    flushJournal()
  }

  /// Work of each second beyond the node's own.
  func eachSecond(_ work: @escaping () -> Void) {
    sweeps.append(work)
  }

  private func tick() {
    loop.after(configuration.sampleInterval) { self.tick() }
    sampler.sample(at: Clock.now())
    engine.sweep()
    followers.sweep(loop.now)
    for sweep in sweeps { sweep() }
    if loop.now - lastList > Self.listInterval {
      lastList = loop.now
      engine.relist()
    }
    perform { $0.tick(at: Clock.moment()) }
  }

  // MARK: - Requests

  /// Takes a request; `answer` is given the run once it is on disk, or why there is none.
  func submit(_ request: RunRequest, answer: @escaping (Result<Run, Problem>) -> Void) {
    let id = RunID(random: Clock.random())
    do throws(Problem) {
      let command = try check(request)
      let address = LocalAddresses.read(root: configuration.root).preferred.text
      // A container without a service's name is called after its image, as people do.
      let service = request.service.isEmpty ? command?.image.familiar ?? "" : request.service
      let run = Run(
        id: id, service: service, workload: request.workload, requester: request.requester,
        requesterAddress: address, callback: request.callback, host: address, source: request.source,
        times: RunTimes(accepted: Clock.wallMilliseconds()))
      var refusal: RunRefusal?
      unanswered[id] = answer
      perform { orchestrator in
        do throws(RunRefusal) {
          return try orchestrator.accept(run, command: command, at: Clock.moment())
        } catch {
          refusal = error
          return []
        }
      }
      if let refusal { throw refusal.problem }
    } catch {
      unanswered[id] = nil
      answer(.failure(error))
    }
  }

  /// What speaks against a request before it is accepted.
  ///
  /// - Returns: the command of a container.
  private func check(_ request: RunRequest) throws(Problem) -> RunCommand? {
    if !request.callback.isEmpty { _ = try Callbacks.check(request.callback) }
    guard case .container = request.workload else { return nil }
    if case .away(let since, let reason) = engine.state, loop.now - since > .seconds(5) {
      throw Problem(
        status: 503,
        detail:
          "no Docker Engine at \(configuration.engine): \(reason); install or start it (apt install docker.io)"
      )
    }
    do throws(RunCommandError) {
      let command = try Self.command(of: request.workload, source: request.source)
      if let minor = engine.description?.apiVersion.minor { try command?.check(engineAPIMinor: minor) }
      return command
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }

  private static func command(
    of workload: Workload, source: WorkloadSource
  ) throws(RunCommandError) -> RunCommand? {
    guard case .container(let arguments) = workload else { return nil }
    return try RunCommand(parsing: arguments, source: source.optionSource)
  }

  func stop(_ id: RunID) {
    perform { $0.stop(id, at: Clock.moment()) }
  }

  // MARK: - Directives

  private func perform(_ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&orchestrator) { perform(directive) }
  }

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
      natives.spawn(id, command)
    case .adopt(let id):
      natives.adopt(id)
    case .terminate(let id):
      natives.terminate(id)
    case .keepOutput(let id, let bytes):
      outputs.keep(bytes, of: id)
    case .changed(let run):
      callbacks.changed(run)
      followers.changed(run)
      if run.hasStarted, let waiters = startWaiters.removeValue(forKey: run.id) {
        for waiter in waiters { waiter(run) }
      }
      if run.state.isFinal, outputReaders[run.id] != nil {
        loop.after(Self.longestRemovalDelay) { self.outputReadersAreLeft(run.id) }
      }
    case .forget(let id):
      outputs.forget(id)
      natives.folder(of: id).remove()
    case .placed(let id):
      if let run = orchestrator.run(id) { unanswered.removeValue(forKey: id)?(.success(run)) }
    case .ask, .withdraw, .watch, .unwatch, .report:
      break  // A home of one node has no peers.
    }
  }

  private func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest) {
    let key = RunStep(run: id, step: step.rawValue)
    engineCalls[key] = engine.call(request, terminal: orchestrator.usesTerminal(id)) { event in
      switch event {
      case .done, .failed: self.engineCalls[key] = nil
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
      answer?(.failure(Problem(status: 507, detail: "the request could not be kept: \(error.description)")))
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

  /// The score as of now.
  func score() -> Score {
    Score(of: sampler.snapshot, profile: match.profile)
  }

  /// The output of a run whose container is gone.
  func keptOutput(of id: RunID) -> [UInt8] {
    outputs.read(id)
  }
}
