/// Power supplies (`/sys/class/power_supply`; Documentation/ABI/testing/sysfs-class-power).
public struct PowerSupplies: Equatable, Sendable {
  /// In the order of their names, at most 64; bare boards have none.
  public var supplies: [PowerSupply]
  /// What the board draws, in watts: the power of an INA2xx chip (drivers/hwmon/ina2xx.c).
  public var drawn: Reading<Double>
  /// Why there is no list at all.
  public var absence: Absence?

  public init(
    supplies: [PowerSupply] = [], drawn: Reading<Double> = .absent(.notYet), absence: Absence? = nil
  ) {
    self.supplies = supplies
    self.drawn = drawn
    self.absence = absence
  }
}

/// One power supply.
public struct PowerSupply: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case mains, battery, usb, ups, other
  }

  public var name: String
  public var kind: Kind
  public var state: Reading<PowerSupplyState>

  public init(name: String, kind: Kind, state: Reading<PowerSupplyState> = .absent(.notYet)) {
    self.name = name
    self.kind = kind
    self.state = state
  }
}

/// What one read of `uevent` tells; nil is a property the driver does not give.
public struct PowerSupplyState: Equatable, Sendable {
  public enum Status: String, Sendable {
    case charging, discharging, notCharging, full, unknown
  }

  public var isOnline: Bool?
  public var isPresent: Bool?
  public var status: Status?
  /// In percent.
  public var capacity: Int?
  /// In microvolts.
  public var voltage: Int64?
  /// In microamperes; drivers disagree on the sign.
  public var current: Int64?
  /// In microwatts.
  public var power: Int64?

  public init(
    isOnline: Bool? = nil, isPresent: Bool? = nil, status: Status? = nil, capacity: Int? = nil,
    voltage: Int64? = nil, current: Int64? = nil, power: Int64? = nil
  ) {
    self.isOnline = isOnline
    self.isPresent = isPresent
    self.status = status
    self.capacity = capacity
    self.voltage = voltage
    self.current = current
    self.power = power
  }
}
