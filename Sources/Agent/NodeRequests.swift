import Basics
import Containers
import EngineClient
import HTTPServer
import Orchestration
import Platform
import Scoring
import Settings
import Wire

// What is asked of a node: by programs of its machine, and by other nodes.
extension Node {
  /// Takes a request; `answer` is given the run once a node has accepted it, or why there is none.
  func submit(_ request: RunRequest, answer: @escaping (Result<Run, Problem>) -> Void) {
    guard let homeEdge, request.requesterAddress.isEmpty else { return place(request, answer: answer) }
    homeEdge.gather(for: request) { preferred in
      var request = request
      request.preferredNode = preferred
      self.place(request, answer: answer)
    }
  }

  private func place(_ request: RunRequest, answer: @escaping (Result<Run, Problem>) -> Void) {
    let id = RunID(random: Clock.random())
    do throws(Problem) {
      if !request.callback.isEmpty, request.requesterAddress.isEmpty {
        _ = try Callbacks.check(request.callback)
      }
      let command = try check(request.workload, service: request.service, source: request.source)
      try checkEngine(for: request)
      // A container without a service's name is called after its image, as people do.
      let service = request.service.isEmpty ? command?.image.familiar ?? "" : request.service
      var run = Run(
        id: id, service: service, workload: request.workload, requester: request.requester,
        requesterAddress: request.requesterAddress.isEmpty ? address : request.requesterAddress,
        callback: request.callback, host: address, source: request.source,
        times: RunTimes(accepted: Clock.wallMilliseconds()))
      run.constraints = request.constraints
      run.onHostLoss = request.onHostLoss
      run.bound = request.bound
      run.deadline = request.deadline
      run.allowsSelf = request.allowsSelf
      run.preferredNode = request.preferredNode
      refreshHome()
      unanswered[id] = { problem in
        if let problem { return answer(.failure(problem)) }
        if let run = self.orchestrator.run(id) { answer(.success(run)) }
      }
      var refusal: RunRefusal?
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

  /// Without another node that could take it, a request waits for this node's Engine only if that has just gone.
  private func checkEngine(for request: RunRequest) throws(Problem) {
    guard case .container = request.workload, case .away(let since, let reason) = engine.state,
      loop.now - since > .seconds(5),
      !orchestrator.nodes.contains(where: { !$0.isSelf && $0.isReachable && $0.hasEngine })
    else { return }
    throw Problem(
      status: 503,
      detail:
        "no Docker Engine at \(configuration.engine): \(reason); install or start it (apt install docker.io)")
  }

  /// Answers who waits for the run: a node has accepted it, or none did.
  func answer(_ id: RunID) {
    guard let answer = unanswered.removeValue(forKey: id) else { return }
    if let run = orchestrator.run(id), case .failed(let failure) = run.state {
      return answer(Problem(status: 503, detail: "no node runs it: \(failure.reason) (run \(id.text))"))
    }
    answer(nil)
  }

  /// Whether the owner of another node has defined the service there.
  func isOfferedElsewhere(_ service: String, kind: ServiceDefinition.Kind) -> Bool {
    refreshHome()
    return orchestrator.nodes.contains {
      !$0.isSelf && $0.isReachable && $0.offers(service, kind: kind.rawValue)
    }
  }

  /// Brings what is known of the nodes up to date, before it is looked at.
  func refreshHome() {
    guard let neighbours else { return perform { $0.update(node: self.ownNode(), at: Clock.moment()) } }
    home?.readWaiting()
    neighbours.tellOrchestrator()
  }

  func stop(_ id: RunID) {
    perform { $0.stop(id, at: Clock.moment()) }
  }

  // MARK: - Other nodes' runs

  /// Takes a run for another node; `answer` is given nil once it is on disk, or why it is not taken.
  func host(_ run: Run, answer: @escaping (Problem?) -> Void) {
    do throws(Problem) {
      // A requester that has not heard of it yet; one that repeats itself is told as before.
      if isDrained, orchestrator.run(run.id) == nil { throw Problem(status: 409, detail: "it is drained") }
      catalogue.refresh()
      if case .native = run.workload { _ = try nativeCommand(of: run) }
      let command = try check(run.workload, service: run.service, source: run.source)
      perform { $0.update(node: self.ownNode(), at: Clock.moment()) }
      switch perform({ $0.acceptHosted(run, command: command, at: Clock.moment()) }) {
      case .recording:
        // Who asked before, over a connection that broke or at the same time, is told the same.
        let earlier = unanswered[run.id]
        unanswered[run.id] = { problem in
          earlier?(problem)
          answer(problem)
        }
      case .accepted: answer(nil)
      case .refused(let reason): throw Problem(status: 409, detail: reason)
      case .busier(let demand):
        var problem = Problem(
          status: 409,
          detail: "\(decimal(demand.threads, places: 1)) threads compete for its cores, more than was known")
        problem.extra = JSONMember(name: "demand", value: demand.json)
        throw problem
      }
    } catch {
      // Whoever else waits for a run of this identifier goes on waiting: it may not be the caller's.
      answer(error)
    }
  }

  /// - Returns: whether the attempt is here.
  func beginHosted(_ id: RunID, attempt: Int, of requester: String) -> Bool {
    perform { $0.beginHosted(id, attempt: attempt, of: requester, at: Clock.moment()) }
  }

  /// - Returns: whether nothing of it is left to end.
  func stopHosted(_ id: RunID, attempt: Int, of requester: String, speed: Double?) -> Bool {
    perform { $0.stopHosted(id, attempt: attempt, of: requester, speed: speed, at: Clock.moment()) }
  }

  // MARK: - Commands

  /// The program of a run as this node's owner allows it: whoever chose this node need not know the definition.
  private func nativeCommand(of run: Run) throws(Problem) -> [String] {
    do throws(NativeRefusal) {
      return try ServiceDefinition.checkNative(
        service: run.service, command: run.workload.arguments, requester: run.requester,
        among: catalogue.definitions)
    } catch {
      throw Problem(
        status: 403, detail: "\(error.rawValue): service '\(run.service)', asked by '\(run.requester)'")
    }
  }

  /// Starts a native program, if it is allowed here now.
  func spawn(_ id: RunID, _ command: NativeCommand) {
    guard let run = orchestrator.run(id) else { return }
    do throws(Problem) {
      var command = command
      command.arguments = try nativeCommand(of: run)
      natives.spawn(id, command)
    } catch {
      let reason = error.detail
      loop.after(.zero) { self.perform { $0.native(.failed(reason: reason), for: id, at: Clock.moment()) } }
    }
  }

  /// What speaks against a container's options, before it is accepted.
  ///
  /// - Returns: the command of a container; nil for a program, and for a service that only other nodes define.
  private func check(_ workload: Workload, service: String, source: WorkloadSource) throws(Problem)
    -> RunCommand?
  {
    do throws(RunCommandError) {
      let command = try command(of: workload, service: service, source: source)
      if let minor = engine.description?.apiVersion.minor { try command?.check(engineAPIMinor: minor) }
      return command
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }

  /// A container without arguments is the one that this node's owner has defined for the service.
  private func command(
    of workload: Workload, service: String, source: WorkloadSource
  ) throws(RunCommandError) -> RunCommand? {
    guard case .container(var arguments) = workload else { return nil }
    if arguments.isEmpty {
      guard let definition = catalogue.definition(service, kind: .container),
        let defined = dockerRunArguments(definition.command)
      else { return nil }
      arguments = defined
    }
    return try RunCommand(parsing: arguments, source: source.optionSource)
  }

  func command(of run: Run) throws(RunCommandError) -> RunCommand? {
    try command(of: run.workload, service: run.service, source: run.source)
  }
}
