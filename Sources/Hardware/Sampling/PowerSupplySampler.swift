import Basics
import Platform

/// Keeps `PowerSupplies` up to date: one consistent read of `uevent` each.
struct PowerSupplySampler {
  static let mostSupplies = 64

  private let folder: String
  private var files: [Attribute] = []
  private var lastFingerprint: UInt64?

  init(root: String) {
    folder = root + "/sys/class/power_supply"
  }

  /// Looks for supplies, if any came or went or `anew`.
  mutating func scan(_ power: inout PowerSupplies, anew: Bool, with reader: FileReader, at now: Instant) {
    let seen = fingerprint(of: folder)
    guard anew || seen != lastFingerprint else { return }
    lastFingerprint = seen
    for index in files.indices { reader.close(&files[index]) }
    files = []
    var names: [String] = []
    let number = File.forEachName(in: folder) { name in
      if names.count < Self.mostSupplies { names.append(name.text()) }
    }
    sortNames(&names)
    power = PowerSupplies(absence: number == 0 ? nil : Absence(path: folder, reason: absenceReason(number)))
    for name in names {
      let path = folder + "/" + name
      power.supplies.append(
        PowerSupply(name: name, kind: supplyKind(reader.text(path + "/type", at: now).value ?? "")))
      files.append(Attribute(path + "/uevent"))
    }
  }

  mutating func sample(_ power: inout PowerSupplies, with reader: FileReader, at now: Instant) {
    for index in files.indices where index < power.supplies.count {
      reader.update(&power.supplies[index].state, from: &files[index], at: now, parsePowerSupply)
    }
  }
}

private func supplyKind(_ text: String) -> PowerSupply.Kind {
  if sameBytes(text, "Mains") { return .mains }
  if sameBytes(text, "Battery") { return .battery }
  if sameBytes(text, "UPS") { return .ups }
  // USB, USB_C, USB_PD, …
  return startsWith(text, "USB") ? .usb : .other
}

/// `POWER_SUPPLY_STATUS=Charging` and so on, by name; nil if no line is such a property.
func parsePowerSupply(_ text: inout Cursor) -> PowerSupplyState? {
  var state = PowerSupplyState()
  var isProperty = false
  while var line = text.line() {
    guard line.skip("POWER_SUPPLY_") else { continue }
    isProperty = true
    if line.skip("ONLINE=") {
      state.isOnline = line.signed().map { $0 != 0 }
    } else if line.skip("PRESENT=") {
      state.isPresent = line.signed().map { $0 != 0 }
    } else if line.skip("STATUS=") {
      state.status = parseSupplyStatus(line)
    } else if line.skip("CAPACITY=") {
      if let capacity = line.integer(), capacity >= 0, capacity <= 100 { state.capacity = capacity }
    } else if line.skip("VOLTAGE_NOW=") {
      state.voltage = line.signed()
    } else if line.skip("CURRENT_NOW=") {
      state.current = line.signed()
    } else if line.skip("POWER_NOW=") {
      state.power = line.signed()
    }
  }
  return isProperty ? state : nil
}

private func parseSupplyStatus(_ word: Cursor) -> PowerSupplyState.Status {
  if word.equals("Charging" as StaticString) { return .charging }
  if word.equals("Discharging" as StaticString) { return .discharging }
  if word.equals("Not charging" as StaticString) { return .notCharging }
  return word.equals("Full" as StaticString) ? .full : .unknown
}
