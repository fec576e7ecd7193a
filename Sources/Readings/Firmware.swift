/// What a board's firmware says about power and heat; Raspberry Pi only so far.
package struct Firmware: Equatable, Sendable {
  /// Whether the supply is too weak now: hwmon `rpi_volt`, `in0_lcrit_alarm`
  /// (drivers/hwmon/raspberrypi-hwmon.c).
  package var undervoltage: Reading<Bool>
  /// The clock the cores really run at, in kilohertz: the firmware's `measure_clock arm`. Idle cores run slowly, so it
  /// says nothing unless the firmware throttles; it is measured each time then, else now and then.
  package var clock: Reading<Int>
  /// The firmware's throttle word: its `get_throttled`, else sysfs's. A zero from sysfs is not believed (later kernels show a stale word) and is
  /// absent as not supported.
  package var throttle: Reading<ThrottleFlags>

  /// Firmware that was not asked but for what is given.
  package init(
    undervoltage: Reading<Bool> = .absent(.notYet), throttle: Reading<ThrottleFlags> = .absent(.notYet),
    clock: Reading<Int> = .absent(.notYet)
  ) {
    self.undervoltage = undervoltage
    self.throttle = throttle
    self.clock = clock
  }
}

/// The bits of the Raspberry Pi firmware's `get_throttled`.
package struct ThrottleFlags: OptionSet, Equatable, Sendable {
  /// The word as the firmware gives it.
  package var rawValue: UInt32

  /// The flags of such a word; bits that are not known are kept.
  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The supply is below 4.63 V now.
  package static let undervoltage = ThrottleFlags(rawValue: 1 << 0)
  /// The clock is capped now.
  package static let frequencyCapped = ThrottleFlags(rawValue: 1 << 1)
  /// The cores are throttled now.
  package static let throttled = ThrottleFlags(rawValue: 1 << 2)
  /// The soft temperature limit slows the cores now.
  package static let softTemperatureLimit = ThrottleFlags(rawValue: 1 << 3)
  /// The bits that mean that the cores are slower now than they could be.
  package static let slowsNow: ThrottleFlags = [.frequencyCapped, .throttled, .softTemperatureLimit]
  /// The supply was below 4.63 V at some time since boot, as the next three say of theirs.
  package static let undervoltageOccurred = ThrottleFlags(rawValue: 1 << 16)
  /// The clock was capped since boot.
  package static let frequencyCapOccurred = ThrottleFlags(rawValue: 1 << 17)
  /// The cores were throttled since boot.
  package static let throttlingOccurred = ThrottleFlags(rawValue: 1 << 18)
  /// The soft limit was reached since boot.
  package static let softTemperatureLimitOccurred = ThrottleFlags(rawValue: 1 << 19)
}
