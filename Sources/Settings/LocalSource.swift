internal import CLinux
package import Containers
package import Orchestration
package import Platform

/// What the options of a command refer to, read from this machine's files and, where asked for, its environment.
///
/// The options are parsed once to learn what they name; the values then travel with the request. Only for who owns the
/// files: the client, and the owner of this node for the services that are defined here. What anybody else names is
/// never opened.
package enum LocalSource {
  /// Understands the options.
  ///
  /// - Parameters:
  ///   - waits: files may be pipes and terminals, whose end is waited for: for commands, not for the agent.
  ///   - environment: gives the bytes of a variable; the agent's own is never given away.
  /// - Throws: what is wrong with the options, or with what they name, in the words of the kernel where it has some. A
  /// text
  ///   that is not UTF-8 cannot travel, and is never changed instead.
  package static func read(
    _ arguments: [String], waits: Bool = false, environment: @escaping (String) -> [UInt8]? = { _ in nil }
  ) throws(RunCommandError) -> (command: RunCommand, source: WorkloadSource) {
    try read(arguments, environment: environment) { path in
      let limit = OptionSource.maximumFileSize
      do throws(SystemError) {
        return .success(try waits ? File.readWaiting(path, limit: limit) : File.read(path, limit: limit))
      } catch {
        return .failure(error)
      }
    }
  }

  /// The same with files that `reader` gives, of at most `OptionSource.maximumFileSize` bytes each; it is asked once for
  /// each name.
  package static func read(
    _ arguments: [String], environment: @escaping (String) -> [UInt8]? = { _ in nil },
    reader: @escaping (_ path: String) -> Result<[UInt8], SystemError>
  ) throws(RunCommandError) -> (command: RunCommand, source: WorkloadSource) {
    let recorder = Recorder(reader: reader, environment: environment)
    let source = OptionSource(
      readFile: { recorder.file($0) }, environment: { recorder.variable($0) })
    let command = try RunCommand(parsing: arguments, source: source)
    if let name = recorder.faultyVariable {
      throw RunCommandError(option: "--env", reason: "the value of \(name) is not UTF-8")
    }
    return (command, recorder.source)
  }

  /// Used on one thread and for one parse only.
  private final class Recorder: @unchecked Sendable {
    var source = WorkloadSource()
    var faultyVariable: String?
    private var size = 0
    private let reader: (String) -> Result<[UInt8], SystemError>
    private let environment: (String) -> [UInt8]?

    init(
      reader: @escaping (String) -> Result<[UInt8], SystemError>,
      environment: @escaping (String) -> [UInt8]?
    ) {
      self.reader = reader
      self.environment = environment
    }

    /// What is named twice is read once: a pipe gives its bytes only then.
    func file(_ path: String) -> Result<[UInt8], OptionSource.Failure> {
      if let file = source.files.first(where: { $0.name == path }) { return .success(Array(file.value.utf8)) }
      guard source.files.count < OptionSource.maximumFiles else {
        return .failure(.init(reason: "with it there are more than \(OptionSource.maximumFiles) files"))
      }
      do throws(SystemError) {
        let bytes = try reader(path).get()
        size += bytes.count
        guard size <= OptionSource.maximumTotal else {
          return .failure(
            .init(reason: "with it the files have more than \(OptionSource.maximumTotal) bytes"))
        }
        // Who asked for it says which line is none, and the request is not made.
        if let text = String(validating: bytes, as: UTF8.self) {
          source.files.append(.init(name: path, value: text))
        }
        return .success(bytes)
      } catch {
        let isLarge = error.errno == EFBIG
        return .failure(
          .init(reason: isLarge ? "larger than \(OptionSource.maximumFileSize) bytes" : error.reason))
      }
    }

    func variable(_ name: String) -> String? {
      guard let bytes = environment(name) else { return nil }
      guard let value = String(validating: bytes, as: UTF8.self) else {
        faultyVariable = name
        return nil
      }
      source.environment.append(.init(name: name, value: value))
      return value
    }
  }
}
