import Basics
import Containers
import EngineClient
import Orchestration
import Platform
import Scoring
import Settings
import Wire

/// Admits runs to this node: what is asked by programs of its machine, and by other nodes, is checked here and handed to
/// the orchestrator.
final class Admission {
  let driver: RunDriver
  let status: NodeStatus
  let catalogue: ServiceCatalogue

  init(status: NodeStatus) {
    self.status = status
    driver = status.driver
    catalogue = status.catalogue
  }

  /// Takes a request; `answer` is given the run once a node has accepted it, or why there is none.
  func submit(_ request: RunRequest, answer: @escaping (Result<Run, Problem>) -> Void) {
    guard let homeEdge = driver.peers?.homeEdge, request.requesterAddress.isEmpty else {
      return admit(request, answer: answer)
    }
    refreshNodes()
    homeEdge.gather(for: request) { preferred in
      var request = request
      request.preferredNode = preferred
      self.admit(request, answer: answer)
    }
  }

  private func admit(_ request: RunRequest, answer: @escaping (Result<Run, Problem>) -> Void) {
    do throws(Problem) {
      if !request.callback.isEmpty, request.requesterAddress.isEmpty {
        _ = try Callbacks.check(request.callback)
      }
    } catch {
      return answer(.failure(error))
    }
    whenSourced(request.workload, service: request.service, request.source, namesFiles: request.namesFiles) {
      result in
      do throws(Problem) {
        let (command, source) = try self.check(request.workload, service: request.service, result)
        try self.checkEngine(for: request)
        try self.submit(self.run(for: request, command, source), command, answer: answer)
      } catch {
        answer(.failure(error))
      }
    }
  }

  private func submit(
    _ run: Run, _ command: RunCommand?, answer: @escaping (Result<Run, Problem>) -> Void
  ) throws(Problem) {
    let id = run.id
    refreshNodes()
    driver.whenPlaced(id) { problem in
      if let problem { return answer(.failure(problem)) }
      if let run = self.driver.orchestrator.run(id) { answer(.success(run)) }
    }
    var refusal: RunRefusal?
    driver.perform { orchestrator in
      do throws(RunRefusal) {
        return try orchestrator.submit(run, command: command, at: Clock.moment())
      } catch {
        refusal = error
        return []
      }
    }
    if let refusal {
      driver.forgetAnswer(id)
      throw refusal.problem
    }
  }

  private func run(for request: RunRequest, _ command: RunCommand?, _ source: WorkloadSource) -> Run {
    let address = status.address
    // The files of a definition stay on the node that has it.
    let source = request.workload.arguments.isEmpty ? request.source : source
    var run = Run(
      id: RunID(random: Clock.random()),
      // A container without a service's name is called after its image, as people do.
      service: request.service.isEmpty ? command?.image.familiar ?? "" : request.service,
      workload: request.workload, requester: request.requester,
      requesterAddress: request.requesterAddress.isEmpty ? address : request.requesterAddress,
      callback: request.callback, host: address, source: source,
      times: RunTimes(accepted: Clock.wallMilliseconds()))
    run.constraints = request.constraints
    run.onHostLoss = request.onHostLoss
    run.bound = request.bound
    run.deadline = request.deadline
    run.allowsSelf = request.allowsSelf
    run.isAttached = request.isAttached
    run.preferredNode = request.preferredNode
    return run
  }

  private static let engineGrace = Interval.seconds(5)

  /// Without another node that could take it, a request waits for this node's Engine only if that has just gone.
  private func checkEngine(for request: RunRequest) throws(Problem) {
    guard case .container = request.workload, case .away(let since, let reason) = status.engine.state,
      driver.loop.now - since > Self.engineGrace,
      !driver.orchestrator.nodes.contains(where: { !$0.isSelf && $0.isReachable && $0.hasEngine })
    else { return }
    throw Problem(
      status: 503,
      detail:
        "no Docker Engine at \(status.engine.socketPath): \(reason); install or start it (apt install docker.io)"
    )
  }

  /// Whether the owner of another node has defined the service there.
  func isOfferedElsewhere(_ service: String, kind: ServiceDefinition.Kind) -> Bool {
    refreshNodes()
    return driver.orchestrator.nodes.contains {
      !$0.isSelf && $0.isReachable && $0.offers(service, kind: kind.rawValue)
    }
  }

