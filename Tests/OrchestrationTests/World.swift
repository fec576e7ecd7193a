import Containers
import Readings
import Wire

@testable import Basics
@testable import Orchestration

/// Everything around an orchestrator, made of memory: it carries out the directives as the agent does, but
/// each answer comes when the test says, and may be a fault.
struct World {
  struct Call {
    var id: RunID
    var step: EngineStep
    var request: EngineRequest
  }

  /// A native program, as its supervisor knows it.
  struct Program {
    var spawns = 0
    var end: NativeEvent?
    var isTerminated = false
  }

  private struct Line {
    var id: RunID
    var json: JSON
    var isDurable: Bool
  }

  var orchestrator: Orchestrator
  var engine = MemoryEngine()
  private(set) var engineIsUp = true
  /// Calls that the engine has not answered yet, oldest first.
  private(set) var calls: [Call] = []
  private var unwritten: [Line] = []
  /// Lines that were to be written so far.
  private(set) var writes = 0
  private(set) var disk: [RunID: JSON] = [:]
  private var diskOrder: [RunID] = []
  var programs: [RunID: Program] = [:]
  private(set) var acknowledged: [RunID] = []
  /// What is to be sent to other nodes.
  var outbox: [Directive] = []
  /// Whose client was answered.
  private(set) var placed: [RunID] = []
  /// States as followers were told them, since the agent's start.
  private(set) var announced: [RunID: [RunState]] = [:]
  private(set) var outputs: [RunID: [UInt8]] = [:]
  private(set) var forgotten: [RunID] = []
  private(set) var relistIsDue = false
  private var adoptions: [RunID] = []
  private var native: [(RunID, NativeEvent)] = []
  /// What must never happen and did.
  private(set) var faults: [String] = []
  var seconds = 0
  var milliseconds = 0

  init(settings: Orchestrator.Settings = Self.settings) {
    orchestrator = Orchestrator(settings: settings)
    perform(orchestrator.engineAvailable(containers: [], at: now))
  }

  static var settings: Orchestrator.Settings {
    var settings = Orchestrator.Settings()
    settings.node = "node-1"
    return settings
  }

  var now: Moment {
    Moment(
      instant: Instant(nanoseconds: 0) + .seconds(seconds) + .milliseconds(milliseconds),
      wallMilliseconds: 1_000_000 + Int64(seconds) * 1000 + Int64(milliseconds))
  }

  // MARK: - Requests

  @discardableResult
  mutating func submit(_ number: UInt64 = 1, _ arguments: [String] = ["busybox"]) throws -> RunID {
    let workload = Workload.container(arguments: arguments)
    let run = Self.run(number, workload)
    let directives = try orchestrator.submit(
      run, command: RunCommand(parsing: arguments, source: .nothing), at: now)
    perform(directives)
    return run.id
  }

  @discardableResult
  mutating func submitNative(_ number: UInt64 = 1) throws -> RunID {
    let run = Self.run(number, .native(command: ["/usr/bin/blink", "3"]))
    perform(try orchestrator.submit(run, command: nil, at: now))
    return run.id
  }

  static func run(_ number: UInt64, _ workload: Workload) -> Run {
    Run(
      id: RunID(random: number), service: "hello", workload: workload, requester: "curl",
      requesterAddress: "192.168.1.7", callback: "", host: "192.168.1.7", times: RunTimes(accepted: 1))
  }

  /// A run as the journal of an agent without a home gives it.
  static func recorded(_ number: UInt64, _ workload: Workload) -> Run {
    var run = run(number, workload)
    run.attempt = 1
    return run
  }

  // MARK: - What a requester elsewhere asks; static, so that #expect can ask it.

  @discardableResult
  static func host(_ world: inout World, _ run: Run) throws -> HostingDecision {
    var command: RunCommand?
    if case .container(let words) = run.workload {
      command = try RunCommand(parsing: words, source: .nothing)
    }
    let (answer, directives) = world.orchestrator.host(run, command: command, at: world.now)
    world.perform(directives)
    return answer
  }

  @discardableResult
  static func commit(_ world: inout World, _ id: RunID, attempt: Int = 1, of requester: String = "r") -> Bool
  {
    let (isThere, directives) = world.orchestrator.commitHosted(
      id, attempt: attempt, of: requester, at: world.now)
    world.perform(directives)
    return isThere
  }

