import Basics
package import Readings
package import Scoring
package import Wire

/// All readings as JSON. A reading is `{"value": …, "ageMilliseconds": …}`, its age counted from the sample,
/// or `{"absent": reason, "path": …}`; units are those of `Snapshot`.
///
/// - Parameter match: the board's profile and how it was found.
package func snapshotJSON(_ snapshot: Snapshot, _ match: Profiles.Match? = nil) -> JSON {
  SnapshotEncoder(now: snapshot.instant ?? Instant(nanoseconds: 0)).encode(snapshot, match)
}

/// Turns readings into JSON; each kind of thing has its `encode` in the file of its subject.
struct SnapshotEncoder {
  /// The time of the sample, from which ages count.
  let now: Instant

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

  // MARK: - Single values

  func reading<Value>(_ reading: Reading<Value>, _ encode: (Value) -> JSON) -> JSON {
    switch reading {
    case .value(let value, let instant): found(encode(value), at: instant)
    case .absent(let absence): missing(absence)
    }
  }

  @inline(never)
  func found(_ value: JSON, at instant: Instant) -> JSON {
    .object(
      JSONObject()
        .with("value", value)
        .with("ageMilliseconds", .integer((now - instant).milliseconds)))
  }

  @inline(never)
  func missing(_ absence: Absence) -> JSON {
    .object(
      JSONObject()
        .with("absent", .string(absence.reason.text))
        .with("path", .string(absence.path)))
  }

  func list<Element>(_ elements: [Element], _ absence: Absence?, _ encode: (Element) -> JSON) -> JSON {
    absence.map(missing) ?? .array(elements.map(encode))
  }

  @inline(never)
  func number(_ value: Reading<Double>) -> JSON {
    reading(value) { .double($0) }
  }

  @inline(never)
  func whole(_ value: Reading<Int>) -> JSON {
    reading(value) { .integer(Int64($0)) }
  }

  @inline(never)
  func text(_ value: Reading<String>) -> JSON {
    reading(value) { .string($0) }
  }

  @inline(never)
  func whole(_ value: Int) -> JSON {
    .integer(Int64(value))
  }

  /// Counters above 2^63, which no kernel reaches, stop there.
  @inline(never)
  func count(_ value: UInt64) -> JSON {
    .integer(Int64(clamping: value))
  }
}
