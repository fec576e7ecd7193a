import Basics
import EngineClient
import Hardware
import Orchestration
import Peripherals
import Platform
import Readings
import Sampling
import Scoring
import Settings

/// A running node: puts its parts together and has them do the work of each second.
final class Node {
  let status: NodeStatus
  let driver: RunDriver
  let admission: Admission
  let catalogue: ServiceCatalogue
  private let loop: EventLoop
  private let engine: Engine
  /// What is wired to the board.
  private var devices: AttachedDevices?
  private var eachTick: [() -> Void] = []
  private var lastList: Instant
  private var lastCatalogue: Instant
  private var lastTick: Instant
  private var nextTick: EventLoop.TimerID?

  /// How often the Engine is asked for our containers without a reason: an answer of its that was lost may have left
  /// one behind.
  private static let listInterval = Interval.seconds(600)

  /// A tick may be late by this part of its interval, so that the loop need not wake for it alone.
  private static let slack: Int64 = 5
  /// How often the owner's definitions are looked at without a request: other nodes choose by what this one offers.
  private static let catalogueInterval = Interval.seconds(5)

  /// How long the disk is waited for at the end: systemd waits no longer than 15 s (TimeoutStopSec).
  private static let endTime = Interval.seconds(10)

  init(
    configuration: Configuration, profiles: Profiles, loop: EventLoop, writer: DiskWriter
  ) throws(SystemError) {
    self.loop = loop
    let identity = try Identity(configuration: configuration)
    catalogue = ServiceCatalogue(homeEdge: configuration.homeEdge, own: configuration.services)
    driver = RunDriver(
      configuration: configuration, identity: identity, catalogue: catalogue, loop: loop, writer: writer)
    engine = driver.engine
    status = NodeStatus(
      configuration: configuration, profiles: profiles, catalogue: catalogue, driver: driver)
    admission = Admission(status: status)
    lastList = status.started
    lastCatalogue = status.started
    lastTick = status.started
    engine.onAvailable = { containers in
      self.driver.engineAvailable(containers)
      self.status.publishHeartbeat()
    }
    engine.onLost = {
      self.driver.orchestrator.engineLost()
      self.status.publishHeartbeat()
    }
    engine.onHanging = {
      self.driver.orchestrator.engineHangs = self.engine.hanging != nil
      self.status.publishHeartbeat()
    }
    status.onDrained = {
      self.admission.refreshNodes()
      self.devices?.nodeChanged()
    }
  }

  /// Takes up the runs of an earlier agent, looks for the Engine and begins to sample.
  func begin() {
    catalogue.refresh()
    driver.restore()
    engine.connect()
    tick()
    if status.isDrained { Log.info("drained: no new runs here until 'hearth drain --off'") }
    attach(status.configuration.devices)
  }

  /// Uses these devices from now on; those of before are released.
  func attach(_ settings: DeviceSettings) {
    devices?.end()
    devices = AttachedDevices(status: status, settings: settings)
    devices?.begin()
  }

  /// Takes part in the home from now on.
  func join(_ home: Home) throws(SystemError) {
    status.home = home
    let peers = Peers(home: home, status: status)
    driver.peers = peers
    if status.configuration.interoperates { interoperate(peers) }
    try home.begin()
    status.publishHeartbeat()
  }

  /// Lets nodes of Home Edge use this one, and uses them, from now on.
  func interoperate(_ peers: Peers) {
    peers.homeEdge = HomeEdgeBridge(home: peers.home, admission: admission)
    peers.homeEdge?.begin()
  }

  /// What the last round noted goes to the disk.
  func end() {
    driver.finish(within: Self.endTime)
    devices?.end()
    // Goodbye comes last: a node that has left is not asked for anything.
    status.home?.end()
  }

  /// Work of each second beyond the node's own.
  func eachSecond(_ work: @escaping () -> Void) {
    eachTick.append(work)
  }

  /// The work of each interval; between two, it begins the next one.
  func tick() {
    if let nextTick { loop.cancel(nextTick) }
    let interval = status.configuration.sampleInterval
    let slack = Interval(nanoseconds: interval.nanoseconds / Self.slack)
    nextTick = loop.after(interval, slack: slack) { self.tick() }
    status.sample()
    engine.checkDeadlines()
    driver.followers.keepAlive(loop.now)
    for work in eachTick { work() }
    if loop.now - lastCatalogue >= Self.catalogueInterval {
      lastCatalogue = loop.now
      if driver.writer.waitsSince == nil { admission.whenRefreshed {} }
    }
    if loop.now - lastList > Self.listInterval {
      lastList = loop.now
      engine.relist()
    }
    if driver.orchestrator.runsUnderWay > 0 { driver.peers?.tellOrchestrator() }
    driver.perform { $0.tick(at: Clock.moment()) }
    status.publishHeartbeat()
    lastTick = Clock.now()
  }

  /// Where the work of each second stands.
  var progress: NodeProgress {
    NodeProgress(
      ticked: lastTick, interval: status.configuration.sampleInterval,
      sampled: status.sampler.snapshot.instant, unwrittenSince: driver.unwrittenSince)
  }
}
