import Basics
import Containers
import Scoring

/// A run and what the orchestrator needs to go on with it.
struct RunRecord {
  var run: Run
  var step = Step.unpersisted
  /// What the attempt at hand has brought so far.
  var attempt = Attempt()
  /// The parsed `docker run`; gone once the run has ended.
  var command: RunCommand?
  let usesTerminal: Bool
  /// What it adds to the contention on its host.
  let demand: Contention
  var stopIsRequested = false
  /// A write of the run failed and is to be tried again.
  var persistIsDue = false
  /// Who asked for it was told what became of the request.
  var isAnswered = false
  /// Of a run whose requester this node is.
  var search = HostSearch()
  /// Of a run of another node.
  var hosting: Hosting

  init(run: Run, command: RunCommand?) {
    demand = Contention(of: run.bound, cores: command?.wantedCores ?? 1)
    hosting = Hosting(awaitsCommit: run.isHosted)
    self.run = run
    self.command = command
    usesTerminal = command?.terminal ?? false
  }

  /// How the search for a host goes.
  struct HostSearch {
    /// Since when it looks for a new host because it lost one.
    var since: Instant?
    /// Since when it waits for a node of Home Edge that has another run of ours.
    var takenSince: Instant?
    var failure = CommonFailure.none
    /// How often a host was busier than was known, and the choice was made anew.
    var rechoices = 0
  }

  /// Why the hosts that were asked could not run it: what goes wrong in the same way everywhere is the run's
  /// own fault.
  enum CommonFailure {
    case none
    case same(RunFailure)
    case different

    /// Adds what one more host said; nil where it did not try.
    mutating func add(_ failure: RunFailure?) {
      switch (self, failure) {
      case (.none, let failure?): self = .same(failure)
      case (.same(let earlier), let failure?) where earlier.kind == failure.kind: self = .same(failure)
      default: self = .different
      }
    }
  }

  /// What passes between the host and the requester.
  struct Hosting {
    /// Its requester has not said yet that it may start.
    var awaitsCommit: Bool
    /// Taken up from the disk, and its requester may have given it to a third node since: it must not start
    /// anew.
    var mayNotStart = false
    /// It ends because this node is cut off from its requester.
    var givesBack = false
    /// The requester knows its end.
    var endIsSeen = false
  }

  /// Gives up the attempt at hand, for the next one.
  mutating func startOver() {
    attempt = Attempt()
    run.times.started = 0
  }

  /// Whether its image is on its way.
  var isFetching: Bool {
    if case .pull = step { true } else { false }
  }

  /// Whether `Orchestrator.tick(at:)` has something to do with it, perhaps.
  var needsTick: Bool {
    !run.state.isFinal || persistIsDue || attempt.removalFailedAt != nil || !run.orphans.isEmpty
  }

  /// The host's row in the choice.
  var row: Placement.Row? { run.placement?.rows.first { $0.node == run.hostNode } }

  /// The end of a run that came to `state`: one that was to stop has stopped, however it ended.
  func end(as state: RunState) -> RunState {
    stopIsRequested ? .stopped : state
  }
}
