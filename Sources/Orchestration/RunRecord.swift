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
  /// `--rm`: its anonymous volumes go with its container.
  let removesVolumes: Bool
  /// What it adds to the contention on its host.
  let demand: Contention
  var stopIsRequested: Bool
  /// A write of the run failed and is to be tried again.
  var persistIsDue = false
  /// The disk has refused its present state.
  var isRefused = false
  /// Its place among all runs of this node.
  var ordinal: UInt32 = 0
  /// Who asked for it was told what became of the request.
  var isAnswered = false
  /// Of a run whose requester this node is.
  var search = HostSearch()
  /// Of a run of another node.
  var hosting: Hosting

  init(run: Run, command: RunCommand?) {
    demand = Contention(of: run.bound, cores: command?.wantedCores ?? 1)
    hosting = Hosting(awaitsCommit: run.isHosted)
    stopIsRequested = run.stopIsRequested
    self.run = run
    self.command = command
    usesTerminal = command?.terminal ?? false
    removesVolumes = command?.removesItself ?? false
  }

  /// How the search for a host goes.
  struct HostSearch {
    /// Since when it looks for a new host because it lost one, or none would have it for now.
    var since: Instant?
    /// A node that was asked has not tried for a reason that passes.
    var mayBeTakenLater = false
    /// Since when it waits for a node of Home Edge that has another run of ours.
    var takenSince: Instant?
    var failure = CommonFailure.none
    /// No registry gives the image: only who has it can run it.
    var imageIsAbsent = false
    /// The highest attempt so far, where the run went back to an earlier one that still runs.
    var latestAttempt = 0
    /// It went back to that attempt, and its host has not said yet that this runs.
    var isReturn = false
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
    /// The requester ends it for good; else a copy goes on elsewhere, perhaps.
    var isStopped = false
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

  /// Whether the anonymous volumes go with the container of this ended run: as with `docker run`, with `--rm` alone;
  /// and never where the run goes on elsewhere, perhaps.
  var dropsVolumes: Bool {
    guard removesVolumes else { return false }
    switch run.state {
    case .finished: return true
    case .stopped: return !run.isHosted || hosting.isStopped
    case .failed(let failure): return failure.kind != .givenBack && !(run.isHosted && failure.isRefusal)
    case .accepted, .placing, .pulling, .starting, .running, .handedOver: return false
    }
  }

  /// The copy of the highest attempt of those that may be left; nil where there is none.
  var latestOrphan: Orphan? {
    var latest: Orphan?
    for orphan in run.orphans where orphan.attempt > latest?.attempt ?? 0 { latest = orphan }
    return latest
  }

  /// The host's row in the choice.
  var row: Placement.Row? { run.placement?.rows.first { $0.node == run.hostNode } }

  /// The end of a run that came to `state`: one that was to stop has stopped, however it ended.
  func end(as state: RunState) -> RunState {
    stopIsRequested ? .stopped : state
  }
}
