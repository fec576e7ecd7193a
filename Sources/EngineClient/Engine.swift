package import Basics
package import Containers
package import Platform
package import Scoring

/// The Docker Engine of this node: makes calls, and watches whether it is there.
///
/// One `events` call is held open all the time. Its end is how the Engine's going away shows; then the version is
/// asked for again, at growing intervals, until the Engine answers.
package final class Engine {
  /// Whether the Engine is there.
  package enum State {
    /// Not asked yet.
    case unknown
    /// It has answered, with what it says of itself.
    case available(EngineDescription)
    /// Gone since then, or never there; why, in one sentence.
    case away(since: Instant, reason: String)
  }

  /// What is known now; `connect` and the event stream change it.
  package private(set) var state = State.unknown
  /// The path of the Engine's Unix socket, at most 107 bytes.
  package let socketPath: String
  private let loop: EventLoop
  private let label: String
  private var version: EngineVersion?
  private var calls: [UInt64: EngineChannel] = [:]
  private var nextCall: UInt64 = 0
  private var queue = EngineQueue()
  private var backoff = Backoff(first: .milliseconds(200), longest: .seconds(5))
  /// Since when it is available, or was last.
  private var availableSince = Instant(nanoseconds: 0)
  /// Between two lists where the Engine answers that it cannot.
  private var listBackoff = Backoff(first: .seconds(2), longest: .seconds(60))
  /// Counts the attempts to reach the Engine: what an earlier one still has to say no longer matters.
  private var attempt: UInt64 = 0
  private var eventsCall: UInt64?
  private var listIsDue = false
  /// Why new runs should go elsewhere although the Engine is there, in one sentence: it does not answer. Nil where it
  /// does.
  package private(set) var hanging: String?
  /// What images it holds, by the hashes of their references; none before it was asked.
  package private(set) var images: [HomeNode.Image] = []

  /// The Engine answers again, or was asked by `relist`; these are this node's containers, and others' where it
  /// had another name before.
  package var onAvailable: ([ContainerState]) -> Void = { _ in }
  /// The Engine is gone, or was not there when it was first asked; called once until it answers again.
  package var onLost: () -> Void = {}
  /// `hanging` has become a reason, or none.
  package var onHanging: () -> Void = {}

  /// An Engine that stays away for less is asked at growing intervals: it comes and goes.
  private static let steadyTime = Interval.seconds(10)
  /// Before the containers are listed again: what an unheard call did shows by then.
  private static let listPause = Interval.seconds(1)

  /// An Engine that is not asked yet; `connect` begins.
  ///
  /// - Parameter node: this node's identity, which its containers carry in the label `Label.node`; nil where it had others
  ///   before, so that all containers of runs are looked at.
  package init(socketPath: String, node: String?, loop: EventLoop) {
    self.socketPath = socketPath
    label = node.map { Label.node + "=" + $0 } ?? Label.run
    self.loop = loop
  }

  /// What the Engine says of itself; nil while it is not available.
  package var description: EngineDescription? {
    if case .available(let description) = state { return description }
    return nil
  }

  // MARK: - Calls

  /// Makes a call once its turn comes. `handler` is told each event, the last being `done` or `failed`.
  ///
  /// - Returns: the call's number, for `cancel`.
  @discardableResult
  package func call(
    _ request: EngineRequest, terminal: Bool = false, handler: @escaping (EngineEvent) -> Void
  ) -> UInt64 {
    let number = nextCall
    nextCall &+= 1
    let channel = EngineChannel(
      request, version: version, terminal: terminal, loop: loop,
      onEnd: { self.ended(number) }, handler: handler)
    calls[number] = channel
    open(queue.add(channel))
    return number
  }

  /// Ends a call; its handler hears nothing more. Does nothing where the call is over.
  ///
  /// - Parameter number: what `call` has returned.
  package func cancel(_ number: UInt64) {
    calls[number]?.cancel()
  }

  /// Stops or goes on reading a call's answer, for a receiver that is slower than the Engine.
  ///
  /// What comes meanwhile stays in the kernel's buffer. A call that is over or waits its turn is left alone.
  ///
  /// - Parameter number: what `call` has returned.
  package func pause(_ number: UInt64, _ pause: Bool) {
    calls[number]?.pause(pause)
  }

  private func ended(_ number: UInt64) {
    guard let channel = calls.removeValue(forKey: number) else { return }
    open(queue.ended(channel, at: loop.now))
  }

  private func open(_ channels: [EngineChannel]) {
    for channel in channels { channel.open(socketPath) }
  }

  /// Once a second: gives up on calls that have fallen silent, and says whether the Engine hangs.
  package func checkDeadlines() {
    let channels = Array(calls.values)
    for channel in channels { channel.checkDeadlines() }
    let (next, stuck) = queue.look(at: channels, loop.now)
    open(next)
    let isNews = (stuck == nil) != (hanging == nil)
    hanging = stuck.map { channel in
      let seconds = (loop.now - channel.lastByte).milliseconds / 1000
      return "the Docker Engine has not answered '\(channel.request.verb.rawValue)' for \(seconds) s"
    }
    guard isNews else { return }
    Log.warning(hanging ?? "the Docker Engine answers again, or is away")
    onHanging()
  }

  // MARK: - Presence

  /// Asks for the version, then lists the node's containers, then holds the event stream.
  package func connect() {
    version = nil
    attempt &+= 1
    let attempt = self.attempt
    var found: EngineDescription?
    call(.version) { event in
      switch event {
      case .version(let description): found = description
      case .done:
        guard let found else { return self.isAway("it answered without its version", attempt) }
        self.negotiated(found, attempt)
      case .failed(let error): self.isAway(error.description, attempt)
      default: break
      }
    }
  }

  private func negotiated(_ description: EngineDescription, _ attempt: UInt64) {
    do throws(EngineError) {
      version = try description.negotiated()
    } catch {
      return isAway(error.description, attempt)
    }
    list(attempt) { containers in
      self.state = .available(description)
      self.availableSince = self.loop.now
      self.watchEvents(attempt)
      self.onAvailable(containers)
      self.listImages()
    }
  }

  /// Asks what images are there: other nodes choose by it. After each pull too.
  package func listImages() {
    var images: [HomeNode.Image] = []
    call(.images) { event in
      switch event {
      case .images(let found):
        for image in found {
          for name in image.names where images.count < HomeNode.imageLimit {
            images.append(
              HomeNode.Image(
                hash: Requirements.hash(ofImage: name), mebibytes: Int(min(max(image.size, 0), 1 << 40) >> 20)
              )
            )
          }
        }
      case .done: self.images = images
      // What was known stays.
      default: break
      }
    }
  }

  /// Asks again for this node's containers while the Engine is there.
  package func relist() {
    guard !listIsDue else { return }
    listIsDue = true
    let attempt = self.attempt
    loop.after(Self.listPause) {
      self.listIsDue = false
      guard case .available = self.state, attempt == self.attempt else { return }
      self.list(attempt) { self.onAvailable($0) }
      self.listImages()
    }
  }

  private func list(_ attempt: UInt64, _ then: @escaping ([ContainerState]) -> Void) {
    var found: [ContainerState] = []
    call(.list(labels: [label])) { event in
      switch event {
      case .containers(let containers): found = containers
      case .done:
        guard attempt == self.attempt else { return }
        self.listBackoff.reset()
        then(found)
      case .failed(let error): self.listFailed(error, attempt)
      default: break
      }
    }
  }

  /// An Engine that answers is there, whatever is wrong with its list: that is asked for again.
  private func listFailed(_ error: EngineError, _ failed: UInt64) {
    guard case .available = state, error.kind != .unreachable, failed == attempt else {
      return isAway(error.description, failed)
    }
    Log.warning(error.description)
    loop.after(listBackoff.next()) {
      if failed == self.attempt { self.relist() }
    }
  }

  private func watchEvents(_ attempt: UInt64) {
    eventsCall = call(.events(labels: [label], actions: ["oom"])) { event in
      switch event {
      case .done: self.isAway("its event stream ended", attempt)
      case .failed(let error): self.isAway(error.description, attempt)
      default: break
      }
    }
  }

  private func isAway(_ reason: String, _ failed: UInt64) {
    guard failed == attempt else { return }
    // One failure of an attempt is enough; the others of it are of the past from here on.
    attempt &+= 1
    if let eventsCall { cancel(eventsCall) }
    eventsCall = nil
    if case .away = state {
    } else {
      if loop.now - availableSince > Self.steadyTime { backoff.reset() }
      state = .away(since: loop.now, reason: reason)
      Log.warning("Engine is away: \(reason)")
      onLost()
    }
    loop.after(backoff.next()) { self.connect() }
  }
}
