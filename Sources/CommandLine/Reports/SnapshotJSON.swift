import Basics
internal import Hardware
internal import Scoring
internal import Wire

/// All readings as JSON. A reading is `{"value": …, "ageMilliseconds": …}`, its age counted from the sample,
/// or `{"absent": reason, "path": …}`; units are those of `Snapshot`.
///
/// - Parameter match: the board's profile and how it was found.
func snapshotJSON(_ snapshot: Snapshot, _ match: Profiles.Match? = nil) -> JSON {
  SnapshotEncoder(now: snapshot.instant ?? Instant(nanoseconds: 0)).encode(snapshot, match)
}

private struct SnapshotEncoder {
  var now: Instant

  func encode(_ snapshot: Snapshot, _ match: Profiles.Match?) -> JSON {
    .object(
      JSONObject()
        .with("board", encode(snapshot.board))
        .with(
          "profile",
          match.map { match in
            .object(
              JSONObject()
                .with("name", .string(match.profile.name))
                .with("rule", .string(match.rule.rawValue))
                .with("text", .string(match.text)))
          } ?? .null
        )
        .with("processors", encode(snapshot.processors))
        .with("load", reading(snapshot.load, encode))
        .with("memory", reading(snapshot.memory, encode))
        .with(
          "pressure",
          .object(
            JSONObject()
              .with("cpu", encode(snapshot.pressure.cpu))
              .with("memory", encode(snapshot.pressure.memory))
              .with("io", encode(snapshot.pressure.io)))
        )
        .with("zones", list(snapshot.thermal.zones, snapshot.thermal.absence, encode))
        .with("coolingDevices", list(snapshot.thermal.coolingDevices, snapshot.thermal.absence, encode))
        .with("chips", list(snapshot.hwmon.chips, snapshot.hwmon.absence, encode))
        .with("sensors", .array(snapshot.sensors.chips.map(encode)))
        .with(
          "firmware",
          .object(
            JSONObject()
              .with("undervoltage", reading(snapshot.firmware.undervoltage) { .bool($0) })
              .with("throttle", reading(snapshot.firmware.throttle) { .integer(Int64($0.rawValue)) })
              .with("clockKilohertz", reading(snapshot.firmware.clock) { whole($0) }))
        )
        .with("interfaces", list(snapshot.network.interfaces, snapshot.network.absence, encode))
        .with("stateFolder", reading(snapshot.storage.state, encode))
        .with("engineFolder", reading(snapshot.storage.engine, encode))
        .with("disks", list(snapshot.storage.disks, snapshot.storage.absence, encode))
        .with("powerSupplies", list(snapshot.power.supplies, snapshot.power.absence, encode))
        .with("drawnWatts", reading(snapshot.power.drawn) { .double($0) })
        .with("limits", encode(snapshot.controlGroup)))
  }

  private func encode(_ board: Board) -> JSON {
    .object(
      JSONObject()
        .with("architecture", .string(board.architecture))
        .with("model", text(board.model))
        .with("compatible", reading(board.compatible) { .array($0.map { .string($0) }) })
        .with("serial", text(board.serial))
        .with("vendor", text(board.vendor))
        .with("product", text(board.product))
        .with("board", text(board.boardName))
        .with(
          "parts",
          reading(board.processorParts) { parts in
            .array(
              parts.map { part in
                .object(
                  JSONObject()
                    .with("part", whole(part.part))
                    .with("name", .string(part.name))
                    .with("megahertz", whole(part.megahertz))
                    .with("count", whole(part.count)))
              })
          }))
  }

  private func encode(_ processors: Processors) -> JSON {
    .object(
      JSONObject()
        .with("utilisation", number(processors.utilisation))
        .with("times", reading(processors.times, encode))
        .with("cores", .array(processors.cores.map(encode)))
        .with("policies", .array(processors.policies.map(encode))))
  }

