import Basics
package import Containers
package import Scoring

/// Identifies one run: 12 lower-case hexadecimal digits, as Docker shows its containers.
package struct RunID: Hashable, Sendable {
  /// 12 digits, each of `0` to `9` or `a` to `f`.
  package let text: String

  /// `text` where it has the shape of an identifier, nil otherwise.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count == Self.length, bytes.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) })
    else { return nil }
    self.text = text
  }

  /// The identifier made of the low 48 bits of `random`.
  package init(random: UInt64) {
    text = hexadecimal(random & 0xffff_ffff_ffff, digits: Self.length)
  }

  static let length = 12
}

/// What a requester asked to have run.
package enum Workload: Sendable {
  /// A container; the arguments are those behind `docker run`.
  case container(arguments: [String])
  /// An allowed program of this node: the file and its arguments, the file first.
  case native(command: [String])

  /// Docker's and Home Edge's word for the kind.
  package var kind: String {
    switch self {
    case .container: "container"
    case .native: "native"
    }
  }

  /// The words of the request, as they were given and not yet checked.
  package var arguments: [String] {
    switch self {
    case .container(let arguments): arguments
    case .native(let command): command
    }
  }
}

/// One execution of a service, from the request to its end.
package struct Run: Sendable {
  /// Drawn by the node that was asked; the same on every node and in the container's label.
  package let id: RunID
  /// The service's name as the requester gave it.
  package let service: String
  /// As the requester gave it; the same on every node that is asked to run it.
  package let workload: Workload
  /// Who asked: a process name where it is known, else empty.
  package let requester: String
  /// Address of the node that was asked; the container sees it as `REQUEST`.
  package let requesterAddress: String
  /// Told of each change of state; empty where nobody asked to be told.
  package internal(set) var callback: String
  /// What the options refer to; emptied at the end of the run, because secrets may be in it.
  package internal(set) var source: WorkloadSource
  /// Address of the node that runs it.
  package var host: String
  /// Identifier of the node that runs it, or is to; empty while none is chosen.
  package internal(set) var hostNode = ""
  /// Grows with each node that is asked to run it; 0 before the first.
  package internal(set) var attempt = 0
  /// Identifier of the node that was asked and answers for the run; empty where that is this node.
  package internal(set) var requesterNode = ""
  /// What to do when the host dies.
  package var onHostLoss = OnHostLoss.restart
  /// Whether a client waits for what it writes from its start on, as of `docker run` without `-d`.
  package var isAttached = false
  /// Whether the node that was asked may run it itself.
  package var allowsSelf = true
  /// Conditions on the host.
  package var constraints: [Constraint] = []
  /// The node that is asked first where it can run it; empty for the best. Not kept: the next choice is a
  /// free one.
  package var preferredNode = ""
  /// What it mostly waits for, by the request.
  package var bound = Requirements.Bound.processor
  /// Seconds from the request within which it should have ended; nil where that does not matter.
  package var deadline: Int?
  /// Threads that the requester has heard to contend for the host's cores; in asks only.
  package internal(set) var expectedDemand: Double?
  /// The last choice among the nodes; nil where this node did not choose.
  package internal(set) var placement: Placement?
  /// Copies that may exist on nodes that did not answer or died, until those have let go of them.
  package internal(set) var orphans: [Orphan] = []
  /// A host that was lost and may have begun it, or even ended it, as people write it; empty where there was none. What
  /// runs elsewhere since then may be doing its work for the second time.
  package internal(set) var earlierHost = ""
  /// `accepted` at first; a final one does not change any more.
  package var state: RunState
  /// When each state was entered, in milliseconds since 1970, as far as it was.
  package var times: RunTimes
  /// What the callback's peer, or of another node's run that node, has acknowledged: the end of the run.
  package var endReported = false
  /// Somebody has asked for its end, and was told that it will come.
  package internal(set) var stopIsRequested = false

  /// A run that was just accepted, not placed yet, and with the defaults for all that is not given.
  package init(
    id: RunID, service: String, workload: Workload, requester: String, requesterAddress: String,
    callback: String, host: String, source: WorkloadSource = WorkloadSource(), times: RunTimes
  ) {
    self.id = id
    self.service = service
    self.workload = workload
    self.requester = requester
    self.requesterAddress = requesterAddress
    self.callback = callback
    self.host = host
    self.source = source
    state = .accepted
    self.times = times
  }
}

/// What becomes of a run whose host dies.
package enum OnHostLoss: String, Sendable {
  /// It starts again on another node.
  case restart
  /// It ends as failed, and its requester decides.
  case tell
}

/// A copy of a run that may exist where it should not.
package struct Orphan: Sendable, Equatable {
  /// Identifier of the node that may have the copy.
  package let node: String
  /// The attempt it was asked with; a later one on the same node is none.
  package let attempt: Int

  /// Takes both as they are.
  package init(node: String, attempt: Int) {
    self.node = node
    self.attempt = attempt
  }
}

extension Run {
  /// Whether another node is its requester, and this one only runs it.
  package var isHosted: Bool { !requesterNode.isEmpty }

