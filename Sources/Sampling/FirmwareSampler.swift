import Basics
import Readings

/// Keeps `Firmware` up to date: hwmon's alarm, then what the firmware itself answers, then sysfs's word.
struct FirmwareSampler {
  /// Samples between two measurements of the clock while nothing is wrong.
  static let samplesPerClock = 10
  /// Samples to the next attempt after a failure or a slow answer: this many, then twice as many, up to the limit.
  static let firstPause = 2
  static let longestPause = 300
  /// The same where the firmware answers, only slowly: its last word is used meanwhile and must not be too old.
  static let longestSlowPause = 30
  /// A slower answer, in microseconds, holds up the loop: the next question waits longer.
  static let slow: Int64 = 20_000

  private let noAlarm: Absence
  private var throttle: Attribute
  /// The firmware's device files in the order of preference; newer systems open only the first to others than root.
  private let paths: [String]
  private let files: FileSource
  private var mailbox: FirmwareMailbox?
  private var absence: Absence
  private var clockAbsence: Absence
  private var pause = 0
  private var nextPause = firstPause
  private var samplesSinceClock = samplesPerClock

  init(root: String, files: FileSource) {
    self.files = files
    noAlarm = Absence(path: root + "/sys/class/hwmon/*/in0_lcrit_alarm", reason: .noFile)
    throttle = Attribute(root + "/sys/devices/platform/soc/soc:firmware/get_throttled")
    paths = [root + "/dev/vcio_gencmd", root + "/dev/vcio"]
    absence = Absence(path: paths[0], reason: .notYet)
    clockAbsence = absence
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
    guard !askFirmware(&firmware, at: now) else { return }
    firmware.clock = .absent(clockAbsence)
    reader.update(&firmware.throttle, from: &throttle, at: now) {
      $0.hexadecimal().map { ThrottleFlags(rawValue: $0) }
    }
    if case .value(let flags, _) = firmware.throttle, flags.isEmpty {
      firmware.throttle = .absent(throttle.absent(.notSupported(errno: ErrorNumber.EOPNOTSUPP)))
    } else if throttle.absence.reason == .noFile {
      // That attribute is gone from newer kernels; the device file is what should have told.
      if case .absent = firmware.throttle { firmware.throttle = .absent(absence) }
    }
  }

  /// Asks for the throttle word and, where it matters, for the clock; false where the firmware cannot be asked now.
  private mutating func askFirmware(_ firmware: inout Firmware, at now: Instant) -> Bool {
    if pause > 0 {
      pause -= 1
      // A slow firmware's last word stands, with its age; a failed one's does not.
      return mailbox != nil
    }
    if mailbox == nil { open() }
    guard let mailbox else { return false }
    let begin = files.microseconds()
    guard var answer = mailbox.ask("get_throttled"), let flags = parseThrottled(&answer),
      answer.isBlank
    else {
      self.mailbox = nil
      note(.notSupported(errno: ErrorNumber.EPROTO))
      wait()
      return false
    }
    firmware.throttle = .value(flags, at: now)
    samplesSinceClock += 1
    if !flags.isDisjoint(with: .slowsNow) || samplesSinceClock >= Self.samplesPerClock {
      samplesSinceClock = 0
      if var answer = mailbox.ask("measure_clock arm"),
        let clock = parseMeasuredClock(&answer), answer.isBlank
      {
        firmware.clock = .value(clock, at: now)
      } else {
        firmware.clock = .absent(clockAbsence)
      }
    }
    if files.microseconds() &- begin > Self.slow {
      wait()
      pause = min(pause, Self.longestSlowPause)
    } else {
      nextPause = Self.firstPause
    }
    return true
  }

  /// Opens the first device that answers; on boards without one, and without the right to, that is tried rarely.
  private mutating func open() {
    for (index, path) in paths.enumerated() {
      var error: Int32 = 0
      guard let opened = FirmwareMailbox(path, error: &error, files: files) else {
        // The first file's absence says less than a refusal of the second.
        if index == 0 || error != ErrorNumber.ENOENT { note(path, absenceReason(error)) }
        continue
      }
      guard opened.ask("get_throttled") != nil else {
        note(path, .notSupported(errno: ErrorNumber.EPROTO))
        continue
      }
      mailbox = opened
      clockAbsence = Absence(path: path, reason: .notSupported(errno: ErrorNumber.EPROTO))
      return
    }
    wait()
  }

  private mutating func wait() {
    pause = nextPause
    nextPause = min(nextPause * 2, Self.longestPause)
  }

  private mutating func note(_ reason: Absence.Reason) { note(absence.path, reason) }

  private mutating func note(_ path: String, _ reason: Absence.Reason) {
    let new = Absence(path: path, reason: reason)
    if absence != new { absence = new }
    clockAbsence = absence
  }
}
