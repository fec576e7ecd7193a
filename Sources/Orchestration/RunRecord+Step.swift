import Basics
import Containers

extension RunRecord {
  /// Where a run is, with what belongs to that step alone.
  enum Step {
    /// Accepted, not yet on disk.
    case unpersisted
    /// The engine is away or its state is unknown: waiting for the list of containers. `since` is nil for a
    /// run of an earlier agent that nobody has looked at yet; `ending` is there where only the output was
    /// missing.
    case suspended(since: Instant?, ending: Ending?)
    case pull
    case create
    case start
    case wait
    /// It runs, and `wait` has ended early several times: it is called again at that time.
    case pausing(until: Instant)
    /// Asking how it ended; `Ending` is there where that was known once and its output could not be fetched.
    case inspect(Ending?)
    /// Fetching its last output.
    case output(Ending)
    case native
    /// Hosted, and all but started: the requester's commit is awaited.
    case prepared(since: Instant)
    /// The next host is chosen and is being written to disk, before it is asked.
    case choosing
    /// The host was asked and has not answered.
    case asking(since: Instant)
    /// A host has accepted it.
    case remote(Remote)
    /// No node can run it now: they are looked at again at that time, at once where there is none.
    case waiting(until: Instant?)
    /// Final in memory, not yet on disk. Its host is told `speed`: how fast it ran of how fast that had
    /// promised.
    case ended(speed: Double?)
    /// Final and on disk.
    case settled

    /// How the run ended, where that is known and its output is not here yet.
    var ending: Ending? {
      switch self {
      case .output(let ending): ending
      case .suspended(_, let ending), .inspect(let ending): ending
      default: nil
      }
    }

    /// Whether it is a host's, or is to become one.
    var isElsewhere: Bool {
      switch self {
      case .asking, .remote: true
      default: false
      }
    }

    /// Whether no host is known to have it.
    var isSearch: Bool {
      switch self {
      case .unpersisted, .choosing, .asking, .waiting: true
      default: false
      }
    }

    /// Appends to the output that is being fetched. In place: a copy each time would cost more than the output.
    mutating func keep(_ frame: [UInt8], limit: Int) {
      guard case .output(var ending) = self else { return }
      self = .create
      ending.keep(frame, limit: limit)
      self = .output(ending)
    }

    var isRemote: Bool {
      if case .remote = self { true } else { false }
    }

    var isUnpersisted: Bool {
      if case .unpersisted = self { true } else { false }
    }

    var isSettled: Bool {
      if case .settled = self { true } else { false }
    }
  }

  /// A run on its host, as its requester knows it.
  struct Remote {
    /// When the host is told, or told again, that it may start the run; nil once it has heard.
    var commitAt: Instant?
    /// Since when the host is neither there nor known to be dead.
    var hostGoneAt: Instant?
  }

  /// How a run ended, and its last output as far as it is here.
  struct Ending {
    let outcome: RunState
    /// In frames, oldest first; up to twice what is kept in the end.
    private var output: [UInt8] = []

    init(_ outcome: RunState) {
      self.outcome = outcome
    }

    /// Appends a frame of output. The oldest beyond `limit` bytes are dropped in one go once there is as much again.
    mutating func keep(_ frame: [UInt8], limit: Int) {
      output += frame
      if output.count > 2 * limit { output = last(limit) }
    }

    /// The last frames, of at most `limit` bytes together; the very last in any case.
    func last(_ limit: Int) -> [UInt8] {
      var start = 0
      while output.count - start > limit {
        let next = start + EngineFrames.size(ofFrameIn: output, at: start)
        guard next < output.count else { break }
        start = next
      }
      return Array(output[start...])
    }
  }
}
