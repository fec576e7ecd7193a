import Basics
import Containers
import Orchestration
import Wire

/// An Engine made of memory: it does what the real one does with the calls of a run.
struct MemoryEngine {
  struct Container {
    var id: String
    var name: String
    var body: JSON
    var status = "created"
    var exitCode: Int64?
    var oomKilled = false
    var error = ""
    var startedAt: String?
    var finishedAt: String?

    var run: RunID? {
      RunID(body["Labels"]?[Label.run]?.string ?? "")
    }

    var state: ContainerState {
      var state = ContainerState(id: id)
      state.name = name
      state.status = status
      state.running = ["running", "paused", "restarting"].contains(status)
      state.labels = (body["Labels"]?.object?.members ?? []).compactMap { member in
        member.value.string.map { EngineLabel(name: member.name, value: $0) }
      }
      state.exitCode = exitCode
      state.oomKilled = oomKilled
      state.error = error
      state.startedAt = startedAt
      state.finishedAt = finishedAt
      return state
    }
  }

  /// What the next programs do once they are started.
  enum Program {
    case runs
    case exits(Int64)
    case isKilledForMemory
  }

  var containers: [Container] = []
  var hasImage = true
  var program = Program.runs
  /// Calls of these verbs are refused with these words.
  var refusals: [EngineVerb: (status: Int, message: String)] = [:]
  private(set) var creations = 0
  private(set) var pulls = 0
  private(set) var starts: [RunID: Int] = [:]
  /// The most containers that one run ever had at one time.
  private(set) var mostOfOneRun = 0
  private(set) var bodies: [JSON] = []
  /// Whether each removal was to take the anonymous volumes along.
  private(set) var removals: [Bool] = []

  /// Carries out a call.
  ///
  /// - Returns: its events; nil while it has nothing to say yet.
  mutating func answer(_ request: EngineRequest) -> [EngineEvent]? {
    if let refusal = refusals[request.verb] {
      if request.verb == .start, let index = index(request.subject) {
        containers[index].error = refusal.message
      }
      return [failed(request, refusal.status, refusal.message)]
    }
    switch request {
    case .pull:
      pulls += 1
      hasImage = true
      return [0, 40, 100].map { .progress(PullProgress(status: "Downloading", percent: $0)) } + [.done]
    case .create(let name, _, let body):
      return create(request, name ?? "", body)
    case .remove(let id, _, let volumes):
      guard let index = index(id) else { return [missing(request)] }
      removals.append(volumes)
      containers.remove(at: index)
      return [.done]
    default:
      guard let index = index(request.subject) else { return [missing(request)] }
      return answer(request, of: index)
    }
  }

  private mutating func create(_ request: EngineRequest, _ name: String, _ body: JSON) -> [EngineEvent] {
    guard hasImage else { return [failed(request, 404, "No such image: busybox:latest")] }
    guard !containers.contains(where: { $0.name == name }) else {
      return [
        failed(request, 409, "Conflict. The container name \"/\(name)\" is already in use by container x.")
      ]
    }
    creations += 1
    bodies.append(body)
    let container = Container(id: "container-\(creations)", name: name, body: body)
    containers.append(container)
    mostOfOneRun = max(mostOfOneRun, containers.count { $0.run == container.run })
    return [.created(id: container.id, warnings: []), .done]
  }

  private mutating func answer(_ request: EngineRequest, of index: Int) -> [EngineEvent]? {
    switch request {
    case .start:
      start(index)
      return [.done]
    case .wait:
      if containers[index].state.running { return nil }
      return [.exited(code: containers[index].exitCode ?? 0), .done]
    case .stop:
      if containers[index].state.running { end(index, code: 143) }
      return [.done]
    case .inspect:
      return [.container(containers[index].state), .done]
    case .logs:
      return [.output(.stdout, Array("said\n".utf8)), .done]
    default:
      return [.done]
    }
  }

  private mutating func start(_ index: Int) {
    // The real one, too, starts a program again that has ended.
    guard !containers[index].state.running else { return }
    if let run = containers[index].run { starts[run, default: 0] += 1 }
    containers[index].startedAt = "2026-01-01T00:00:00Z"
    containers[index].status = "running"
    switch program {
    case .runs: break
    case .exits(let code): end(index, code: code)
    case .isKilledForMemory:
      containers[index].oomKilled = true
      end(index, code: 137)
    }
  }

  private mutating func end(_ index: Int, code: Int64) {
    containers[index].status = "exited"
    containers[index].exitCode = code
  }

  /// Every program that runs ends with this code.
  mutating func endPrograms(code: Int64) {
    for index in containers.indices where containers[index].state.running { end(index, code: code) }
  }

  private func index(_ id: String) -> Int? {
    containers.firstIndex { $0.id == id }
  }

  private func missing(_ request: EngineRequest) -> EngineEvent {
    failed(request, 404, "No such container: \(request.subject)")
  }

  private func failed(_ request: EngineRequest, _ status: Int, _ message: String) -> EngineEvent {
    .failed(
      EngineError(request.verb, subject: request.subject, reason: .refused(status: status, message: message)))
  }
}
