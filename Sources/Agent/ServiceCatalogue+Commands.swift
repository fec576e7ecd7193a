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

  /// The arguments of `docker run` that this node's owner has defined for the service; nil where none are.
  func arguments(of service: String) -> [String]? {
    definition(service, kind: .container).flatMap { dockerRunArguments($0.command) }
  }

  /// The command of a run of an earlier agent: a container without arguments is the one that is defined for its service.
  ///
  /// - Returns: nil for a program, and for a service that only other nodes define.
  func command(of run: Run) throws(RunCommandError) -> RunCommand? {
    guard case .container(let arguments) = run.workload else { return nil }
    if !arguments.isEmpty { return try RunCommand(parsing: arguments, source: run.source.optionSource) }
    return try self.arguments(of: run.service).map { (defined) throws(RunCommandError) in
      try LocalSource.read(defined).command
    }
  }
}