  @discardableResult
  static func revoke(
    _ world: inout World, _ id: RunID, attempt: Int = 1, of requester: String = "r", speed: Double? = nil,
    isStop: Bool = false
  ) -> Bool {
    let (isOver, directives) = world.orchestrator.stopHosted(
      id, attempt: attempt, of: requester, speed: speed, isStop: isStop, at: world.now)
    world.perform(directives)
    return isOver
  }

  mutating func stop(_ id: RunID) {
    perform(orchestrator.stop(id, at: now))
  }

  mutating func tick(after seconds: Int = 1) {
    self.seconds += seconds
    perform(orchestrator.tick(at: now))
  }

  // MARK: - Directives

  mutating func perform(_ directives: [Directive]) {
    for directive in directives { perform(directive) }
  }

  private mutating func perform(_ directive: Directive) {
    switch directive {
    case .persist(let id): note(id, isDurable: true)
    case .note(let id): note(id, isDurable: false)
    case .call(let id, let step, let request): calls.append(Call(id: id, step: step, request: request))
    case .cancel(let id, let step): calls.removeAll { $0.id == id && $0.step == step }
    case .listContainers: relistIsDue = true
    case .spawn(let id, _): programs[id, default: Program()].spawns += 1
    case .adopt(let id): adoptions.append(id)
    case .terminate(let id): programs[id]?.isTerminated = true
    case .keepOutput(let id, let bytes): outputs[id] = bytes
    case .changed(let run): announce(run)
    case .forget(let id): forgotten.append(id)
    case .placed(let id):
      if orchestrator.run(id)?.isHosted == true { outbox.append(directive) } else { placed.append(id) }
    case .report(let run):
      announce(run)
      outbox.append(directive)
    case .ask, .commit, .revoke, .watch, .unwatch: outbox.append(directive)
    }
  }

  private mutating func note(_ id: RunID, isDurable: Bool) {
    guard let run = orchestrator.run(id) else { return }
    writes += 1
    unwritten.append(Line(id: id, json: run.journalJSON, isDurable: isDurable))
  }

  private mutating func announce(_ run: Run) {
    let id = run.id, state = run.state
    if orchestrator.run(id) == nil { faults.append("an unknown run is announced") }
    let before = announced[id, default: []]
    if before.last == state { faults.append("\(id.text) is announced twice as \(state)") }
    // A hosted run that ended may come again with a later attempt.
    if let last = before.last, last.isFinal, !run.isHosted {
      faults.append("\(id.text) is announced as \(state) after \(last)")
    }
    let isElsewhere = state == .placing && run.hostNode != orchestrator.settings.node
    if before.last == .running && !state.isFinal && !isElsewhere {
      faults.append("\(id.text) goes from running to \(state)")
    }
    if state.isFinal, disk[id]?["state"]?.string != state.name {
      faults.append("\(id.text) is announced as \(state) before that is on disk")
    }
    announced[id, default: []].append(state)
  }

  // MARK: - Disk

  var diskIsBehind: Bool { !unwritten.isEmpty }

  mutating func flush(fails: Bool = false) {
    let lines = unwritten
    unwritten = []
    for line in lines where !fails {
      if disk.updateValue(line.json, forKey: line.id) == nil { diskOrder.append(line.id) }
    }
    for line in lines where line.isDurable {
      if fails {
        perform(orchestrator.persistFailed(line.id))
      } else {
        if !acknowledged.contains(line.id) { acknowledged.append(line.id) }
        perform(orchestrator.persisted(line.id, at: now))
      }
    }
  }

  // MARK: - Engine

  /// Answers the call at this index; a call that has nothing to say yet stays.
  ///
  /// - Returns: whether it was answered.
  @discardableResult
  mutating func answer(_ index: Int) -> Bool {
    let call = calls[index]
    guard engineIsUp, let events = engine.answer(call.request) else { return false }
    calls.remove(at: index)
    deliver(events, of: call)
    return true
  }

  /// Breaks the connection of the call at this index, before or after it took effect.
  mutating func cut(_ index: Int, afterEffect: Bool) {
    let call = calls.remove(at: index)
    if afterEffect { _ = engine.answer(call.request) }
    deliver([Self.broken(call.request)], of: call)
  }

  /// Refuses the call at this index, without effect.
  mutating func refuse(_ index: Int, status: Int, message: String) {
    let call = calls.remove(at: index)
    let reason = EngineError.Reason.refused(status: status, message: message)
    deliver(
      [.failed(EngineError(call.request.verb, subject: call.request.subject, reason: reason))], of: call)
  }

