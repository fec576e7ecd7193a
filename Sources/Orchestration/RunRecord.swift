import Containers
import Hardware

/// A run and what the orchestrator needs to go on with it.
struct RunRecord {
  enum Step: Equatable {
    /// Accepted, not yet on disk.
    case unrecorded
    /// The engine is away or its state is unknown: waiting for the list of containers.
    case suspended
    case pull, create, start, wait, inspect, output
    case native
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

  init(run: Run, command: RunCommand?) {
    self.run = run
    self.command = command
    usesTerminal = command?.terminal ?? false
  }
}

/// Labels on the containers of this node.
public enum Label {
  /// The run's identifier.
  public static let run = "io.hearth.run"
  /// The node that started it.
  public static let node = "io.hearth.node"
  /// The service's name.
  public static let service = "io.hearth.service"
}
