internal import CLinux

/// Keeps `Firmware` up to date.
struct FirmwareSampler {
  private let noAlarm: Absence
  private var throttle: Attribute

  init(root: String) {
    noAlarm = Absence(path: root + "/sys/class/hwmon/*/in0_lcrit_alarm", reason: .noFile)
    throttle = Attribute(root + "/sys/devices/platform/soc/soc:firmware/get_throttled")
  }

  mutating func sample(
    _ firmware: inout Firmware, hwmon: Hwmon, with reader: FileReader, at now: Instant
  ) {
    firmware.undervoltage = .absent(noAlarm)
    for chip in hwmon.chips where sameBytes(chip.name, "rpi_volt") {
      for alarm in chip.alarms where sameBytes(alarm.name, "in0_lcrit_alarm") {
        firmware.undervoltage = alarm.isRaised
      }
    }
    reader.update(&firmware.throttle, from: &throttle, at: now) {
      $0.hexadecimal().map { ThrottleFlags(rawValue: $0) }
    }
    if case .value(let flags, _) = firmware.throttle, flags.isEmpty {
      firmware.throttle = .absent(throttle.absent(.notSupported(errno: EOPNOTSUPP)))
    }
  }
}
