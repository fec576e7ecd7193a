/// Power supplies (`/sys/class/power_supply`; Documentation/ABI/testing/sysfs-class-power).
package struct PowerSupplies: Equatable, Sendable {
  /// In the order of their names, at most 64; bare boards have none.
  package var supplies: [PowerSupply]
  /// What the board draws, in watts, by `Snapshot.updateDrawnPower(without:)`.
  package var drawn: Reading<Double>
  /// Why there is no list at all.
  package var absence: Absence?

  /// A list of supplies, or why there is none.
  package init(
    supplies: [PowerSupply] = [], drawn: Reading<Double> = .absent(.notYet), absence: Absence? = nil
  ) {
    self.supplies = supplies
    self.drawn = drawn
    self.absence = absence
  }
}

/// One power supply.
package struct PowerSupply: Equatable, Sendable {
  /// The kernel's `type`; all that begin with `USB` are one.
  package enum Kind: String, Sendable {
    case mains, battery, usb, ups, other
  }

  /// The folder's name, as `BAT0`.
  package var name: String
  /// What kind of supply it is.
  package var kind: Kind
  /// What its `uevent` said last.
  package var state: Reading<PowerSupplyState>

  /// A supply that was not read, as a rule.
  package init(name: String, kind: Kind, state: Reading<PowerSupplyState> = .absent(.notYet)) {
    self.name = name
    self.kind = kind
    self.state = state
  }
}

/// What one read of `uevent` tells; nil is a property the driver does not give.
package struct PowerSupplyState: Equatable, Sendable {
  /// Whether a battery is being filled or emptied.
  package enum Status: String, Sendable {
    case charging, discharging, notCharging, full, unknown
  }

  /// Whether it supplies.
  package var isOnline: Bool?
  /// Whether there is a battery in its place.
  package var isPresent: Bool?
  /// Of a battery.
  package var status: Status?
  /// In percent.
  package var capacity: Int?
  /// In microvolts.
  package var voltage: Int64?
  /// In microamperes; drivers disagree on the sign.
  package var current: Int64?
  /// In microwatts.
  package var power: Int64?

  /// A state of which nothing is known but what is given.
  package init(
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
