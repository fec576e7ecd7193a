/// What a board's firmware says about power and heat; Raspberry Pi only so far.
public struct Firmware: Equatable, Sendable {
  /// Whether the supply is too weak now: hwmon `rpi_volt`, `in0_lcrit_alarm`
  /// (drivers/hwmon/raspberrypi-hwmon.c).
  public var undervoltage: Reading<Bool>
  /// The clock the cores really run at, in kilohertz: the firmware's `measure_clock arm`. Idle cores run slowly, so it
  /// says nothing unless the firmware throttles; it is measured each time then, else now and then.
  public var clock: Reading<Int>
  /// The firmware's throttle word: its `get_throttled`, else sysfs's. A zero from sysfs is not believed (later kernels show a stale word) and is
  /// absent as not supported.
  public var throttle: Reading<ThrottleFlags>

  public init(
    undervoltage: Reading<Bool> = .absent(.notYet), throttle: Reading<ThrottleFlags> = .absent(.notYet),
    clock: Reading<Int> = .absent(.notYet)
  ) {
    self.undervoltage = undervoltage
    self.throttle = throttle
    self.clock = clock
  }
}

/// The bits of the Raspberry Pi firmware's `get_throttled`.
public struct ThrottleFlags: OptionSet, Equatable, Sendable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let undervoltage = ThrottleFlags(rawValue: 1 << 0)
  public static let frequencyCapped = ThrottleFlags(rawValue: 1 << 1)
  public static let throttled = ThrottleFlags(rawValue: 1 << 2)
  public static let softTemperatureLimit = ThrottleFlags(rawValue: 1 << 3)
  /// The bits that mean that the cores are slower now than they could be.
  public static let slowsNow: ThrottleFlags = [.frequencyCapped, .throttled, .softTemperatureLimit]
  public static let undervoltageOccurred = ThrottleFlags(rawValue: 1 << 16)
  public static let frequencyCapOccurred = ThrottleFlags(rawValue: 1 << 17)
  public static let throttlingOccurred = ThrottleFlags(rawValue: 1 << 18)
  public static let softTemperatureLimitOccurred = ThrottleFlags(rawValue: 1 << 19)
}
