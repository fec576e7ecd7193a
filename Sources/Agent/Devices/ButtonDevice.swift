import Basics
internal import CLinux
import Devices
import Peripherals
import Platform

/// The button whose long press drains the node, and whose next one lets it work again.
final class ButtonDevice: Watcher {
  private let status: NodeStatus
  private let wiring: DeviceSettings.Wiring
  private let hold: Interval
  private var line: Line?
  private var press: LongPress?
  private var attempts = Attempts("button")
  private var check: EventLoop.TimerID?

  init(status: NodeStatus, wiring: DeviceSettings.Wiring, hold: Interval) {
    self.status = status
    self.wiring = wiring
    self.hold = hold
  }

  func tick() {
    let now = Clock.now()
    guard line == nil, attempts.isDue(now) else { return }
    do throws(LineError) {
      let place = try LinePlace.find(wiring.name)
      let line = try Line.input(place, isActiveLow: wiring.isActiveLow, bias: wiring.bias)
      press = LongPress(hold: hold, isPressed: try line.read(), at: now)
      self.line = line
      guard line.descriptor >= 0 else {
        attempts.succeeded(
          "\(place.label):\(place.offset), which tells of no edges and is read ten times a second")
        return poll()
      }
      if (try? status.loop.watch(line.descriptor, for: clinux_in, self)) == nil {
        return fail(.unwatched, at: now)
      }
      attempts.succeeded("\(place.label):\(place.offset)")
    } catch {
      fail(error, at: now)
    }
  }

  /// For a chip without interrupts, as some behind I2C.
  private func poll() {
    guard let line, line.descriptor < 0 else { return }
    ready(0)
    status.loop.after(.milliseconds(100)) { self.poll() }
  }

  override func ready(_ events: UInt32) {
    let now = Clock.now()
    do throws(LineError) {
      guard let line else { return }
      press?.read(try line.readAfterEdges(), at: now)
      look(now)
    } catch {
      fail(error, at: now)
    }
  }

  private func look(_ now: Instant) {
    if let check { status.loop.cancel(check) }
    check = nil
    if press?.tick(at: now) == true { pressed() }
    guard let due = press?.due else { return }
    check = status.loop.after(due - now) {
      self.check = nil
      self.look(Clock.now())
    }
  }

  private func pressed() {
    status.drain(!status.isDrained, because: "the button was held") { error in
      if let error { Log.error("the button was held, but \(error.description)") }
    }
  }

  private func fail(_ error: LineError, at now: Instant) {
    end()
    attempts.failed(error, at: now)
  }

  func end() {
    if let check { status.loop.cancel(check) }
    check = nil
    press = nil
    if let line, line.descriptor >= 0 { status.loop.unwatch(line.descriptor) }
    line?.release()
    line = nil
  }
}
