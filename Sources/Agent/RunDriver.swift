import Basics
import Containers
import EngineClient
import Orchestration
import Platform
import Settings
import Wire

/// Drives the runs of this node: hands events to the orchestrator and carries out its directives.
final class RunDriver {
  /// What is known of runs and nodes. Events go through `perform`, so that what follows from them is done.
  var orchestrator: Orchestrator
  let loop: EventLoop
  let engine: Engine
  let natives: Natives
  let outputs: RunOutputs
  /// Writes the state.
  let writer: DiskWriter
  let followers = Followers()
  /// The other nodes; absent where this node stays alone.
  var peers: Peers?
  /// Called after each event: a run may have begun or ended.
  var afterEvent: () -> Void = {}
  /// Whether the Engine has answered this agent.
  private(set) var engineWasThere = false
  /// Why the last runs could not be written; nil where they were.
  private(set) var diskError: String?
  private let catalogue: ServiceCatalogue
  private let journal: Journal
  private let callbacks: Callbacks
  private var engineCalls: [EngineCallKey: UInt64] = [:]
  /// Who waits for a run that is being written to disk or placed.
  private var unanswered: [RunID: (Problem?) -> Void] = [:]
  /// Who waits until what it asked of a run is on disk.
  private var unkept: [(run: RunID, then: (SystemError?) -> Void)] = []

  private struct EngineCallKey: Hashable {
    let run: RunID
    let step: UInt8
  }

  init(
    configuration: Configuration, identity: Identity, catalogue: ServiceCatalogue, loop: EventLoop,
    writer: DiskWriter
  ) {
    self.catalogue = catalogue
    self.loop = loop
    self.writer = writer
    engine = Engine(
      socketPath: configuration.engine, node: identity.formerNames.isEmpty ? identity.name : nil, loop: loop)
    natives = Natives(loop: loop, state: configuration.state, limits: configuration.native, writer: writer)
    journal = Journal(folder: configuration.state, writer: writer)
    callbacks = Callbacks(loop: loop)
    outputs = RunOutputs(store: OutputStore(folder: configuration.state, writer: writer), loop: loop)
    var settings = Orchestrator.Settings()
    settings.node = identity.name
    settings.formerNodes = identity.formerNames
    settings.keptRuns = configuration.keptRuns
    orchestrator = Orchestrator(settings: settings)
    natives.onEvent = { run, event in self.perform { $0.native(event, for: run, at: Clock.moment()) } }
    callbacks.onEndReported = { run in
      self.orchestrator.endReported(run)
      self.write(run, durable: false)
    }
    journal.present = {
      var ids = self.orchestrator.ids[...]
      return {
        // A run may be forgotten meanwhile.
        while let id = ids.popFirst() {
          if let body = self.journalBody(id) { return body }
        }
        return nil
      }
    }
    journal.onWritten = { self.wereWritten($0, $1) }
    outputs.onLeft = { run, removal in self.call(run, .remove, removal) }
    loop.afterRound = { self.flushJournal() }
  }

  /// This node's name in the home.
  var identity: String { orchestrator.settings.node }

  /// Takes up the runs of an earlier agent.
  func restore() {
    var untold: [RunID] = []
    journal.read { run in
      orchestrator.load(run)
      if run.state.isFinal, !run.endReported, !run.callback.isEmpty { untold.append(run.id) }
    }
    perform { $0.takeUp { try? catalogue.command(of: $0) } }
    for id in untold {
      if let run = orchestrator.run(id), run.state.isFinal, !run.endReported { callbacks.changed(run) }
    }
  }

  // MARK: - Events

  func engineAvailable(_ containers: [ContainerState]) {
    engineWasThere = true
    perform { $0.engineAvailable(containers: containers, at: Clock.moment()) }
  }

