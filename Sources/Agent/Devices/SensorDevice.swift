import Basics
import Devices
import Peripherals
import Platform
import Readings
import Sampling
import Settings

/// The chips on I2C buses: a short-lived process for each bus reads those that are due.
final class SensorDevice {
  private let status: NodeStatus
  private var plan: SensorPlan
  private var rounds: [BusRound] = []
  /// What was said of each chip last; empty where all is well.
  private var said: [String]

  init(status: NodeStatus, plan: SensorPlan) {
    self.status = status
    self.plan = plan
    said = plan.sensors.chips.map { _ in "" }
    status.take(plan.sensors)
  }

  func tick() {
    let now = Clock.now()
    for round in rounds { round.checkDeadlines(at: now) }
    guard let due = plan.due, due <= now else { return }
    let adapters = Adapter.all(root: status.configuration.root)
    let found = plan.rounds(
      adapters, hwmon: status.sampler.snapshot.hwmon, busy: rounds.map { $0.round.bus }, at: now)
    for round in found { begin(round) }
    tell()
  }

  private func begin(_ round: SensorPlan.Round) {
    do throws(SystemError) {
      let reader = try BusRound(round, loop: status.loop)
      rounds.append(reader)
      reader.onAnswer = { bytes in
        self.plan.finish(round, bytes, at: Clock.now())
        self.tell()
      }
      reader.onEnd = { self.rounds.removeAll { $0 === reader } }
    } catch {
      Log.warning("sensors: \(error.description)")
      plan.finish(round, [], at: Clock.now())
    }
  }

  /// The node's readings, and a line in the log for each chip whose state has changed.
  private func tell() {
    status.take(plan.sensors)
    for (index, chip) in plan.sensors.chips.enumerated() {
      var words = ""
      for reading in chip.readings {
        guard let absence = reading.value.absence, absence.reason != .notYet, words.isEmpty else { continue }
        words = absence.reason.text
      }
      guard words != said[index] else { continue }
      said[index] = words
      let name = "sensor \(chip.name) at \(chip.bus) 0x" + String(chip.address, radix: 16)
      if words.isEmpty { Log.info(name + " answers") } else { Log.warning(name + ": " + words) }
    }
  }

  func end() {
    for round in rounds { round.giveUp() }
  }
}
