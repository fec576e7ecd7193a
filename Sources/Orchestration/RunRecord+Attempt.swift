import Basics

extension RunRecord {
  /// What one attempt has brought so far. The next one begins with a fresh value, so nothing of this one can
  /// reach it.
  struct Attempt {
    /// Its container, while that exists.
    var containerID: String?
    /// When the engine did not let go of the container.
    var removalFailedAt: Instant?
    var pull = Pull.untried
    /// A start may have been sent whose answer nobody heard: by an earlier agent, or over a connection that
    /// broke.
    var startMayBeUnderWay = false
    /// How often the container was then found not started.
    var unstartedLists = 0
    var stopIsUnderWay = false
    /// Calls whose connection broke before it ran.
    var brokenCalls = 0
    /// Times that the engine said the container's name was taken.
    var nameConflicts = 0
    /// When `wait` was called last, and how often in a row it ended at once although the container runs.
    var waitedAt: Instant?
    var earlyWaits = 0
    /// The exit code that `wait` told, until `inspect` has told the rest.
    var exitCode: Int?
    /// When it ended by the account of the Engine or the host, in milliseconds since 1970; 0 where that is
    /// not known.
    var endTime: Int64 = 0
    /// When it started and ended here, on the clock of samples.
    var startedAt: Instant?
    var endedAt: Instant?
    /// When copies that are to end are asked for again; nil for now.
    var revokeAt: Instant?
  }

  /// Whether the image was fetched; where it was tried, a missing image is an error.
  enum Pull {
    case untried
    case done
    /// As the Engine told it, in case the image is not here either.
    case failed(RunFailure)
  }
}
