package import Basics

/// The kind that `type` in a supply's folder names.
package func supplyKind(_ text: String) -> PowerSupply.Kind {
  if sameBytes(text, "Mains") { return .mains }
  if sameBytes(text, "Battery") { return .battery }
  if sameBytes(text, "UPS") { return .ups }
  // USB, USB_C, USB_PD, …
  return text.begins(with: "USB") ? .usb : .other
}

/// `POWER_SUPPLY_STATUS=Charging` and so on, by name; nil if no line is such a property.
package func parsePowerSupply(_ text: inout Cursor) -> PowerSupplyState? {
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
