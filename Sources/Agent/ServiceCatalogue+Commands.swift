import Containers
import Orchestration
import Settings
import Wire

// What a run's workload means on this node, by the definitions of its owner.
extension ServiceCatalogue {
  /// The program of a run as this node's owner allows it: whoever chose this node need not know the definition.
  func nativeCommand(of run: Run) throws(Problem) -> [String] {
    do throws(NativeRefusal) {
      return try ServiceDefinition.checkNative(
        service: run.service, command: run.workload.arguments, requester: run.requester, among: definitions)
    } catch {
      throw Problem(
        status: 403, detail: "\(error.rawValue): service '\(run.service)', asked by '\(run.requester)'")
    }
  }

  /// A container without arguments is the one that this node's owner has defined for the service.
  ///
  /// - Returns: the command of a container; nil for a program, and for a service that only other nodes define.
  func command(
    of workload: Workload, service: String, source: WorkloadSource
  ) throws(RunCommandError) -> RunCommand? {
    guard case .container(let arguments) = workload else { return nil }
    if !arguments.isEmpty { return try RunCommand(parsing: arguments, source: source.optionSource) }
    guard let definition = definition(service, kind: .container),
      let defined = dockerRunArguments(definition.command)
    else { return nil }
    return try LocalSource.read(defined).command
  }

  func command(of run: Run) throws(RunCommandError) -> RunCommand? {
    try command(of: run.workload, service: run.service, source: run.source)
  }
}
