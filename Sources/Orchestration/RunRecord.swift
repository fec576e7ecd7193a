import Basics
import Containers
import Scoring

/// A run and what the orchestrator needs to go on with it.
struct RunRecord {
  enum Step: Equatable {
    /// Accepted, not yet on disk.
    case unrecorded
    /// The engine is away or its state is unknown: waiting for the list of containers.
    case suspended
    case pull, create, start, wait, inspect, output
    case native
    /// Hosted, and all but started: the requester's word is awaited.
    case held
    /// The next host is chosen and is being written to disk, before it is asked.
    case choosing
    /// The host was asked and has not answered.
    case asking
    /// A host has accepted it.
    case remote
    /// No node can run it now; one is waited for.
    case waiting
    /// Final in memory, not yet on disk.
    case ending
    /// Final and on disk.
    case settled
  }

  var run: Run
  var step = Step.unrecorded
  /// The parsed `docker run`; gone once the run has ended.
  var command: RunCommand?
  var containerID: String?
  var usesTerminal: Bool
  var stopIsRequested = false
  var stopIsUnderWay = false
  /// A start may have been sent whose answer nobody heard: by an earlier agent, or over a connection that broke.
  var startMayBeUnderWay = false
  /// How often the container was then found not started.
  var unstartedLists = 0
  /// A pull was made, so that a missing image is an error now.
  var pullIsDone = false
  /// Why the pull failed, in case the image is not here either.
  var pullError: String?
  /// The exit code that `wait` told, until `inspect` has told the rest.
  var exitCode: Int?
  /// How the run ended, while its last output is fetched.
  var outcome: RunState?
  /// When it ended by the Engine's account, in milliseconds since 1970; 0 where that is not known.
  var endedAt: Int64 = 0
  /// The last output in frames, oldest first, together at most `Settings.keptOutput` bytes.
  var output: [[UInt8]] = []
  var outputBytes = 0
  var suspendedAt: Instant?
  /// Calls of this run whose connection broke before it ran.
  var brokenCalls = 0
  /// Times that the engine said the container's name was taken.
  var nameConflicts = 0
  var removalFailedAt: Instant?
  /// A write of the run failed and is to be tried again.
  var recordIsDue = false

  /// Who asked for it was told what became of the request.
  var isAnswered = false
  var askedAt: Instant?
  /// When the host is told, or told again, that it may begin; nil once it has heard.
  var beginAt: Instant?
  /// When a copy that is to end is asked for again.
  var withdrawAt: Instant?
  /// Since when the host is neither there nor known to be dead.
  var hostGoneAt: Instant?
  /// Since when it looks for a new host because it lost one.
  var placingSince: Instant?
  /// When the nodes are looked at again.
  var placeAt: Instant?
  /// Why the last host could not run it, where all that were asked failed in the same way.
  var failure: RunFailure?
  var failuresDiffer = false
  /// Taken up from the disk for another node, which may have given it to a third since: it must not start anew.
  var mayNotStart = false
  /// A hosted run whose requester has not said yet that it may begin, and since when all else is done.
  var awaitsWord: Bool
  var heldAt: Instant?
  /// A hosted run that ends because this node is cut off from its requester.
  var givesBack = false
  /// The requester knows the end of this hosted run.
  var endSeen = false

  /// When it began and ended here, on the clock of samples.
  var startedInstant: Instant?
  var endedInstant: Instant?
  /// What it adds to the competition on its host.
  var demand: Competition
  /// How fast it ran elsewhere of how fast its host had promised: the host is told.
  var lesson: Double?
  /// How often a host was busier than was known, and the choice was made anew.
  var rechoices = 0

  /// Whether its image is on its way.
  var isFetching: Bool { step == .pull }

  init(run: Run, command: RunCommand?) {
    demand = Competition(of: run.bound, cores: command?.wantedCores ?? 1)
    awaitsWord = run.isHosted
    self.run = run
    self.command = command
    usesTerminal = command?.terminal ?? false
  }

  /// Forgets what an attempt on this node left behind.
  mutating func beginAnew() {
    containerID = nil
    stopIsUnderWay = false
    startMayBeUnderWay = false
    unstartedLists = 0
    pullIsDone = false
    pullError = nil
    exitCode = nil
    outcome = nil
    endedAt = 0
    output = []
    outputBytes = 0
    suspendedAt = nil
    brokenCalls = 0
    nameConflicts = 0
    askedAt = nil
    beginAt = nil
    withdrawAt = nil
    hostGoneAt = nil
    startedInstant = nil
    run.times.started = 0
  }
}

extension RunCommand {
  /// Cores it may keep busy: as many as `--cpus` allows, else one, as most programs do.
  var wantedCores: Double {
    nanoCPUs.map { min(max(Double($0) / 1e9, 0.01), 64) } ?? 1
  }

  /// Bytes that the run must be able to have: what it reserves, else what it may take at most.
  var reservedMemory: Int64? { memoryReservation ?? memory }
}
