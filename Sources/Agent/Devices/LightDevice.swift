import Basics
import Devices
import Peripherals
import Platform
import Settings

/// The status light, as a GPIO line or an LED of the kernel's.
final class LightDevice {
  private let status: NodeStatus
  private let wiring: DeviceSettings.Wiring?
  private let leds: [String]
  private var light: StatusLight
  private var line: Line?
  private var led: SystemLed?
  private var attempts = Attempts("status light")
  private var change: EventLoop.TimerID?

  init(status: NodeStatus, wiring: DeviceSettings.Wiring?, leds: [String]) {
    self.status = status
    self.wiring = wiring
    self.leds = leds
    light = StatusLight(at: Clock.now())
  }

  func tick() {
    let now = Clock.now()
    let state = status.lightState
    if line == nil && led == nil {
      guard attempts.isDue(now) else { return }
      do throws(LineError) {
        try open()
      } catch {
        return attempts.failed(error, at: now)
      }
    } else if state == light.state {
      return
    }
    light.show(state, at: now)
    draw()
  }

  private func open() throws(LineError) {
    if let wiring {
      let place = try LinePlace.find(wiring.name)
      line = try Line.output(place, value: false, isActiveLow: wiring.isActiveLow, bias: wiring.bias)
      attempts.succeeded("\(place.label):\(place.offset)")
    } else {
      let led = try SystemLed(firstOf: leds, root: status.configuration.root)
      self.led = led
      attempts.succeeded("LED \(led.name)")
    }
  }

  private func draw() {
    if let change { status.loop.cancel(change) }
    change = nil
    let now = Clock.now()
    let look = light.look(at: now)
    do throws(LineError) {
      try line?.write(look.isLit)
      try led?.write(look.isLit)
      change = status.loop.after(look.holds) { self.draw() }
    } catch {
      close()
      attempts.failed(error, at: now)
    }
  }

  private func close() {
    line?.release()
    line = nil
    led?.release()
    led = nil
  }

  func end() {
    if let change { status.loop.cancel(change) }
    change = nil
    try? line?.write(false)
    close()
  }
}