  /// Brings what is known of the nodes up to date, before it is looked at.
  func refreshNodes() {
    guard let peers = driver.peers else { return status.tellOrchestrator() }
    peers.home.readWaiting()
    peers.tellOrchestrator()
  }

  /// Calls `then` once the definitions of this node's owner are as they stand in their files.
  func whenRefreshed(_ then: @escaping () -> Void) {
    driver.writer.look(catalogue.patterns, since: catalogue.stamp) { files in
      if let files, files.stamp != self.catalogue.stamp { self.catalogue.take(files) }
      then()
    }
  }

  /// The same where the workload is one of those that are defined; another one need not wait for the disk.
  func whenDefined(_ workload: Workload, _ then: @escaping () -> Void) {
    if case .container(let arguments) = workload, !arguments.isEmpty { return then() }
    whenRefreshed(then)
  }

  // MARK: - Other nodes' runs

  /// Takes a run for another node; `answer` is given nil once it is on disk, or why it is not taken.
  func host(_ run: Run, answer: @escaping (Problem?) -> Void) {
    whenSourced(run.workload, service: run.service, run.source, namesFiles: false) { result in
      do throws(Problem) {
        // A requester that has not heard of it yet; one that repeats itself is told as before.
        if self.status.isDrained, self.driver.orchestrator.run(run.id) == nil {
          throw Problem(status: 409, detail: "it is drained")
        }
        if case .native = run.workload { _ = try self.catalogue.nativeCommand(of: run) }
        let (command, _) = try self.check(run.workload, service: run.service, result)
        try self.host(run, command, answer: answer)
      } catch {
        // Whoever else waits for a run of this identifier goes on waiting: it may not be the caller's.
        answer(error)
      }
    }
  }

  private func host(_ run: Run, _ command: RunCommand?, answer: @escaping (Problem?) -> Void) throws(Problem)
  {
    status.tellOrchestrator()
    switch driver.perform({ $0.host(run, command: command, at: Clock.moment()) }) {
    case .persisting: driver.whenPlaced(run.id, then: answer)
    case .accepted: answer(nil)
    case .refused(let reason): throw Problem(status: 409, detail: reason)
    case .busier(let demand):
      var problem = Problem(
        status: 409,
        detail: "\(decimal(demand.threads, places: 1)) threads contend for its cores, more than was known")
      problem.extra = JSONMember(name: "demand", value: demand.json)
      throw problem
    }
  }

  // MARK: - Options

  /// Calls `then` with what a container's options name: what came with the request, or files of this machine, where the
  /// options or the definition of the service are to be understood here; or with what speaks against the options.
  private func whenSourced(
    _ workload: Workload, service: String, _ source: WorkloadSource, namesFiles: Bool,
    then: @escaping (Result<WorkloadSource, RunCommandError>) -> Void
  ) {
    guard workload.arguments.isEmpty || namesFiles,
      let arguments = catalogue.arguments(of: workload, service: service)
    else { return then(.success(source)) }
    LocalSource.whenRead(arguments, driver.writer, then: then)
  }

  /// What speaks against a container's options, before it is accepted; one without any is what this node's owner has
  /// defined for the service.
  ///
  /// - Returns: the command of a container, nil for a program and for a service that only other nodes define; and what
  ///   its options name.
  private func check(
    _ workload: Workload, service: String, _ source: Result<WorkloadSource, RunCommandError>
  ) throws(Problem) -> (RunCommand?, WorkloadSource) {
    // Its name is a label, which the Engine repeats in each list; the longest name of an image is one, too.
    guard service.utf8.count <= ImageReference.maximumNameLength else {
      throw Problem(
        status: 422,
        detail:
          "the service's name has \(service.utf8.count) bytes, at most \(ImageReference.maximumNameLength)")
    }
    do throws(RunCommandError) {
      let source = try source.get()
      guard let arguments = catalogue.arguments(of: workload, service: service) else { return (nil, source) }
      let command = try RunCommand(parsing: arguments, source: source.optionSource)
      if let minor = status.engine.description?.apiVersion.minor { try command.check(engineAPIMinor: minor) }
      return (command, source)
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }
}
