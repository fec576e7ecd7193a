import Basics
internal import CLinux
import Containers
import Orchestration
import Platform
import Settings
import Wire

/// `hearth run`: asks the agent for a run, shows its output and ends with its exit code, as `docker run` does.
struct RunCommandLine {
  private var api: String?
  private var service = ""
  private var callback = ""
  private var kind = "container"
  private var constraints: [JSON] = []
  private var onHostLoss = ""
  private var bound = ""
  private var deadline = ""
  private var isDetached = false
  private var printsJSON = false
  private var words: [String] = []

  /// Docker's exit code for what went wrong before the program ran.
  private static let startFailed: Int32 = 125

  /// Our own options come first; the first other word and all behind it are `docker run`'s.
  init(_ arguments: inout Arguments) throws(UsageError) {
    while true {
      if let value = try arguments.option("--api") {
        api = value
      } else if let value = try arguments.option("--service") {
        service = value
      } else if let value = try arguments.option("--callback") {
        callback = value
      } else if let value = try arguments.option("--constraint") {
        constraints.append(.string(value))
      } else if let value = try arguments.option("--on-host-loss") {
        onHostLoss = value
      } else if let value = try arguments.option("--bound") {
        bound = value
      } else if let value = try arguments.option("--deadline") {
        deadline = value
        guard let seconds = Int64(value), (1...Run.deadlineLimit).contains(seconds) else {
          throw UsageError("--deadline: expected whole seconds, such as 60, found '\(value)'")
        }
      } else if arguments.flag("--native") {
        kind = "native"
      } else if arguments.flag("--json") {
        printsJSON = true
      } else if arguments.flag("-d", "--detach") {
        isDetached = true
      } else {
        break
      }
    }
    words = arguments.rest
    if !isDetached && wantsInput {
      throw UsageError(
        "-i: a run has no standard input; leave it out, or use --detach to keep the input open")
    }
    if words.isEmpty && service.isEmpty {
      throw UsageError("run needs an image, or a service that is defined here")
    }
  }

  func run() throws(CommandFailure) -> Int32 {
    let client = try ApiClient(api)
    let accepted = try accept(client)
    guard let id = accepted["id"]?.string else {
      throw CommandFailure("the agent's answer has no run identifier")
    }
    if isDetached {
      Terminal.write(printsJSON ? Terminal.pretty(accepted) : id + "\n")
      return 0
    }
    clinux_note_interrupts()
    let end = try FollowedRun(client: client, id: id, showsOutput: !printsJSON).follow()
    if printsJSON { Terminal.write(Terminal.pretty(end)) }
    return Self.exitCode(of: end)
  }

  /// A refused request is a run that could not be started.
  private func accept(_ client: ApiClient) throws(CommandFailure) -> JSON {
    do throws(CommandFailure) {
      return try client.call("POST", "/api/v2/runs", body: request)
    } catch {
      throw CommandFailure(error.text, exitCode: Self.startFailed)
    }
  }

  /// Whether the options ask for input, which nobody would send: a program that reads it would wait for ever.
  private var wantsInput: Bool {
    guard kind == "container", let command = try? RunCommand(parsing: words, source: .nothing) else {
      return false
    }
    return command.createBody["OpenStdin"]?.bool ?? false
  }

  private var request: JSON {
    let workload = Workload(kind: kind, arguments: words.map { .string($0) })
    var object: JSONObject = ["arguments": .array(words.map { .string($0) }), "type": .string(kind)]
    if !service.isEmpty { object["service"] = .string(service) }
    if !callback.isEmpty { object["callback"] = .string(callback) }
    if !constraints.isEmpty { object["constraints"] = .array(constraints) }
    if !onHostLoss.isEmpty { object["onHostLoss"] = .string(onHostLoss) }
    if !bound.isEmpty { object["bound"] = .string(bound) }
    if let seconds = Int64(deadline) { object["deadline"] = .integer(seconds) }
    if let workload {
      let source = LocalSource.read(for: workload) { name in getenv(name).map { String(cString: $0) } }
      for (name, value) in source.members { object[name] = value }
    }
    return .object(object)
  }

  private static func exitCode(of run: JSON) -> Int32 {
    if let code = run["exitCode"]?.integer { return Int32(truncatingIfNeeded: code) }
    if run["state"]?.string == "stopped" { return 130 }
    let reason = run["failure"]?["reason"]?.string ?? ""
    // As `docker run` tells them apart, by the runtime's words.
    if reason.mentions("executable file not found") || reason.mentions("no such file or directory") {
      return 127
    }
    return reason.mentions("permission denied") ? 126 : startFailed
  }
}

/// A run that the command line waits for.
struct FollowedRun {
  let client: ApiClient
  let id: String
  let showsOutput: Bool

  /// Shows the run's output until its end.
  ///
  /// - Returns: the run as it ended.
  func follow() throws(CommandFailure) -> JSON {
    var events = try client.open("GET", "/api/v2/events?run=\(id)")
    if showsOutput { try OutputPrinter(client: client, id: id).print(onInterrupt: { stop() }) }
    var lines = EventLines()
    var last: JSON?
    while true {
      do throws(CommandFailure) {
        while let bytes = try next(events) {
          for event in lines.feed(bytes) { if case .run(let run) = event { last = run } }
        }
        break
      } catch {
        // The agent was restarted: the run goes on, and so do we when it is back.
        events = try reopen(error)
      }
    }
    guard let last, let state = last["state"]?.string, RunState.isFinal(name: state) else {
      throw CommandFailure("the agent ended its events before run \(id) had ended; see 'hearth ps'")
    }
    tell(last)
    return last
  }

  private func next(_ events: ApiStream) throws(CommandFailure) -> [UInt8]? {
    if clinux_take_interrupt() != 0 { stop() }
    return try events.next()
  }

  private func reopen(_ failure: CommandFailure) throws(CommandFailure) -> ApiStream {
    for _ in 0..<20 {
      usleep(500_000)
      if let stream = try? client.open("GET", "/api/v2/events?run=\(id)") { return stream }
    }
    throw failure
  }

  private func stop() {
    Terminal.complain("stopping run \(id)")
    _ = try? client.call("DELETE", "/api/v2/runs/\(id)")
  }

  private func tell(_ run: JSON) {
    guard let failure = run["failure"] else { return }
    let kind = failure["kind"]?.string ?? "", reason = failure["reason"]?.string ?? ""
    Terminal.complain("run \(id) failed (\(kind)): \(reason)")
  }
}

/// Copies a run's output to our own streams.
struct OutputPrinter {
  let client: ApiClient
  let id: String

  func print(follow: Bool = true, onInterrupt: () -> Void) throws(CommandFailure) {
    let target = "/api/v2/runs/\(id)/logs" + (follow ? "?follow=1" : "")
    let stream = try client.open("GET", target, accept: EngineFrames.mediaType)
    var frames = EngineFrames()
    while true {
      if clinux_take_interrupt() != 0 { onInterrupt() }
      let bytes: [UInt8]?
      do throws(CommandFailure) {
        bytes = try stream.next()
      } catch {
        // The agent went away; what the run says further is with the agent when it is back.
        return
      }
      guard let bytes else { return }
      for part in frames.feed(bytes) {
        if case .output(let stream, let piece) = part { Terminal.write(piece, to: stream == .stderr ? 2 : 1) }
      }
    }
  }
}
