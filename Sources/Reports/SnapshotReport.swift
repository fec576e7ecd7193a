import Basics
package import Readings
package import Scoring

/// What `hearth inspect` prints: one line per thing, and for every reading that is absent the reason.
///
/// - Parameter match: the board's profile and how it was found.
package func snapshotText(_ snapshot: Snapshot, _ match: Profiles.Match? = nil) -> String {
  var report = SnapshotReport()
  report.add(snapshot.board)
  if let match { report.item("profile", match.profile.name + ", " + match.evidence) }
  report.add(snapshot.processors)
  report.line("Load", say(snapshot.load, loadText))
  report.line("Memory", say(snapshot.memory, memoryText))
  report.add(snapshot.pressure)
  report.add(snapshot.thermal)
  report.add(snapshot.hwmon)
  report.add(snapshot.sensors)
  report.add(snapshot.firmware)
  report.add(snapshot.network)
  report.add(snapshot.storage)
  report.add(snapshot.power)
  report.add(snapshot.controlGroup)
  return report.text
}

/// Lines under construction: a title in the first column, a name in the second.
private struct SnapshotReport {
  private static let titleWidth = 12
  private static let nameWidth = 14

  var text = ""
  /// The section's title, until its first line carries it.
  private var title = ""

  @inline(never)
  mutating func line(_ title: String, _ content: String) {
    text += title.padded(to: Self.titleWidth, least: 1) + content + "\n"
  }

  @inline(never)
  mutating func section(_ title: String, isEmpty: Bool, _ absence: Absence?) {
    self.title = title
    if let absence { line(title, absence.description) } else if isEmpty { line(title, "none") }
  }

  /// A line of the section begun last.
  @inline(never)
  mutating func item(_ name: String, _ content: String) {
    text +=
      title.padded(to: Self.titleWidth, least: 1) + name.padded(to: Self.nameWidth, least: 1) + content + "\n"
    title = ""
  }

  mutating func add(_ board: Board) {
    title = "Board"
    item("model", say(board.model) { $0 })
    item("compatible", say(board.compatible) { $0.joined(separator: ", ") })
    if board.vendor.value != nil || board.product.value != nil {
      item("product", say(board.vendor) { $0 } + " " + say(board.product) { $0 })
    }
    item("serial", say(board.serial) { $0 })
    item("cores", say(board.processorParts, partsText) + ", " + board.architecture)
    item("crypto", say(board.hasCrypto) { $0 ? "AES instructions" : "no AES instructions" })
  }

  mutating func add(_ processors: Processors) {
    title = "Processors"
    item(
      "all",
      "\(processors.onlineCount) of \(processors.cores.count) online, busy "
        + say(processors.utilisation, percent))
    for core in processors.cores {
      guard core.isOnline else {
        item("core \(core.number)", "offline")
        continue
      }
      item(
        "core \(core.number)",
        "busy " + brief(core.utilisation, percent) + ", capacity " + brief(core.capacity) { "\($0)" })
    }
    for policy in processors.policies {
      item(
        "policy \(policy.number)",
        brief(policy.current, megahertz) + " now, " + brief(policy.limit, megahertz)
          + " allowed, "
          + brief(policy.minimum, megahertz) + " to " + brief(policy.maximum, megahertz)
          + ", cores " + ranges(policy.cores))
    }
    if processors.policies.isEmpty { item("frequency", "this kernel does not tell") }
  }

  mutating func add(_ pressure: Pressure) {
    title = "Pressure"
    for (name, resource) in [("cpu", pressure.cpu), ("memory", pressure.memory), ("io", pressure.io)] {
      guard case .value(let stall, _) = resource.stall else {
        item(name, say(resource.stall) { _ in "" })
        continue
      }
      let average = stall.some.map { percent($0.average10) + " over 10 s" } ?? "no average"
      item(name, "waiting " + brief(resource.someShare, percent) + " now, " + average)
    }
  }

  mutating func add(_ thermal: Thermal) {
    section("Thermal", isEmpty: thermal.zones.isEmpty, thermal.absence)
    for zone in thermal.zones {
      var content = brief(zone.temperature, degrees)
      for trip in zone.trips { content += ", " + trip.kind.rawValue + " at " + degrees(trip.temperature) }
      if zone.slowsProcessors { content += ", slows cores" }
      item(zone.type, content)
    }
    for device in thermal.coolingDevices {
      item(
        device.type,
        "cooling at " + brief(device.state) { "\($0)" } + " of "
          + brief(device.maximum) { "\($0)" })
    }
  }