  func perform(_ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&orchestrator) { perform(directive) }
    afterEvent()
  }

  /// The same for an event that the orchestrator answers at once.
  func perform<Answer>(_ event: (inout Orchestrator) -> (Answer, [Directive])) -> Answer {
    let (answer, directives) = event(&orchestrator)
    perform { _ in directives }
    return answer
  }

  // MARK: - Directives

  private func perform(_ directive: Directive) {
    switch directive {
    case .persist(let id):
      write(id, durable: true)
    case .note(let id):
      write(id, durable: false)
    case .call(let id, .remove, let request) where outputs.isRead(id):
      outputs.delay(request, of: id)
    case .call(let id, .start, let request) where orchestrator.attaches(id):
      outputs.attach(id, request.subject, terminal: orchestrator.usesTerminal(id), engine) {
        self.call(id, .start, request)
      }
    case .call(let id, let step, let request):
      call(id, step, request)
    case .cancel(let id, let step):
      if let call = engineCalls.removeValue(forKey: EngineCallKey(run: id, step: step.rawValue)) {
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
      natives.forget(id)
    case .placed(let id):
      placed(id)
    case .ask(let id, let node, let attempt, let body):
      peers?.ask(id, node, attempt: attempt, body)
    case .commit(let id, let node, let attempt):
      peers?.link(node)?.commit(id, attempt: attempt)
    case .revoke(let id, let node, let attempt, let speed, let isStop):
      peers?.revoke(id, node, attempt: attempt, speed: speed, isStop: isStop)
    case .watch(let node):
      peers?.link(node)?.watch()
    case .unwatch(let node):
      peers?.link(node)?.unwatch()
    }
  }

  private func tellFollowers(_ run: Run) {
    followers.changed(run)
    outputs.changed(run)
  }

  private func call(_ id: RunID, _ step: EngineStep, _ request: EngineRequest) {
    let key = EngineCallKey(run: id, step: step.rawValue)
    engineCalls[key] = engine.call(request, terminal: orchestrator.usesTerminal(id)) { event in
      switch event {
      case .done:
        self.engineCalls[key] = nil
        if step == .pull { self.engine.listImages() }
      case .failed:
        self.engineCalls[key] = nil
        if step == .start { self.outputs.detach(id) }
      default: break
      }
      self.perform { $0.engine(event, of: step, for: id, at: Clock.moment()) }
    }
  }

  /// Starts a native program, if it is allowed here now.
  private func spawn(_ id: RunID, _ command: NativeCommand) {
    guard let run = orchestrator.run(id) else { return }
    do throws(Problem) {
      var command = command
      command.arguments = try catalogue.nativeCommand(of: run)
      natives.spawn(id, command)
    } catch {
      let reason = error.detail
      loop.after(.zero) { self.perform { $0.native(.failed(reason: reason), for: id, at: Clock.moment()) } }
    }
  }

  /// The last output of a run that another node hosted: that node may be gone when it is asked for.
  private func keepRemoteOutput(of run: Run) {
    guard !run.isHosted, !run.hostNode.isEmpty, run.hostNode != identity, run.times.started > 0,
      peers?.homeEdge?.isNode(run.hostNode) != true, let link = peers?.link(run.hostNode)
    else { return }
    var bytes: [UInt8] = []
    let limit = orchestrator.settings.keptOutput
    _ = link.output(
      of: run.id, follow: false, onBody: { if bytes.count < 2 * limit { bytes += $0 } },
      onEnd: { error in if error == nil, !bytes.isEmpty { self.outputs.keep(bytes, of: run.id) } })
  }

  // MARK: - Answers

  /// Has `then` told once a node has accepted the run, or why there is none. Who asked before, over a connection that
  /// broke or at the same time, is told the same.
  func whenPlaced(_ id: RunID, then: @escaping (Problem?) -> Void) {
    guard let earlier = unanswered[id] else {
      unanswered[id] = then
      return
    }
    unanswered[id] = { problem in
      earlier(problem)
      then(problem)
    }
  }

  /// The request came to nothing before it was placed.
  func forgetAnswer(_ id: RunID) {
    unanswered[id] = nil
  }

  /// Answers who waits for the run: a node has accepted it, or none did.
  private func placed(_ id: RunID) {
    guard let answer = unanswered.removeValue(forKey: id) else { return }
    if let run = orchestrator.run(id), case .failed(let failure) = run.state {
      return answer(Problem(status: 503, detail: "no node runs it: \(failure.reason) (run \(id.text))"))
    }
    answer(nil)
  }

  // MARK: - Disk

  /// Since when runs wait to be given to the disk; nil where none do.
  var unwrittenSince: Instant? { journal.waitsSince }

  /// Has what this round added to the journal written.
  func flushJournal() {
    journal.flush()
  }

  /// Waits until all that is known of the runs is on disk, no longer than `limit`.
  func finish(within limit: Interval) {
    journal.flush()
    writer.onIdle = { self.journal.flush() }
    writer.finish(within: limit)
  }

  /// Has `then` told once the run's present state is on disk, or why it is not.
  func whenKept(_ id: RunID, then: @escaping (SystemError?) -> Void) {
    guard journal.isPending(id) else { return then(nil) }
    unkept.append((id, then))
  }

  private func write(_ id: RunID, durable: Bool) {
    guard orchestrator.isKnown(id) else { return }
    journal.append(id, journalBody(id) ?? [], durable: durable)
  }

  private func journalBody(_ id: RunID) -> [UInt8]? {
    var body: [UInt8] = []
    orchestrator.encodeForJournal(id, into: &body)
    return body.isEmpty ? nil : body
  }

  /// Goes on with runs that are safe now, or are not.
  private func wereWritten(_ ids: [RunID], _ error: SystemError?) {
    if let error { tellOnce(error) } else { diskError = nil }
    for id in ids { wasWritten(id, error) }
    for (id, then) in unkept where ids.contains(id) && !journal.isPending(id) { then(error) }
    unkept.removeAll { ids.contains($0.run) && !journal.isPending($0.run) }
  }

  private func wasWritten(_ id: RunID, _ error: SystemError?) {
    if let error {
      let answer = unanswered.removeValue(forKey: id)
      perform { $0.persistFailed(id) }
      answer?(Problem(status: 507, detail: "the request could not be kept: \(error.description)"))
    } else {
      perform { $0.persisted(id, at: Clock.moment()) }
    }
  }

  private func tellOnce(_ error: SystemError) {
    guard diskError != error.description else { return }
    diskError = error.description
    Log.error("state cannot be written: \(error.description)")
  }
}
