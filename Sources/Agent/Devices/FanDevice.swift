import Devices
import Peripherals
import Platform
import Readings
import Sampling
import Scoring

/// A fan or a relay. It runs from the moment its line is held until the temperature is known to be low, and again when
/// the agent ends.
final class FanDevice {
  private let status: NodeStatus
  private let wiring: DeviceSettings.Wiring
  private var control: FanControl
  private var line: Line?
  private var shown = true
  private var attempts = Attempts("fan")

  init(status: NodeStatus, wiring: DeviceSettings.Wiring, control: FanControl) {
    self.status = status
    self.wiring = wiring
    self.control = control
  }

  func tick() {
    let now = Clock.now()
    let isOn = control.update(temperature, at: now)
    do throws(LineError) {
      if line == nil {
        guard attempts.isDue(now) else { return }
        let place = try LinePlace.find(wiring.name)
        line = try Line.output(place, value: isOn, isActiveLow: wiring.isActiveLow, bias: wiring.bias)
        shown = isOn
        attempts.succeeded("\(place.label):\(place.offset)")
      } else if isOn != shown {
        try line?.write(isOn)
        shown = isOn
        Log.info("fan \(isOn ? "on" : "off")")
      }
    } catch {
      line?.release()
      line = nil
      attempts.failed(error, at: now)
    }
  }

  /// The processor's highest temperature that is believed.
  private var temperature: Reading<Double> {
    let snapshot = status.sampler.snapshot
    let heat = ProcessorHeat(snapshot, status.match.profile)
    guard let celsius = heat.hottest, let instant = snapshot.instant else {
      return .absent(heat.absence ?? .notYet)
    }
    return .value(celsius, at: instant)
  }

  func end() {
    try? line?.write(true)
    line?.release()
    line = nil
  }
}
