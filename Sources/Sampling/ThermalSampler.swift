import Basics
import Readings

/// Keeps `Thermal` up to date.
struct ThermalSampler {
  static let mostZones = 64
  static let mostTrips = 16
  /// Cooling devices of one zone that are looked at: the largest boards bind one for each cluster and a fan.
  static let mostBound = 12

  private let folder: String
  private var zoneFiles: [Attribute] = []
  private var deviceFiles: [Attribute] = []
  private var lastFingerprint: UInt64?

  init(root: String) {
    folder = root + "/sys/class/thermal"
  }

  /// Looks for zones and devices, if any came or went or `anew`.
  mutating func scan(_ thermal: inout Thermal, anew: Bool, with reader: FileReader, at now: Instant) {
    let seen = reader.fingerprint(of: folder)
    guard anew || seen != lastFingerprint else { return }
    lastFingerprint = seen
    for index in zoneFiles.indices { reader.close(&zoneFiles[index]) }
    for index in deviceFiles.indices { reader.close(&deviceFiles[index]) }
    zoneFiles = []
    deviceFiles = []
    var zones: [Int] = []
    var devices: [Int] = []
    let number = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "thermal_zone"), zones.count < Self.mostZones {
        zones.append(number)
      } else if let number = name.number(after: "cooling_device"), devices.count < Self.mostZones {
        devices.append(number)
      }
    }
    zones.arrange()
    devices.arrange()
    thermal = Thermal(absence: number == 0 ? nil : Absence(path: folder, reason: absenceReason(number)))
    for number in zones {
      let path = folder + "/thermal_zone\(number)"
      thermal.zones.append(
        ThermalZone(
          number: number, type: reader.text(path + "/type", at: now).value ?? "",
          trips: trips(of: path, with: reader, at: now),
          slowsProcessors: slowsProcessors(path, with: reader, at: now)))
      zoneFiles.append(Attribute(path + "/temp"))
    }
    for number in devices {
      let path = folder + "/cooling_device\(number)"
      thermal.coolingDevices.append(
        CoolingDevice(
          number: number, type: reader.text(path + "/type", at: now).value ?? "",
          maximum: reader.integer(path + "/max_state", at: now)))
      deviceFiles.append(Attribute(path + "/cur_state"))
    }
  }

  /// Whether one of the cooling devices that are bound to the zone (`cdevM`, a link to it) slows cores.
  private func slowsProcessors(_ zone: String, with reader: FileReader, at now: Instant) -> Bool {
    for number in 0..<Self.mostBound {
      // A device that was unbound leaves a gap.
      if let type = reader.text(zone + "/cdev\(number)/type", at: now).value,
        CoolingDevice(type: type).slowsProcessors
      {
        return true
      }
    }
    return false
  }

  private func trips(of zone: String, with reader: FileReader, at now: Instant) -> [TripPoint] {
    var trips: [TripPoint] = []
    for number in 0..<Self.mostTrips {
      let path = zone + "/trip_point_\(number)"
      guard let kind = reader.text(path + "_type", at: now).value else { break }
      // Where nothing is to happen drivers write absolute zero or 0.
      guard let temperature = reader.quantity(path + "_temp", .temperature, at: now).value else { continue }
      trips.append(
        TripPoint(
          kind: TripPoint.Kind(named: kind), temperature: temperature,
          hysteresis: reader.integer(path + "_hyst", at: now).value ?? 0))
    }
    return trips
  }

  mutating func sample(_ thermal: inout Thermal, with reader: FileReader, at now: Instant) {
    for index in zoneFiles.indices where index < thermal.zones.count {
      reader.update(
        &thermal.zones[index].temperature, from: &zoneFiles[index], at: now, within: .temperature)
    }
    for index in deviceFiles.indices where index < thermal.coolingDevices.count {
      reader.updateInteger(&thermal.coolingDevices[index].state, from: &deviceFiles[index], at: now)
    }
  }
}