  mutating func add(_ hwmon: Hwmon) {
    section("Sensors", isEmpty: hwmon.chips.isEmpty, hwmon.absence)
    for chip in hwmon.chips {
      for sensor in chip.sensors {
        let name = sensor.label ?? sensor.kind.name + " \(sensor.number)"
        item(chip.name, name + " " + brief(sensor.value) { sensorText($0, sensor.kind) })
      }
      for alarm in chip.alarms where alarm.isRaised.value != false {
        item(chip.name, alarm.name + " " + brief(alarm.isRaised) { _ in "raised" })
      }
      if chip.sensors.isEmpty && chip.alarms.isEmpty { item(chip.name, "no sensors") }
    }
  }

  /// Nothing where nobody has named a chip.
  mutating func add(_ sensors: Sensors) {
    if !sensors.chips.isEmpty { section("I2C chips", isEmpty: false, nil) }
    for chip in sensors.chips {
      for reading in chip.readings {
        let name =
          reading.name.isEmpty ? reading.quantity.rawValue : reading.quantity.rawValue + " " + reading.name
        item(
          chip.name,
          name + " " + brief(reading.value) { decimal($0, places: 2) + " " + reading.quantity.unit })
      }
    }
  }

  mutating func add(_ firmware: Firmware) {
    title = "Firmware"
    item("supply", say(firmware.undervoltage) { $0 ? "too weak" : "good" })
    item("throttling", say(firmware.throttle, throttleText))
    if firmware.clock.value != nil { item("real clock", say(firmware.clock, megahertz)) }
  }

  mutating func add(_ network: Network) {
    section("Network", isEmpty: network.interfaces.isEmpty, network.absence)
    for interface in network.interfaces {
      var content = interface.kind.rawValue + ", " + brief(interface.state) { $0.rawValue }
      if interface.kind == .ethernet || interface.kind == .wifi {
        content += ", link " + brief(interface.carrier) { $0 ? "yes" : "no" }
        content += ", speed " + brief(interface.speed) { "\($0) Mbit/s" }
      }
      if interface.kind == .wifi {
        content += ", signal " + brief(interface.wireless) { "\($0.level) dBm" }
      }
      content += ", in " + brief(interface.receiveRate, perSecond)
      content += ", out " + brief(interface.transmitRate, perSecond)
      item(interface.name, content)
    }
  }

  mutating func add(_ storage: Storage) {
    title = "Storage"
    item("state", say(storage.state, spaceText))
    item("Engine", say(storage.engine, spaceText))
    if let absence = storage.absence { item("disks", absence.description) }
    for disk in storage.disks {
      item(
        disk.name,
        "busy " + brief(disk.busyShare, percent) + ", read " + brief(disk.readRate, perSecond)
          + ", write " + brief(disk.writeRate, perSecond))
    }
  }

  mutating func add(_ power: PowerSupplies) {
    section("Power", isEmpty: power.supplies.isEmpty, power.absence)
    for supply in power.supplies {
      item(supply.name, supply.kind.rawValue + ", " + brief(supply.state, supplyText))
    }
    if power.drawn.value != nil { item("drawn", say(power.drawn) { tenths($0) + " W" }) }
  }

  mutating func add(_ group: ControlGroup) {
    title = "Limits"
    item("cores", say(group.cores) { $0.map { decimal($0, places: 2) + " cores of time" } ?? "none" })
    if let use = group.use { item("used", say(use, used)) }
    item("run on", say(group.allowedCores) { $0.map(ranges) ?? "all cores" })
    var memory = say(group.memoryMaximum) { $0.map(bytes) ?? "none" } + ", held "
    memory += brief(group.memoryCurrent, bytes)
    if let reclaimable = group.memoryReclaimable { memory += ", reclaimable " + brief(reclaimable, bytes) }
    item("memory", memory)
  }
}

// Texts of single values. Those that stand in many places are kept from being copied into each.

/// The value's text, or the whole story of its absence.
private func say<Value>(_ reading: Reading<Value>, _ text: (Value) -> String) -> String {
  switch reading {
  case .value(let value, _): text(value)
  case .absent(let absence): absence.description
  }
}

private func used(_ use: QuotaUse) -> String {
  var text = decimal(use.cores, places: 2) + " cores of time"
  if let throttled = use.throttled { text += ", throttled " + percent(throttled) + " of the time" }
  return text
}

/// The same where the line already says which file is meant.
private func brief<Value>(_ reading: Reading<Value>, _ text: (Value) -> String) -> String {
  switch reading {
  case .value(let value, _): text(value)
  case .absent(let absence): bracketed(absence)
  }
}

