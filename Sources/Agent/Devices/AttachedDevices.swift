import Basics
internal import CLinux
import Peripherals
import Platform
import Scoring
import Settings

/// What is wired to the board and serves this node: its light, fan, button and sensors. What is not there yet is
/// looked for again, less and less often.
final class AttachedDevices {
  private let loop: EventLoop
  private var light: LightDevice?
  private var fan: FanDevice?
  private var button: ButtonDevice?
  private var sensors: SensorDevice?
  private var isOver = false

  /// Apart from the samples, which may be hours apart.
  private static let interval = Interval.seconds(1)

  init(status: NodeStatus, settings: DeviceSettings) {
    loop = status.loop
    let all = settings.completed(by: status.match.profile)
    let now = Clock.now()
    if all.light != nil || !all.leds.isEmpty {
      light = LightDevice(status: status, wiring: all.light, leds: all.leds)
    }
    if let wiring = all.fan {
      var control = all.fanControl
      // A temperature lasts as long as the samples are apart.
      let samples = Interval(nanoseconds: 3 * status.configuration.sampleInterval.nanoseconds)
      control.oldest = max(control.oldest, samples)
      fan = FanDevice(status: status, wiring: wiring, control: FanControl(control, at: now))
    }
    if let wiring = all.button { button = ButtonDevice(status: status, wiring: wiring, hold: all.hold) }
    if !all.sensors.isEmpty {
      let plan = SensorPlan(all.sensors, buses: all.buses(with: status.match.profile), at: now)
      sensors = SensorDevice(status: status, plan: plan)
    }
  }

  /// Takes the lines; without any, nothing is done from now on.
  func begin() {
    if light != nil || fan != nil || button != nil || sensors != nil { tick() }
  }

  private func tick() {
    guard !isOver else { return }
    loop.after(Self.interval) { self.tick() }
    light?.tick()
    fan?.tick()
    button?.tick()
    sensors?.tick()
  }

  /// Shows a change of the node's at once.
  func nodeChanged() {
    light?.tick()
  }

  /// Leaves everything as is safe: the fan on, the light dark, the chips alone.
  func end() {
    isOver = true
    fan?.end()
    light?.end()
    button?.end()
    sensors?.end()
  }
}

/// When something that is not there is tried again, and what was said of it last.
struct Attempts {
  private let what: String
  private var next: Instant?
  private var backoff = Backoff(first: .seconds(1), longest: .seconds(300))
  private var said = ""

  init(_ what: String) {
    self.what = what
  }

  func isDue(_ now: Instant) -> Bool {
    next.map { $0 <= now } ?? true
  }

  mutating func failed(_ error: LineError, at now: Instant) {
    if error.text != said { Log.warning("\(what): \(error.text)") }
    said = error.text
    next = now + backoff.next()
  }

  mutating func succeeded(_ place: String) {
    Log.info("\(what): \(place)")
    said = ""
    backoff.reset()
  }
}
