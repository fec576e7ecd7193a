package import Basics

/// The kind that `type` in a supply's folder names.
package func supplyKind(_ text: String) -> PowerSupply.Kind {
  if sameBytes(text, "Mains") { return .mains }
  if sameBytes(text, "Battery") { return .battery }
  if sameBytes(text, "UPS") { return .ups }
  if sameBytes(text, "Wireless") { return .wireless }
  // USB, USB_C, USB_PD, …
  return text.begins(with: "USB") ? .usb : .other
}

/// `POWER_SUPPLY_STATUS=Charging` and so on, by name; nil if no line is such a property.
package func parsePowerSupply(_ text: inout Cursor) -> PowerSupplyState? {
  var state = PowerSupplyState()
  var contents = BatteryContents()
  var isProperty = false
  while var line = text.line() {
    guard line.skip("POWER_SUPPLY_") else { continue }
    isProperty = true
    if line.skip("ONLINE=") {
      state.isOnline = line.signed().map { $0 != 0 }
    } else if line.skip("PRESENT=") {
      state.isPresent = line.signed().map { $0 != 0 }
    } else if line.skip("SCOPE=") {
      state.isOfDevice = line.equals("Device" as StaticString)
    } else if line.skip("STATUS=") {
      state.status = parseSupplyStatus(line)
    } else if line.skip("VOLTAGE_NOW=") {
      state.voltage = line.micro(.voltage)
    } else if line.skip("CURRENT_NOW=") {
      state.current = line.micro(.current)
    } else if line.skip("POWER_NOW=") {
      if let power = line.signed(), Plausible.of(.power).believes(abs(power)) { state.power = power }
    } else {
      contents.take(&line)
    }
  }
  state.capacity = contents.percentage
  state.size = contents.size
  return isProperty ? state : nil
}

extension Cursor {
  /// A number of millionths, where the thousandths that they make can be.
  fileprivate mutating func micro(_ kind: HwmonSensor.Kind) -> Int64? {
    guard let value = signed(), Plausible.of(kind).believes(value / 1000) else { return nil }
    return value
  }
}

/// What a battery holds, in each of the forms that drivers give (Documentation/ABI/testing/sysfs-class-power).
private struct BatteryContents {
  private enum Property: Int {
    case energyNow, energyFull, energyDesign, chargeNow, chargeFull, chargeDesign, capacity

    var key: StaticString {
      switch self {
      case .energyNow: "ENERGY_NOW="
      case .energyFull: "ENERGY_FULL="
      case .energyDesign: "ENERGY_FULL_DESIGN="
      case .chargeNow: "CHARGE_NOW="
      case .chargeFull: "CHARGE_FULL="
      case .chargeDesign: "CHARGE_FULL_DESIGN="
      case .capacity: "CAPACITY="
      }
    }
  }

  /// By `Property`; -1 where there is none.
  private var values: [7 of Int64] = .init(repeating: -1)
  private var level: Int?

  mutating func take(_ line: inout Cursor) {
    var place = 0
    while let property = Property(rawValue: place) {
      if line.skip(property.key) {
        values[place] = line.signed() ?? -1
        return
      }
      place += 1
    }
    if line.skip("CAPACITY_LEVEL=") { level = Self.percentage(line) }
  }

  /// What the words mean: the middle of what drivers take for them.
  private static func percentage(_ word: Cursor) -> Int? {
    if word.equals("Critical" as StaticString) { return 5 }
    if word.equals("Low" as StaticString) { return 15 }
    if word.equals("Normal" as StaticString) { return 50 }
    if word.equals("High" as StaticString) { return 80 }
    return word.equals("Full" as StaticString) ? 100 : nil
  }

  private subscript(property: Property) -> Int64 { values[property.rawValue] }

  private var fullEnergy: Int64 { self[.energyFull] > 0 ? self[.energyFull] : self[.energyDesign] }
  private var fullCharge: Int64 { self[.chargeFull] > 0 ? self[.chargeFull] : self[.chargeDesign] }

  var size: Int64? {
    if fullEnergy > 0 { return fullEnergy }
    return fullCharge > 0 ? fullCharge : nil
  }

  var percentage: Int? {
    if Plausible.charge.believes(self[.capacity]) { return min(Int(self[.capacity]), 100) }
    return Self.share(self[.energyNow], of: fullEnergy) ?? Self.share(self[.chargeNow], of: fullCharge)
      ?? level
  }

  private static func share(_ now: Int64, of full: Int64) -> Int? {
    guard now >= 0, full > 0 else { return nil }
    return Int(min(Double(now) / Double(full), 1) * 100 + 0.5)
  }
}

private func parseSupplyStatus(_ word: Cursor) -> PowerSupplyState.Status {
  if word.equals("Charging" as StaticString) { return .charging }
  if word.equals("Discharging" as StaticString) { return .discharging }
  if word.equals("Not charging" as StaticString) { return .notCharging }
  return word.equals("Full" as StaticString) ? .full : .unknown
}
