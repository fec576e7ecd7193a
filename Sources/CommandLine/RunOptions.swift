internal import CLinux
import Containers
import Orchestration
import Settings
import Wire

/// What `hearth run` is asked for, and the request that tells it to the agent.
struct RunOptions {
  let isDetached: Bool
  /// Whether what it writes is shown.
  let showsOutput: Bool
  private let service: String
  private let callback: String
  private let kind: String
  private let constraints: [String]
  private let onHostLoss: String
  private let bound: String
  private let deadline: Int64?
  /// The image and what is behind it, with the options of `docker run` in front.
  private let words: [String]
  /// What those name of this machine.
  private let source: WorkloadSource

  /// Docker's exit code for what went wrong before the program ran.
  static let startFailed: Int32 = 125

  /// - Throws: what makes no sense, or names what cannot be read; the agent judges what it alone can know.
  init(_ values: OptionValues) throws(CommandFailure) {
    isDetached = values.has(.detach)
    showsOutput = !isDetached && !values.has(.json)
    service = values[.service] ?? ""
    callback = values[.callback] ?? ""
    kind = values.has(.native) ? "native" : "container"
    constraints = values.all(.constraint)
    onHostLoss = values[.onHostLoss] ?? ""
    bound = values[.bound] ?? ""
    deadline = try Self.seconds(values[.deadline])
    words = values.operands
    var command: RunCommand?
    if kind == "container" && !words.isEmpty {
      do throws(RunCommandError) {
        let read = try LocalSource.read(words, waits: true) { name in
          guard let text = getenv(name) else { return nil }
          var length = 0
          while text[length] != 0 { length += 1 }
          return Array(UnsafeRawBufferPointer(start: text, count: length))
        }
        command = read.command
        source = read.source
      } catch {
        throw CommandFailure(error.description, exitCode: Self.startFailed)
      }
    } else {
      source = WorkloadSource()
    }
    // A program that reads would wait for ever for input that nobody sends.
    if !isDetached, command?.createBody["OpenStdin"]?.bool == true {
      throw CommandFailure(
        usage: "-i: a run has no standard input; leave it out, or use --detach to keep the input open")
    }
    if words.isEmpty && service.isEmpty {
      throw CommandFailure(usage: "run needs an image, or a service that is defined here")
    }
  }

  private static func seconds(_ text: String?) throws(CommandFailure) -> Int64? {
    guard let text else { return nil }
    guard let seconds = Int64(text), (1...Run.deadlineLimit).contains(seconds) else {
      throw CommandFailure(usage: "--deadline: expected whole seconds, such as 60, found '\(text)'")
    }
    return seconds
  }

  /// The body of `POST /api/v2/runs`.
  var request: JSON {
    var object: JSONObject = ["arguments": .array(words.map { .string($0) }), "type": .string(kind)]
    if !service.isEmpty { object["service"] = .string(service) }
    if !callback.isEmpty { object["callback"] = .string(callback) }
    if !constraints.isEmpty { object["constraints"] = .array(constraints.map { .string($0) }) }
    if !onHostLoss.isEmpty { object["onHostLoss"] = .string(onHostLoss) }
    if !bound.isEmpty { object["bound"] = .string(bound) }
    if let deadline { object["deadline"] = .integer(deadline) }
    if showsOutput { object["attach"] = true }
    for (name, value) in source.members { object[name] = value }
    return .object(object)
  }
}