  /// Gives up on the call at this index, which had no answer; without effect.
  mutating func fallSilent(_ index: Int) {
    let call = calls.remove(at: index)
    let reason = EngineError.Reason.silent(seconds: 120)
    deliver(
      [.failed(EngineError(call.request.verb, subject: call.request.subject, reason: reason))], of: call)
  }

  /// Takes the call at this index off; the test says what becomes of it.
  mutating func endCall(_ index: Int) { calls.remove(at: index) }

  private mutating func deliver(_ events: [EngineEvent], of call: Call) {
    for event in events { perform(orchestrator.engine(event, of: call.step, for: call.id, at: now)) }
  }

  private static func broken(_ request: EngineRequest) -> EngineEvent {
    .failed(
      EngineError(request.verb, subject: request.subject, reason: .closed(expected: "the whole answer")))
  }

  /// The Engine goes away; its containers stay as they are. Calls under way may still have taken effect.
  mutating func engineGoes(afterEffect: Bool, callsFailFirst: Bool = false) {
    engineIsUp = false
    relistIsDue = false
    if !callsFailFirst { orchestrator.engineLost() }
    while !calls.isEmpty { cut(0, afterEffect: afterEffect) }
    orchestrator.engineLost()
  }

  mutating func engineReturns() {
    engineIsUp = true
    list()
  }

  mutating func list() {
    relistIsDue = false
    let found = engine.containers.filter {
      $0.body["Labels"]?[Label.node]?.string == orchestrator.settings.node
    }
    perform(orchestrator.engineAvailable(containers: found.map(\.state), at: now))
  }

  // MARK: - Native programs

  /// Tells what became of a program; one that was asked to end has ended by that.
  mutating func tell(_ event: NativeEvent, for id: RunID) {
    if case .started = event {} else { programs[id]?.end = event }
    perform(orchestrator.native(event, for: id, at: now))
  }

  mutating func adopt() {
    let waiting = adoptions
    adoptions = []
    for id in waiting {
      guard let program = programs[id], program.spawns > 0 else {
        perform(orchestrator.native(.neverStarted, for: id, at: now))
        continue
      }
      perform(orchestrator.native(program.end ?? .started, for: id, at: now))
    }
  }

  // MARK: - Life of the agent

  /// The agent ends without a word and starts again from its journal; after a power cut only what was synced
  /// is there.
  mutating func restart() throws {
    unwritten = []
    calls = []
    outbox = []
    relistIsDue = false
    announced = [:]
    adoptions = []
    orchestrator = Orchestrator(settings: orchestrator.settings)
    for id in diskOrder where !forgotten.contains(id) {
      guard let json = disk[id], let run = Run(json: json) else {
        faults.append("\(id.text) cannot be read back")
        continue
      }
      var command: RunCommand?
      if case .container(let arguments) = run.workload {
        command = try RunCommand(parsing: arguments, source: .nothing)
      }
      perform(orchestrator.restore(run, command: command))
    }
    if engineIsUp { list() }
  }

  /// Carries out one thing that waits; nothing but a program's end can change anything where there is none.
  ///
  /// - Returns: whether there was one.
  mutating func advance() -> Bool {
    if diskIsBehind {
      flush()
    } else if !adoptions.isEmpty {
      adopt()
    } else if relistIsDue && engineIsUp {
      list()
    } else {
      return calls.indices.contains { answer($0) }
    }
    return true
  }

  /// Carries out the one thing that must be waiting.
  mutating func advanceOnce() {
    if !advance() { faults.append("nothing waits") }
  }

  /// Carries out everything that waits.
  mutating func settle() {
    var steps = 0
    while advance() {
      steps += 1
      if steps > 10_000 { return faults.append("it never comes to rest") }
    }
  }

  /// Everything goes well from now on and programs end: nothing may be left under way.
  mutating func drain(code: Int64 = 0) {
    if !engineIsUp { engineReturns() }
    engine.refusals = [:]
    for _ in 0..<6 {
      settle()
      engine.endPrograms(code: code)
      for (id, program) in programs where program.end == nil && program.spawns > 0 {
        tell(.exited(code: Int(code)), for: id)
      }
      settle()
      tick(after: 31)
    }
    settle()
  }

  func state(_ id: RunID) -> RunState? {
    orchestrator.run(id)?.state
  }
}
