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
    object([
      ("board", encode(snapshot.board)),
      (
        "profile",
        match.map { match in
          object([
            ("name", .string(match.profile.name)), ("rule", .string(match.rule.rawValue)),
            ("text", .string(match.text)),
          ])
        } ?? .null
      ),
      ("processors", encode(snapshot.processors)),
      ("load", reading(snapshot.load, encode)),
      ("memory", reading(snapshot.memory, encode)),
      (
        "pressure",
        object([
          ("cpu", encode(snapshot.pressure.cpu)), ("memory", encode(snapshot.pressure.memory)),
          ("io", encode(snapshot.pressure.io)),
        ])
      ),
      ("zones", list(snapshot.thermal.zones, snapshot.thermal.absence, encode)),
      ("coolingDevices", list(snapshot.thermal.coolingDevices, snapshot.thermal.absence, encode)),
      ("chips", list(snapshot.hwmon.chips, snapshot.hwmon.absence, encode)),
      ("sensors", .array(snapshot.sensors.chips.map(encode))),
      (
        "firmware",
        object([
          ("undervoltage", reading(snapshot.firmware.undervoltage) { .bool($0) }),
          ("throttle", reading(snapshot.firmware.throttle) { .integer(Int64($0.rawValue)) }),
          ("clockKilohertz", reading(snapshot.firmware.clock) { whole($0) }),
        ])
      ),
      ("interfaces", list(snapshot.network.interfaces, snapshot.network.absence, encode)),
      ("stateFolder", reading(snapshot.storage.state, encode)),
      ("engineFolder", reading(snapshot.storage.engine, encode)),
      ("disks", list(snapshot.storage.disks, snapshot.storage.absence, encode)),
      ("powerSupplies", list(snapshot.power.supplies, snapshot.power.absence, encode)),
      ("drawnWatts", reading(snapshot.power.drawn) { .double($0) }),
      ("limits", encode(snapshot.controlGroup)),
    ])
  }

  private func encode(_ board: Board) -> JSON {
    object([
      ("architecture", .string(board.architecture)), ("model", text(board.model)),
      ("compatible", reading(board.compatible) { .array($0.map { .string($0) }) }),
      ("serial", text(board.serial)),
      ("vendor", text(board.vendor)), ("product", text(board.product)), ("board", text(board.boardName)),
      (
        "parts",
        reading(board.processorParts) { parts in
          .array(
            parts.map { part in
              object([
                ("part", whole(part.part)), ("name", .string(part.name)),
                ("megahertz", whole(part.megahertz)),
                ("count", whole(part.count)),
              ])
            })
        }
      ),
    ])
  }

  private func encode(_ processors: Processors) -> JSON {
    object([
      ("utilisation", number(processors.utilisation)),
      ("times", reading(processors.times, encode)),
      ("cores", .array(processors.cores.map(encode))),
      ("policies", .array(processors.policies.map(encode))),
    ])
  }

  private func encode(_ core: Core) -> JSON {
    object([
      ("number", whole(core.number)), ("online", .bool(core.isOnline)),
      ("utilisation", number(core.utilisation)), ("times", reading(core.times, encode)),
      ("capacity", whole(core.capacity)), ("package", whole(core.topology.package)),
      ("cluster", whole(core.topology.cluster)), ("core", whole(core.topology.core)),
      ("policy", core.policy.map { whole($0) } ?? .null),
    ])
  }

  private func encode(_ times: CoreTimes) -> JSON {
    object([
      ("user", count(times.user)), ("nice", count(times.nice)), ("system", count(times.system)),
      ("idle", count(times.idle)), ("iowait", count(times.iowait)), ("irq", count(times.irq)),
      ("softirq", count(times.softirq)), ("steal", count(times.steal)),
    ])
  }

  private func encode(_ policy: FrequencyPolicy) -> JSON {
    object([
      ("number", whole(policy.number)), ("cores", .array(policy.cores.map { whole($0) })),
      ("minimum", whole(policy.minimum)), ("maximum", whole(policy.maximum)), ("limit", whole(policy.limit)),
      ("current", whole(policy.current)),
    ])
  }

  private func encode(_ load: Load) -> JSON {
    object([
      ("one", .double(load.one)), ("five", .double(load.five)), ("fifteen", .double(load.fifteen)),
      ("runnable", whole(load.runnable)), ("tasks", whole(load.tasks)),
    ])
  }

  private func encode(_ memory: Memory) -> JSON {
    object([
      ("total", count(memory.total)), ("available", count(memory.available)),
      ("swapTotal", count(memory.swapTotal)),
      ("swapFree", count(memory.swapFree)),
    ])
  }

  private func encode(_ resource: PressureResource) -> JSON {
    object([
      ("someShare", number(resource.someShare)), ("fullShare", number(resource.fullShare)),
      (
        "stall",
        reading(resource.stall) { stall in
          object([
            ("some", stall.some.map { encode($0) } ?? .null),
            ("full", stall.full.map { encode($0) } ?? .null),
          ])
        }
      ),
    ])
  }

  private func encode(_ line: PressureLine) -> JSON {
    object([
      ("average10", .double(line.average10)), ("average60", .double(line.average60)),
      ("average300", .double(line.average300)), ("total", count(line.total)),
    ])
  }

  private func encode(_ zone: ThermalZone) -> JSON {
    object([
      ("number", whole(zone.number)), ("type", .string(zone.type)), ("temperature", whole(zone.temperature)),
      (
        "trips",
        .array(
          zone.trips.map { trip in
            object([
              ("kind", .string(trip.kind.rawValue)), ("temperature", whole(trip.temperature)),
              ("hysteresis", whole(trip.hysteresis)),
            ])
          })
      ),
    ])
  }

  private func encode(_ device: CoolingDevice) -> JSON {
    object([
      ("number", whole(device.number)), ("type", .string(device.type)), ("state", whole(device.state)),
      ("maximum", whole(device.maximum)),
    ])
  }

  private func encode(_ chip: HwmonChip) -> JSON {
    object([
      ("number", whole(chip.number)), ("name", .string(chip.name)), ("device", .string(chip.device)),
      (
        "sensors",
        .array(
          chip.sensors.map { sensor in
            object([
              ("kind", .string(sensor.kind.prefix)), ("number", whole(sensor.number)),
              ("label", sensor.label.map { .string($0) } ?? .null), ("value", whole(sensor.value)),
              ("unit", .string(sensor.kind.unit)), ("maximum", sensor.maximum.map { whole($0) } ?? .null),
              ("critical", sensor.critical.map { whole($0) } ?? .null),
            ])
          })
      ),
      (
        "alarms",
        .array(
          chip.alarms.map { alarm in
            object([("name", .string(alarm.name)), ("raised", reading(alarm.isRaised) { .bool($0) })])
          })
      ),
    ])
  }

  private func encode(_ chip: SensorChip) -> JSON {
    object([
      ("name", .string(chip.name)), ("type", .string(chip.type)), ("bus", .string(chip.bus)),
      ("address", whole(Int(chip.address))), ("score", .string(chip.meaning.rawValue)),
      (
        "readings",
        .array(
          chip.readings.map { reading in
            object([
              ("quantity", .string(reading.quantity.rawValue)), ("name", .string(reading.name)),
              ("unit", .string(reading.quantity.unit)), ("value", number(reading.value)),
            ])
          })
      ),
    ])
  }

  private func encode(_ interface: NetworkInterface) -> JSON {
    object([
      ("name", .string(interface.name)), ("kind", .string(interface.kind.rawValue)),
      ("usb", .bool(interface.isUSB)),
      ("carrier", reading(interface.carrier) { .bool($0) }),
      ("state", reading(interface.state) { .string($0.rawValue) }), ("speed", whole(interface.speed)),
      ("receiveRate", number(interface.receiveRate)), ("transmitRate", number(interface.transmitRate)),
      ("counters", reading(interface.counters, encode)),
      (
        "wireless",
        reading(interface.wireless) { link in
          object([
            ("quality", whole(link.quality)), ("level", whole(link.level)), ("noise", whole(link.noise)),
            ("missedBeacons", count(link.missedBeacons)),
          ])
        }
      ),
    ])
  }

  private func encode(_ counters: InterfaceCounters) -> JSON {
    object([
      ("receivedBytes", count(counters.receivedBytes)), ("receivedPackets", count(counters.receivedPackets)),
      ("receiveErrors", count(counters.receiveErrors)), ("receiveDrops", count(counters.receiveDrops)),
      ("sentBytes", count(counters.sentBytes)), ("sentPackets", count(counters.sentPackets)),
      ("sendErrors", count(counters.sendErrors)), ("sendDrops", count(counters.sendDrops)),
    ])
  }

  private func encode(_ space: FileSystemSpace) -> JSON {
    object([
      ("total", count(space.total)), ("free", count(space.free)), ("readOnly", .bool(space.isReadOnly)),
    ])
  }

  private func encode(_ disk: Disk) -> JSON {
    object([
      ("name", .string(disk.name)), ("busyShare", number(disk.busyShare)),
      ("readRate", number(disk.readRate)),
      ("writeRate", number(disk.writeRate)),
      (
        "counters",
        reading(disk.counters) { counters in
          object([
            ("reads", count(counters.reads)), ("readSectors", count(counters.readSectors)),
            ("writes", count(counters.writes)), ("writtenSectors", count(counters.writtenSectors)),
            ("busyTime", count(counters.busyTime)),
          ])
        }
      ),
    ])
  }

  private func encode(_ supply: PowerSupply) -> JSON {
    object([
      ("name", .string(supply.name)), ("kind", .string(supply.kind.rawValue)),
      ("state", reading(supply.state, encode)),
    ])
  }

  private func encode(_ state: PowerSupplyState) -> JSON {
    object([
      ("online", state.isOnline.map { .bool($0) } ?? .null),
      ("present", state.isPresent.map { .bool($0) } ?? .null),
      ("status", state.status.map { .string($0.rawValue) } ?? .null),
      ("capacity", state.capacity.map { whole($0) } ?? .null),
      ("voltage", state.voltage.map { .integer($0) } ?? .null),
      ("current", state.current.map { .integer($0) } ?? .null),
      ("power", state.power.map { .integer($0) } ?? .null),
    ])
  }

  private func encode(_ group: ControlGroup) -> JSON {
    var use = JSON.null
    if let reading = group.use { use = self.reading(reading, encode) }
    var reclaimable = JSON.null
    if let reading = group.memoryReclaimable { reclaimable = self.reading(reading) { count($0) } }
    return object([
      ("version", group.version.map { .integer(Int64($0.rawValue)) } ?? .null),
      ("cores", reading(group.cores) { $0.map { .double($0) } ?? .null }),
      ("use", use),
      ("memoryMaximum", reading(group.memoryMaximum) { $0.map { count($0) } ?? .null }),
      ("memoryCurrent", reading(group.memoryCurrent) { count($0) }),
      ("memoryReclaimable", reclaimable),
      ("allowedCores", reading(group.allowedCores) { $0.map { .array($0.map { whole($0) }) } ?? .null }),
    ])
  }

  private func encode(_ use: QuotaUse) -> JSON {
    object([
      ("cores", .double(use.cores)),
      ("throttled", use.throttled.map { .double($0) } ?? .null),
    ])
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
    object([("value", value), ("ageMilliseconds", .integer((now - instant).milliseconds))])
  }

  @inline(never)
  private func missing(_ absence: Absence) -> JSON {
    object([("absent", .string(absence.reason.text)), ("path", .string(absence.path))])
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

  @inline(never)
  private func object(_ members: [(String, JSON)]) -> JSON {
    .object(JSONObject(members.map { JSONMember(name: $0.0, value: $0.1) }))
  }
}
