import Basics
import Readings

/// Keeps load, memory and pressure up to date: one file each.
struct SystemSampler {
  private var load: Attribute
  private var memory: Attribute
  private var cpu: Attribute
  private var memoryPressure: Attribute
  private var io: Attribute
  private let noRate: Absence

  init(root: String) {
    load = Attribute(root + "/proc/loadavg")
    memory = Attribute(root + "/proc/meminfo")
    cpu = Attribute(root + "/proc/pressure/cpu")
    memoryPressure = Attribute(root + "/proc/pressure/memory")
    io = Attribute(root + "/proc/pressure/io")
    noRate = Absence(path: root + "/proc/pressure", reason: .notYet)
  }

  mutating func sample(_ snapshot: inout Snapshot, with reader: FileReader, at now: Instant) {
    reader.update(&snapshot.load, from: &load, at: now, parseLoad)
    reader.update(&snapshot.memory, from: &memory, at: now, parseMemory)
    Self.advance(&snapshot.pressure.cpu, from: &cpu, with: reader, noRate, at: now)
    Self.advance(&snapshot.pressure.memory, from: &memoryPressure, with: reader, noRate, at: now)
    Self.advance(&snapshot.pressure.io, from: &io, with: reader, noRate, at: now)
  }

  private static func advance(
    _ resource: inout PressureResource, from attribute: inout Attribute, with reader: FileReader,
    _ noRate: Absence, at now: Instant
  ) {
    let old = resource.stall
    reader.update(&resource.stall, from: &attribute, at: now, parsePressure)
    resource.advance(from: old, failure: attribute.absence, without: noRate, at: now)
  }
}
