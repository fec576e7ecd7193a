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
    case mains, battery, usb, ups, wireless, other
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

/// What one read of `uevent` tells; nil is a property the driver does not give, or a value that cannot be.
package struct PowerSupplyState: Equatable, Sendable {
  /// Whether a battery is being filled or emptied.
  package enum Status: String, Sendable {
    case charging, discharging, notCharging, full, unknown
  }

  /// Whether it supplies.
  package var isOnline: Bool?
  /// Whether there is a battery in its place.
  package var isPresent: Bool?
  /// Whether it powers one device only, as a mouse's battery does, and not this machine (`scope`).
  package var isOfDevice = false
  /// Of a battery.
  package var status: Status?
  /// In percent: the kernel's, else what is left of the energy or of the charge, else what its word for the level means.
  package var capacity: Int?
  /// What a full battery holds, in microwatt hours, or in microampere hours where the driver counts charge.
  package var size: Int64?
  /// In microvolts.
  package var voltage: Int64?
  /// In microamperes; drivers disagree on the sign.
  package var current: Int64?
  /// In microwatts.
  package var power: Int64?

  /// A state of which nothing is known but what is given.
  package init(
    isOnline: Bool? = nil, isPresent: Bool? = nil, isOfDevice: Bool = false, status: Status? = nil,
    capacity: Int? = nil, size: Int64? = nil, voltage: Int64? = nil, current: Int64? = nil,
    power: Int64? = nil
  ) {
    self.isOnline = isOnline
    self.isPresent = isPresent
    self.isOfDevice = isOfDevice
    self.status = status
    self.capacity = capacity
    self.size = size
    self.voltage = voltage
    self.current = current
    self.power = power
  }
}

extension PowerSupplies {
  /// What is taken for left of a battery that does not tell, in percent.
  private static let untold = 25.0

  /// What is left of this machine's batteries together, in percent; nil while nothing empties them.
  ///
  /// One that rests counts as well, since laptops empty one after the other. While a line supplies, the machine does not
  /// end with its batteries, whatever these say; but behind a UPS the line may be the UPS.
  package var chargeLeft: Double? {
    var hasLine = false
    var isSupplied = false
    var isUPS = false
    var isDischarging = false
    var isUntold = false
    var isSettled = false
    var charge = 0.0
    var share = 0.0
    var sum = 0.0
    var weight = 0.0
    var count = 0.0
    for supply in supplies {
      guard let state = supply.state.value, !state.isOfDevice else { continue }
      if supply.kind == .battery || supply.kind == .ups {
        guard state.isPresent != false else { continue }
        isDischarging = isDischarging || state.status == .discharging
        isUPS = isUPS || supply.kind == .ups && state.status == .discharging
        isUntold = isUntold || state.status ?? .unknown == .unknown
        isSettled = isSettled || state.status == .charging || state.status == .full
        charge = state.capacity.map { Double(min(max($0, 0), 100)) } ?? Self.untold
        count += 1
        share += charge
        // Together by what they hold, where all of them tell it.
        if let size = state.size, size > 0 {
          sum += charge * Double(size)
          weight += Double(size)
        } else {
          weight = .nan
        }
      } else if supply.kind != .other, let isOnline = state.isOnline {
        hasLine = true
        isSupplied = isSupplied || isOnline
      }
    }
    // One that does not say what it does is emptied where there is a line, and that is off.
    let isEmptied = isSupplied ? isUPS : isDischarging || (hasLine && isUntold && !isSettled)
    guard isEmptied, count > 0 else { return nil }
    return weight > 0 ? sum / weight : share / count
  }
}
