internal import CLinux
import Orchestration
import Platform
import Wire

/// The files of one native run, in the state folder: `native/RUN/`.
struct NativeFolder {
  let path: String
  /// The variable by which all processes of the run are known.
  let mark: (name: String, value: String)

  init(state: String, run: RunID) {
    path = state + "/native/" + run.text
    mark = ("HEARTH_RUN", run.text)
  }

  /// Locked by the supervisor while it lives.
  var lock: String { path + "/lock" }
  /// How the program ended, or that it runs.
  var result: String { path + "/result" }
  /// The newest output, in Docker's frames.
  var output: String { path + "/output" }
  /// The output before that.
  var olderOutput: String { path + "/output.old" }

  func write(_ value: NativeResult) {
    do throws(SystemError) {
      try File.replace(result, with: value.json.encoded(), durable: false)
    } catch {
      // On a full disk the result is lost; the agent then reports the run as such.
      Log.error(error.description)
    }
  }

  /// Gives `then` the result as it stands in its file; nil where none does.
  func whenResultIsRead(_ writer: DiskWriter, then: @escaping (NativeResult?) -> Void) {
    writer.read(result, limit: 4096) { bytes in
      let json = try? JSON.parse(bytes)
      then(json.flatMap { NativeResult(json: $0) })
    }
  }
}

/// What a supervisor leaves behind.
enum NativeResult {
  case started
  case failed(reason: String)
  case exit(Int32)
  case signal(Int32)
  case timeLimit(seconds: Int)

  var json: JSON {
    switch self {
    case .started: ["started": true]
    case .failed(let reason): ["failed": .string(reason)]
    case .exit(let code): ["exit": .integer(Int64(code))]
    case .signal(let number): ["signal": .integer(Int64(number))]
    case .timeLimit(let seconds): ["timeLimit": .integer(Int64(seconds))]
    }
  }

  init?(json: JSON) {
    if json["started"] != nil {
      self = .started
    } else if let reason = json["failed"]?.string {
      self = .failed(reason: reason)
    } else if let code = json["exit"]?.integer {
      self = .exit(Int32(truncatingIfNeeded: code))
    } else if let number = json["signal"]?.integer {
      self = .signal(Int32(truncatingIfNeeded: number))
    } else if let seconds = json["timeLimit"]?.integer {
      self = .timeLimit(seconds: Int(Int32(clamping: seconds)))
    } else {
      return nil
    }
  }

  /// As the orchestrator is told it.
  var event: NativeEvent {
    switch self {
    case .started: .started
    case .failed(let reason): .failed(reason: reason)
    case .exit(let code): .exited(code: Int(code))
    case .signal(let number): .signalled(number: Int(number))
    case .timeLimit(let seconds): .timeLimitReached(seconds: seconds)
    }
  }
}
