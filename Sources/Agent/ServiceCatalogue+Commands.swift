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

  /// The arguments of `docker run` of a container: its own, or, where it has none, those that this node's owner has
  /// defined for the service; nil for a program, and for a service that only other nodes define.
  func arguments(of workload: Workload, service: String) -> [String]? {
    guard case .container(let given) = workload else { return nil }
    return given.isEmpty ? arguments(of: service) : given
  }

  /// The command of a run of an earlier agent; nil where `arguments` are.
  func command(of run: Run) throws(RunCommandError) -> RunCommand? {
    guard let arguments = arguments(of: run.workload, service: run.service) else { return nil }
    guard run.workload.arguments.isEmpty else {
      return try RunCommand(parsing: arguments, source: run.source.optionSource)
    }
    return try LocalSource.read(arguments).command
  }
}