@inline(never)
private func bracketed(_ absence: Absence) -> String {
  "(" + absence.reason.text + ")"
}

/// One decimal, as `12.3`.
@inline(never)
private func tenths(_ value: Double) -> String {
  decimal(value, places: 1)
}

@inline(never)
private func percent(_ share: Double) -> String {
  tenths(share * 100) + " %"
}

@inline(never)
private func degrees(_ thousandths: Int) -> String {
  tenths(Double(thousandths) / 1000) + " °C"
}

@inline(never)
private func megahertz(_ kilohertz: Int) -> String {
  "\(kilohertz / 1000) MHz"
}

private func bytes(_ count: UInt64) -> String {
  scaled(Double(count)) + "B"
}

private func perSecond(_ rate: Double) -> String {
  scaled(rate) + "B/s"
}

@inline(never)
private func scaled(_ value: Double) -> String {
  var value = value
  for unit in [" ", " Ki", " Mi", " Gi"] {
    if value < 1024 { return tenths(value) + unit }
    value /= 1024
  }
  return tenths(value) + " Ti"
}

/// `0-3, 6`.
private func ranges(_ cores: [Int]) -> String {
  var text = ""
  var index = 0
  while index < cores.count {
    var last = index
    while last + 1 < cores.count, cores[last + 1] == cores[last] + 1 { last += 1 }
    if !text.isEmpty { text += ", " }
    text += last > index ? "\(cores[index])-\(cores[last])" : "\(cores[index])"
    index = last + 1
  }
  return text
}

private func loadText(_ load: Load) -> String {
  tenths(load.one) + " " + tenths(load.five) + " " + tenths(load.fifteen) + ", \(load.runnable) of "
    + "\(load.tasks) tasks runnable"
}

private func memoryText(_ memory: Memory) -> String {
  bytes(memory.available) + " available of " + bytes(memory.total) + ", swap " + bytes(memory.swapFree)
    + " free of "
    + bytes(memory.swapTotal)
}

private func spaceText(_ space: FileSystemSpace) -> String {
  bytes(space.free) + " free of " + bytes(space.total) + (space.isReadOnly ? ", read-only" : "")
}

private func partsText(_ parts: [ProcessorPart]) -> String {
  var text = ""
  for part in parts {
    if !text.isEmpty { text += " + " }
    text += "\(part.count) x " + (part.part == 0 ? part.name : "part 0x" + String(part.part, radix: 16))
  }
  return text
}

private func supplyText(_ state: PowerSupplyState) -> String {
  var text = ""
  if let status = state.status { text = status.rawValue }
  if state.isPresent == false { text = "nothing in its place" }
  if state.isOfDevice { text += (text.isEmpty ? "" : ", ") + "of a device only" }
  if let isOnline = state.isOnline { text += (text.isEmpty ? "" : ", ") + (isOnline ? "online" : "offline") }
  if let capacity = state.capacity { text += ", \(capacity) %" }
  if let voltage = state.voltage { text += ", " + tenths(Double(voltage) / 1e6) + " V" }
  return text.isEmpty ? "no state" : text
}

private func sensorText(_ value: Int, _ kind: HwmonSensor.Kind) -> String {
  switch kind {
  case .temperature: degrees(value)
  case .voltage: tenths(Double(value) / 1000) + " V"
  case .current: "\(value) mA"
  case .power: tenths(Double(value) / 1e6) + " W"
  case .fan: "\(value) rpm"
  }
}

private func throttleText(_ flags: ThrottleFlags) -> String {
  let names: [(ThrottleFlags, String)] = [
    (.undervoltage, "undervoltage"), (.frequencyCapped, "frequency capped"), (.throttled, "throttled"),
    (.softTemperatureLimit, "soft temperature limit"), (.undervoltageOccurred, "undervoltage has occurred"),
    (.frequencyCapOccurred, "frequency cap has occurred"), (.throttlingOccurred, "throttling has occurred"),
    (.softTemperatureLimitOccurred, "soft temperature limit has occurred"),
  ]
  var text = ""
  for (flag, name) in names where flags.contains(flag) { text += (text.isEmpty ? "" : ", ") + name }
  return text.isEmpty ? "none" : text
}

extension HwmonSensor.Kind {
  fileprivate var name: String {
    switch self {
    case .temperature: "temperature"
    case .voltage: "voltage"
    case .current: "current"
    case .power: "power"
    case .fan: "fan"
    }
  }
}
