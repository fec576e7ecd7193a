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
    let id = RunID(random: Clock.random())
    do throws(Problem) {
      if !request.callback.isEmpty, request.requesterAddress.isEmpty {
        _ = try Callbacks.check(request.callback)
      }
      let command = try check(request.workload, service: request.service, source: request.source)
      try checkEngine(for: request)
      let run = run(id, for: request, command)
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
      if let refusal { throw refusal.problem }
    } catch {
      driver.forgetAnswer(id)
      answer(.failure(error))
    }
  }

  private func run(_ id: RunID, for request: RunRequest, _ command: RunCommand?) -> Run {
    let address = status.address
    var run = Run(
      id: id,
      // A container without a service's name is called after its image, as people do.
      service: request.service.isEmpty ? command?.image.familiar ?? "" : request.service,
      workload: request.workload, requester: request.requester,
      requesterAddress: request.requesterAddress.isEmpty ? address : request.requesterAddress,
      callback: request.callback, host: address, source: request.source,
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
    do throws(Problem) {
      // A requester that has not heard of it yet; one that repeats itself is told as before.
      if status.isDrained, driver.orchestrator.run(run.id) == nil {
        throw Problem(status: 409, detail: "it is drained")
      }
      if case .native = run.workload { _ = try catalogue.nativeCommand(of: run) }
      let command = try check(run.workload, service: run.service, source: run.source)
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
    } catch {
      // Whoever else waits for a run of this identifier goes on waiting: it may not be the caller's.
      answer(error)
    }
  }

  /// What speaks against a container's options, before it is accepted.
  ///
  /// - Returns: the command of a container; nil for a program, and for a service that only other nodes define.
  private func check(_ workload: Workload, service: String, source: WorkloadSource) throws(Problem)
    -> RunCommand?
  {
    // Its name is a label, which the Engine repeats in each list; the longest name of an image is one, too.
    guard service.utf8.count <= ImageReference.maximumNameLength else {
      throw Problem(
        status: 422,
        detail:
          "the service's name has \(service.utf8.count) bytes, at most \(ImageReference.maximumNameLength)")
    }
    do throws(RunCommandError) {
      let command = try catalogue.command(of: workload, service: service, source: source)
      if let minor = status.engine.description?.apiVersion.minor { try command?.check(engineAPIMinor: minor) }
      return command
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }
}
