internal import CLinux
import Containers
package import Orchestration
import Platform

/// What the options of a command refer to, read from this machine's files and, where asked for, its environment.
///
/// The options are parsed once to learn what they name; the values then travel with the request.
package enum LocalSource {
  /// - Parameter environment: gives the value of a variable; the agent's own is never given away.
  package static func read(
    for workload: Workload, environment: @escaping (String) -> String? = { _ in nil }
  ) -> WorkloadSource {
    guard case .container(let arguments) = workload else { return WorkloadSource() }
    let recorder = Recorder(environment: environment)
    let source = OptionSource(
      readFile: { recorder.file($0) }, environment: { recorder.variable($0) })
    // An error shows again, with its words, when the agent parses the same options.
    _ = try? RunCommand(parsing: arguments, source: source)
    return recorder.source
  }

  /// Used on one thread and for one parse only.
  private final class Recorder: @unchecked Sendable {
    var source = WorkloadSource()
    private let environment: (String) -> String?

    init(environment: @escaping (String) -> String?) {
      self.environment = environment
    }

    func file(_ path: String) -> Result<[UInt8], OptionSource.Failure> {
      do throws(SystemError) {
        let bytes = try File.read(path, limit: OptionSource.maximumFileSize)
        source.files.append(.init(name: path, value: String(decoding: bytes, as: UTF8.self)))
        return .success(bytes)
      } catch {
        return .failure(OptionSource.Failure(reason: error.description))
      }
    }

    func variable(_ name: String) -> String? {
      let value = environment(name)
      if let value { source.environment.append(.init(name: name, value: value)) }
      return value
    }
  }
}