  /// About how many bytes it takes in memory.
  var weight: Int {
    var sum = 512
    for word in workload.arguments { sum += 32 + word.utf8.count }
    for item in source.files + source.environment { sum += 64 + item.name.utf8.count + item.value.utf8.count }
    return sum
  }

  /// Whether it runs or has ended, so that it may have output.
  package var hasStarted: Bool {
    state == .running || state.isFinal
  }

  /// Its end was asked for and is yet to come.
  package var isStopping: Bool { stopIsRequested && !state.isFinal }
}

/// The times of a run, in milliseconds since 1970-01-01 UTC; 0 is "not yet".
package struct RunTimes: Sendable, Equatable {
  /// When the request was accepted, by the clock of the node that was asked.
  package var accepted: Int64
  /// When it began to run, as its host told; 0 again once another attempt begins.
  package var started: Int64
  /// When it ended: the engine's or the host's own time of it where they tell one.
  package var ended: Int64

  /// Only accepted, unless more is given.
  package init(accepted: Int64, started: Int64 = 0, ended: Int64 = 0) {
    self.accepted = accepted
    self.started = started
    self.ended = ended
  }

  /// It has ended. Two clocks may tell start and end, and an Engine before 25.0 may tell both in the wrong order: no run
  /// ends before it starts.
  mutating func end(at time: Int64) {
    ended = max(time, started)
  }
}

/// Where a run is in its life.
package enum RunState: Sendable, Equatable {
  /// The request is on disk and will not be forgotten.
  case accepted
  /// A node is being chosen for it, or the chosen node's engine is waited for.
  case placing
  /// The image is being fetched; percent 0...100, -1 where the engine does not say.
  case pulling(percent: Int)
  /// Its container or program is being created and started.
  case starting
  /// It was started, and has not ended.
  case running
  /// A node of Home Edge has said that it starts it, and tells nothing more before the end; where it cannot, never.
  case handedOver
  /// It ended by itself with this exit code.
  case finished(exitCode: Int)
  /// It could not run, or was killed for a reason nobody asked for.
  case failed(RunFailure)
  /// It was ended because somebody asked for it.
  case stopped

  /// Whether the run is over: a final state is the last one.
  package var isFinal: Bool {
    switch self {
    case .finished, .failed, .stopped: true
    case .accepted, .placing, .pulling, .starting, .running, .handedOver: false
    }
  }

  /// Whether `name` is the word for a final state.
  package static func isFinal(name: String) -> Bool {
    name == "finished" || name == "failed" || name == "stopped"
  }

  /// The word for the state, as the interfaces show it.
  package var name: String {
    switch self {
    case .accepted: "accepted"
    case .placing: "placing"
    case .pulling: "pulling"
    case .starting: "starting"
    case .running: "running"
    case .handedOver: "handed over"
    case .finished: "finished"
    case .failed: "failed"
    case .stopped: "stopped"
    }
  }
}

/// Why a run failed, with the engine's or the kernel's own words.
package struct RunFailure: Sendable, Equatable {
  /// What a client can act upon; the raw value is the word in the API and in the journal.
  package enum Kind: String, Sendable, CaseIterable {
    /// The image could be neither fetched nor found on the node.
    case pull
    /// The engine refused to create the container.
    case create
    /// The container or program could not be started.
    case start
    /// It was killed because it used more memory than it may.
    case outOfMemory = "out-of-memory"
    /// It ran longer than its time limit.
    case timeLimit = "time-limit"
    /// It was ended by a signal that Hearth did not send.
    case signal
    /// It failed by itself, and its host tells no exit code.
    case exit
    /// It vanished while nobody watched: removed by somebody else.
    case lost
    /// The engine was not there for longer than a run waits.
    case engine
    /// No node of the home could run it, or would.
    case noHost = "no-host"
    /// Its host let go of it: cut off from the requester, or started anew before the run had begun.
    case givenBack = "given-back"
  }

  /// What a failure lies in: the node, what its machine has, or the request.
  package typealias Cause = EngineError.Cause

  /// Which of the kinds it was.
  package var kind: Kind
  /// In words for people, of the engine, the kernel or this program; may have several lines.
  package var reason: String
  /// The exit code where there is one, as with a container killed for its memory (137).
  package var exitCode: Int?
  /// What it lies in; matters where it `isRefusal`.
  package var cause: Cause

  /// Without an exit code where the run did not get so far, or nobody saw it.
  package init(_ kind: Kind, _ reason: String, exitCode: Int? = nil, cause: Cause = .node) {
    self.kind = kind
    self.reason = reason
    self.exitCode = exitCode
    self.cause = cause
  }

  /// What the Engine said to a call of the run's beginning.
  init(_ kind: Kind, _ error: EngineError) {
    self.init(kind, error.description, cause: error.cause)
  }
}

extension RunFailure {
  /// Whether it says that this node cannot run it, which says nothing of another.
  var isRefusal: Bool {
    switch kind {
    case .pull, .create, .start, .engine: true
    case .outOfMemory, .timeLimit, .signal, .exit, .lost, .noHost, .givenBack: false
    }
  }
}
