import Basics
import Containers
import EngineClient
import Hardware
import Mesh
import Orchestration
import Peripherals
import Platform
import Readings
import Sampling
import Scoring
import Settings

/// How this node is and does, as it says of itself: to its home, to its clients and with its light.
final class NodeStatus {
  /// The settings in force; changed by `Reload` only.
  var configuration: Configuration
  let started: Instant
  let driver: RunDriver
  let engine: Engine
  let catalogue: ServiceCatalogue
  let sampler: Sampler
  /// The board's profile and how it was recognised.
  var match: Profiles.Match { didSet { rate() } }
  /// As of the last readings.
  private(set) var score: Score
  /// What the terms beside the load leave of the score, as others were told of it.
  var healthNews = HealthNews()
  /// Absent where the node is to stay alone.
  var home: Home?
  /// Called when the owner has drained the node, or has let it work again.
  var onDrained: () -> Void = {}
  /// Why there is no home key; empty as a rule.
  var keyFault = ""
  /// What contends for this node's cores, as samples show it.
  private var demand = Demand()
  private var loadNews: LoadNews
  private let drainedMark: DrainedMark
  private var addressRead: (text: String, at: Instant)?
  private var architecturesRead: (engine: String, found: [Architecture])?

  init(configuration: Configuration, profiles: Profiles, catalogue: ServiceCatalogue, driver: RunDriver) {
    self.configuration = configuration
    self.driver = driver
    self.catalogue = catalogue
    engine = driver.engine
    started = Clock.now()
    sampler = Sampler(
      root: configuration.root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: started)
    match = profiles.match(sampler.snapshot.board)
    score = Score(of: sampler.snapshot, profile: match.profile)
    loadNews = LoadNews(at: started)
    drainedMark = DrainedMark(folder: configuration.state, writer: driver.writer)
    driver.afterEvent = { self.tellLoad() }
  }

  var loop: EventLoop { driver.loop }

  /// This node's name in the home.
  var identity: String { driver.identity }

  /// What others reach this node by; read anew after some seconds, since it costs as much as a sample of the hardware.
  var address: String {
    if let addressRead, loop.now - addressRead.at < .seconds(5) { return addressRead.text }
    let text = LocalAddresses.read(root: configuration.root).preferred.text
    addressRead = (text, loop.now)
    return text
  }

  /// What its containers may be built for, its own architecture first.
  var architectures: [Architecture] {
    let engine = engine.description?.architecture ?? Version.dockerArchitecture
    if let architecturesRead, architecturesRead.engine == engine { return architecturesRead.found }
    let found = Architecture.ofNode(
      engine: engine, processors: File.text(configuration.root + "/proc/cpuinfo") ?? "",
      // It bounds the addresses of 32-bit programs, where the kernel runs them.
      hasCompatibility: File.exists("/proc/sys/vm/mmap_rnd_compat_bits"))
    architecturesRead = (engine, found)
    return found
  }

  // MARK: - Readings

  /// Reads the board, and tells the orchestrator what contends for its cores and what memory is free.
  func sample() {
    sampler.sample(at: Clock.now())
    rate()
    let snapshot = sampler.snapshot
    demand.sample(snapshot, profile: match.profile)
    driver.orchestrator.sampled(demand, available: snapshot.availableMemory.map { Int64(clamping: $0) })
  }

  /// What was read of the chips on I2C buses.
  func take(_ sensors: Sensors) {
    sampler.take(sensors)
    rate()
  }

  /// Rates the board once for all who ask until it is read again.
  private func rate() {
    score = Score(of: sampler.snapshot, profile: match.profile)
  }

  /// A run has begun or ended here: others hear of it before they choose again, yet not more often than they can read.
  private func tellLoad() {
    guard loadNews.isNews(driver.orchestrator.loadChanges), home != nil,
      let pause = loadNews.begin(at: loop.now)
    else { return }
    loop.after(pause) {
      self.loadNews.told(at: self.loop.now)
      self.publishHeartbeat(isNews: true)
    }
  }

  /// Tells the orchestrator how this node does.
  func tellOrchestrator() {
    let own = ownNode()
    driver.perform { $0.update(node: own, at: Clock.moment()) }
  }

  // MARK: - Draining

  /// Whether the owner wants no new work here.
  var isDrained: Bool { drainedMark.isSet }

  /// `then` is told once that is on disk, or why it cannot be written; then nothing has changed.
  func drain(_ drained: Bool, because reason: String, then: @escaping (SystemError?) -> Void) {
    guard drained != isDrained else { return then(nil) }
    drainedMark.change(to: drained ? reason : nil) { error in
      if error == nil {
        Log.info(drained ? "drained: no new runs here (\(reason))" : "no longer drained (\(reason))")
        self.publishHeartbeat()
        self.onDrained()
      }
      then(error)
    }
  }

  // MARK: - Faults

  /// What keeps the state from being written, in words.
  var stateFaults: [String] {
    var faults: [String] = []
    if let diskError = driver.diskError { faults.append("state cannot be written: \(diskError)") }
    if let since = driver.writer.waitsSince, loop.now - since > Self.diskTime {
      faults.append("the disk has not answered for \((loop.now - since).milliseconds / 1000) s")
    }
    if !keyFault.isEmpty { faults.append(keyFault) }
    return faults
  }

  /// What somebody should look after, in words.
  var faults: [String] {
    var faults = stateFaults
    faults += home?.complaints ?? []
    if score.terms[.supply].factor < 1 { faults.append("the supply is too weak") }
    if driver.engineWasThere, case .away(_, let reason) = engine.state {
      faults.append("the Docker Engine is away: \(reason)")
    }
    if let hanging = engine.hanging { faults.append(hanging) }
    return faults
  }

  /// A disk that takes longer for one write holds up whoever waits for it.
  private static let diskTime = Interval.seconds(5)

  /// By then the Engine and the nodes of the home have answered, if they are there.
  private static let startTime = Interval.seconds(3)

  /// What the light shows of this node.
  var lightState: StatusLight.State {
    if !faults.isEmpty { return .fault }
    if isDrained { return .drained }
    if driver.orchestrator.runsUnderWay > 0 { return .running }
    if Clock.now() - started < Self.startTime { return .starting }
    let others = home?.peers.contains { $0.state == .alive || $0.state == .suspect } ?? false
    return others ? .inHome : .alone
  }
}
