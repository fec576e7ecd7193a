import Basics
import Readings

/// Keeps `Hwmon` up to date.
struct HwmonSampler {
  static let mostChips = 64
  /// Sensors and alarms of one chip, each.
  static let mostSensors = 32

  private struct ChipFiles {
    var sensors: [Attribute] = []
    var alarms: [Attribute] = []
  }

  private let folder: String
  private var files: [ChipFiles] = []
  private var lastFingerprint: UInt64?

  init(root: String) {
    folder = root + "/sys/class/hwmon"
  }

  /// Looks for chips, if any came or went or `anew`.
  mutating func scan(_ hwmon: inout Hwmon, anew: Bool, with reader: FileReader, at now: Instant) {
    let seen = reader.fingerprint(of: folder)
    guard anew || seen != lastFingerprint else { return }
    lastFingerprint = seen
    for chip in files.indices {
      for index in files[chip].sensors.indices { reader.close(&files[chip].sensors[index]) }
      for index in files[chip].alarms.indices { reader.close(&files[chip].alarms[index]) }
    }
    files = []
    var numbers: [Int] = []
    let number = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "hwmon"), numbers.count < Self.mostChips { numbers.append(number) }
    }
    numbers.arrange()
    hwmon = Hwmon(absence: number == 0 ? nil : Absence(path: folder, reason: absenceReason(number)))
    for number in numbers { add(number, to: &hwmon, with: reader, at: now) }
  }

  private mutating func add(_ number: Int, to hwmon: inout Hwmon, with reader: FileReader, at now: Instant) {
    let top = folder + "/hwmon\(number)"
    var path = top
    var (sensors, alarms) = names(in: path, with: reader)
    if sensors.isEmpty && alarms.isEmpty {
      // Old drivers keep everything at the device.
      path += "/device"
      (sensors, alarms) = names(in: path, with: reader)
    }
    var chip = HwmonChip(
      number: number,
      name: reader.text(top + "/name", at: now).value ?? reader.text(path + "/name", at: now).value ?? "",
      device: reader.files.linkTarget(top + "/device").map(baseName) ?? "")
    var chipFiles = ChipFiles()
    for order in sensors {
      guard let sensor = SensorName(order: order) else { continue }
      let base = path + "/" + sensor.kind.prefix + String(sensor.number)
      chip.sensors.append(
        HwmonSensor(
          kind: sensor.kind, number: sensor.number, label: reader.text(base + "_label", at: now).value,
          maximum: limit(base + "_max", sensor.kind, with: reader, at: now),
          critical: limit(base + "_crit", sensor.kind, with: reader, at: now)))
      chipFiles.sensors.append(Attribute(base + "_input"))
    }
    for alarm in alarms {
      chip.alarms.append(HwmonAlarm(name: alarm))
      chipFiles.alarms.append(Attribute(path + "/" + alarm))
    }
    hwmon.chips.append(chip)
    files.append(chipFiles)
  }

  private func limit(
    _ path: String, _ kind: HwmonSensor.Kind, with reader: FileReader, at now: Instant
  ) -> Int? {
    reader.quantity(path, kind == .temperature ? .limit : .of(kind), at: now).value
  }

  /// The sensors and alarms among the files of a chip, in a steady order.
  private func names(in path: String, with reader: FileReader) -> (sensors: [Int], alarms: [String]) {
    var sensors: [Int] = []
    var alarms: [String] = []
    _ = reader.files.forEachName(path) { name in
      if let sensor = SensorName(name) {
        if sensors.count < Self.mostSensors { sensors.append(sensor.order) }
      } else if name.ends(in: "_alarm") || name.ends(in: "_fault"), alarms.count < Self.mostSensors {
        alarms.append(name.text())
      }
    }
    sensors.arrange()
    return (sensors, alarms.ordered())
  }

  mutating func sample(_ hwmon: inout Hwmon, with reader: FileReader, at now: Instant) {
    for chip in files.indices where chip < hwmon.chips.count {
      for index in files[chip].sensors.indices where index < hwmon.chips[chip].sensors.count {
        reader.update(
          &hwmon.chips[chip].sensors[index].value, from: &files[chip].sensors[index], at: now,
          within: .of(hwmon.chips[chip].sensors[index].kind))
      }
      for index in files[chip].alarms.indices where index < hwmon.chips[chip].alarms.count {
        reader.update(&hwmon.chips[chip].alarms[index].isRaised, from: &files[chip].alarms[index], at: now) {
          $0.integer().map { $0 != 0 }
        }
        let alarm = hwmon.chips[chip].alarms[index]
        if alarm.isRaised.value == true, alarm.name.ends(with: "_fault") {
          disbelieve(alarm.name, &hwmon.chips[chip], &files[chip].sensors)
        }
      }
    }
  }

  /// A sensor of which the chip says that it is broken or not connected (`temp1_fault`) has measured nothing.
  private func disbelieve(_ fault: String, _ chip: inout HwmonChip, _ files: inout [Attribute]) {
    for index in files.indices where index < chip.sensors.count {
      let sensor = chip.sensors[index]
      if sameBytes(fault, sensor.kind.prefix + "\(sensor.number)_fault") {
        chip.sensors[index].value = .absent(files[index].absent(.unusable(text: "the chip tells of a fault")))
      }
    }
  }
}