  private func encode(_ core: Core) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(core.number))
        .with("online", .bool(core.isOnline))
        .with("utilisation", number(core.utilisation))
        .with("times", reading(core.times, encode))
        .with("capacity", whole(core.capacity))
        .with("package", whole(core.topology.package))
        .with("cluster", whole(core.topology.cluster))
        .with("core", whole(core.topology.core))
        .with("policy", core.policy.map { whole($0) } ?? .null))
  }

  private func encode(_ times: CoreTimes) -> JSON {
    .object(
      JSONObject()
        .with("user", count(times.user))
        .with("nice", count(times.nice))
        .with("system", count(times.system))
        .with("idle", count(times.idle))
        .with("iowait", count(times.iowait))
        .with("irq", count(times.irq))
        .with("softirq", count(times.softirq))
        .with("steal", count(times.steal)))
  }

  private func encode(_ policy: FrequencyPolicy) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(policy.number))
        .with("cores", .array(policy.cores.map { whole($0) }))
        .with("minimum", whole(policy.minimum))
        .with("maximum", whole(policy.maximum))
        .with("limit", whole(policy.limit))
        .with("current", whole(policy.current)))
  }

  private func encode(_ load: Load) -> JSON {
    .object(
      JSONObject()
        .with("one", .double(load.one))
        .with("five", .double(load.five))
        .with("fifteen", .double(load.fifteen))
        .with("runnable", whole(load.runnable))
        .with("tasks", whole(load.tasks)))
  }

  private func encode(_ memory: Memory) -> JSON {
    .object(
      JSONObject()
        .with("total", count(memory.total))
        .with("available", count(memory.available))
        .with("swapTotal", count(memory.swapTotal))
        .with("swapFree", count(memory.swapFree)))
  }

  private func encode(_ resource: PressureResource) -> JSON {
    .object(
      JSONObject()
        .with("someShare", number(resource.someShare))
        .with("fullShare", number(resource.fullShare))
        .with(
          "stall",
          reading(resource.stall) { stall in
            .object(
              JSONObject()
                .with("some", stall.some.map { encode($0) } ?? .null)
                .with("full", stall.full.map { encode($0) } ?? .null))
          }))
  }

  private func encode(_ line: PressureLine) -> JSON {
    .object(
      JSONObject()
        .with("average10", .double(line.average10))
        .with("average60", .double(line.average60))
        .with("average300", .double(line.average300))
        .with("total", count(line.total)))
  }

  private func encode(_ zone: ThermalZone) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(zone.number))
        .with("type", .string(zone.type))
        .with("temperature", whole(zone.temperature))
        .with(
          "trips",
          .array(
            zone.trips.map { trip in
              .object(
                JSONObject()
                  .with("kind", .string(trip.kind.rawValue))
                  .with("temperature", whole(trip.temperature))
                  .with("hysteresis", whole(trip.hysteresis)))
            })))
  }

  private func encode(_ device: CoolingDevice) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(device.number))
        .with("type", .string(device.type))
        .with("state", whole(device.state))
        .with("maximum", whole(device.maximum)))
  }

  private func encode(_ chip: HwmonChip) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(chip.number))
        .with("name", .string(chip.name))
        .with("device", .string(chip.device))
        .with(
          "sensors",
          .array(
            chip.sensors.map { sensor in
              .object(
                JSONObject()
                  .with("kind", .string(sensor.kind.prefix))
                  .with("number", whole(sensor.number))
                  .with("label", sensor.label.map { .string($0) } ?? .null)
                  .with("value", whole(sensor.value))
                  .with("unit", .string(sensor.kind.unit))
                  .with("maximum", sensor.maximum.map { whole($0) } ?? .null)
                  .with("critical", sensor.critical.map { whole($0) } ?? .null))
            })
        )
        .with(
          "alarms",
          .array(
            chip.alarms.map { alarm in
              .object(
                JSONObject()
                  .with("name", .string(alarm.name))
                  .with("raised", reading(alarm.isRaised) { .bool($0) }))
            })))
  }

  private func encode(_ chip: SensorChip) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(chip.name))
        .with("type", .string(chip.type))
        .with("bus", .string(chip.bus))
        .with("address", whole(Int(chip.address)))
        .with("score", .string(chip.meaning.rawValue))
        .with(
          "readings",
          .array(
            chip.readings.map { reading in
              .object(
                JSONObject()
                  .with("quantity", .string(reading.quantity.rawValue))
                  .with("name", .string(reading.name))
                  .with("unit", .string(reading.quantity.unit))
                  .with("value", number(reading.value)))
            })))
  }

  private func encode(_ interface: NetworkInterface) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(interface.name))
        .with("kind", .string(interface.kind.rawValue))
        .with("usb", .bool(interface.isUSB))
        .with("carrier", reading(interface.carrier) { .bool($0) })
        .with("state", reading(interface.state) { .string($0.rawValue) })
        .with("speed", whole(interface.speed))
        .with("receiveRate", number(interface.receiveRate))
        .with("transmitRate", number(interface.transmitRate))
        .with("counters", reading(interface.counters, encode))
        .with(
          "wireless",
          reading(interface.wireless) { link in
            .object(
              JSONObject()
                .with("quality", whole(link.quality))
                .with("level", whole(link.level))
                .with("noise", whole(link.noise))
                .with("missedBeacons", count(link.missedBeacons)))
          }))
  }

  private func encode(_ counters: InterfaceCounters) -> JSON {
    .object(
      JSONObject()
        .with("receivedBytes", count(counters.receivedBytes))
        .with("receivedPackets", count(counters.receivedPackets))
        .with("receiveErrors", count(counters.receiveErrors))
        .with("receiveDrops", count(counters.receiveDrops))
        .with("sentBytes", count(counters.sentBytes))
        .with("sentPackets", count(counters.sentPackets))
        .with("sendErrors", count(counters.sendErrors))
        .with("sendDrops", count(counters.sendDrops)))
  }

  private func encode(_ space: FileSystemSpace) -> JSON {
    .object(
      JSONObject()
        .with("total", count(space.total))
        .with("free", count(space.free))
        .with("readOnly", .bool(space.isReadOnly)))
  }

  private func encode(_ disk: Disk) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(disk.name))
        .with("busyShare", number(disk.busyShare))
        .with("readRate", number(disk.readRate))
        .with("writeRate", number(disk.writeRate))
        .with(
          "counters",
          reading(disk.counters) { counters in
            .object(
              JSONObject()
                .with("reads", count(counters.reads))
                .with("readSectors", count(counters.readSectors))
                .with("writes", count(counters.writes))
                .with("writtenSectors", count(counters.writtenSectors))
                .with("busyTime", count(counters.busyTime)))
          }))
  }

  private func encode(_ supply: PowerSupply) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(supply.name))
        .with("kind", .string(supply.kind.rawValue))
        .with("state", reading(supply.state, encode)))
  }

  private func encode(_ state: PowerSupplyState) -> JSON {
    .object(
      JSONObject()
        .with("online", state.isOnline.map { .bool($0) } ?? .null)
        .with("present", state.isPresent.map { .bool($0) } ?? .null)
        .with("status", state.status.map { .string($0.rawValue) } ?? .null)
        .with("capacity", state.capacity.map { whole($0) } ?? .null)
        .with("voltage", state.voltage.map { .integer($0) } ?? .null)
        .with("current", state.current.map { .integer($0) } ?? .null)
        .with("power", state.power.map { .integer($0) } ?? .null))
  }

  private func encode(_ group: ControlGroup) -> JSON {
    var use = JSON.null
    if let reading = group.use { use = self.reading(reading, encode) }
    var reclaimable = JSON.null
    if let reading = group.memoryReclaimable { reclaimable = self.reading(reading) { count($0) } }
    return .object(
      JSONObject()
        .with("version", group.version.map { .integer(Int64($0.rawValue)) } ?? .null)
        .with("cores", reading(group.cores) { $0.map { .double($0) } ?? .null })
        .with("use", use)
        .with("memoryMaximum", reading(group.memoryMaximum) { $0.map { count($0) } ?? .null })
        .with("memoryCurrent", reading(group.memoryCurrent) { count($0) })
        .with("memoryReclaimable", reclaimable)
        .with(
          "allowedCores", reading(group.allowedCores) { $0.map { .array($0.map { whole($0) }) } ?? .null }))
  }

  private func encode(_ use: QuotaUse) -> JSON {
    .object(
      JSONObject().with("cores", .double(use.cores)).with(
        "throttled", use.throttled.map { .double($0) } ?? .null))
  }

  // Single values.

  private func reading<Value>(_ reading: Reading<Value>, _ encode: (Value) -> JSON) -> JSON {
    switch reading {
    case .value(let value, let instant): found(encode(value), at: instant)
    case .absent(let absence): missing(absence)
    }
  }

  @inline(never)
  private func found(_ value: JSON, at instant: Instant) -> JSON {
    .object(
      JSONObject()
        .with("value", value)
        .with("ageMilliseconds", .integer((now - instant).milliseconds)))
  }

  @inline(never)
  private func missing(_ absence: Absence) -> JSON {
    .object(
      JSONObject()
        .with("absent", .string(absence.reason.text))
        .with("path", .string(absence.path)))
  }

  private func list<Element>(_ elements: [Element], _ absence: Absence?, _ encode: (Element) -> JSON) -> JSON
  {
    absence.map(missing) ?? .array(elements.map(encode))
  }

  @inline(never)
  private func number(_ value: Reading<Double>) -> JSON {
    reading(value) { .double($0) }
  }

  @inline(never)
  private func whole(_ value: Reading<Int>) -> JSON {
    reading(value) { .integer(Int64($0)) }
  }

  @inline(never)
  private func text(_ value: Reading<String>) -> JSON {
    reading(value) { .string($0) }
  }

  @inline(never)
  private func whole(_ value: Int) -> JSON {
    .integer(Int64(value))
  }

  /// Counters above 2^63, which no kernel reaches, stop there.
  @inline(never)
  private func count(_ value: UInt64) -> JSON {
    .integer(Int64(clamping: value))
  }
}
