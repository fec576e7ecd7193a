import Basics

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
    guard case .value(let new, _) = resource.stall else {
      resource.someShare = .absent(attribute.absence)
      resource.fullShare = .absent(attribute.absence)
      return
    }
    guard case .value(let last, let then) = old else {
      resource.someShare = .absent(noRate)
      resource.fullShare = .absent(noRate)
      return
    }
    guard now > then else { return }
    resource.someShare = stallShare(from: last.some, at: then, to: new.some, at: now, noRate)
    resource.fullShare = stallShare(from: last.full, at: then, to: new.full, at: now, noRate)
  }

  private static func stallShare(
    from old: PressureLine?, at then: Instant, to new: PressureLine?, at now: Instant, _ noRate: Absence
  ) -> Reading<Double> {
    guard let old, let new, new.total >= old.total else { return .absent(noRate) }
    let share = Double(new.total - old.total) / 1e6 / (now - then).seconds
    return .value(min(share, 1), at: now)
  }
}

/// `0.46 0.57 0.30 2/106 13324`.
func parseLoad(_ text: inout Cursor) -> Load? {
  guard let one = text.decimal() else { return nil }
  text.skipSpaces()
  guard let five = text.decimal() else { return nil }
  text.skipSpaces()
  guard let fifteen = text.decimal() else { return nil }
  text.skipSpaces()
  guard let runnable = text.integer(), text.skip(UInt8(ascii: "/")), let tasks = text.integer() else {
    return nil
  }
  text.skipSpaces()
  guard text.integer() != nil else { return nil }
  return Load(one: one, five: five, fifteen: fifteen, runnable: runnable, tasks: tasks)
}

/// `Key:   value kB` by name, since keys come and go; nil without `MemTotal` or anything to tell what is
/// available.
func parseMemory(_ text: inout Cursor) -> Memory? {
  var total: UInt64?
  var available: UInt64?
  var free: UInt64?
  var buffers: UInt64 = 0
  var cached: UInt64 = 0
  var shared: UInt64 = 0
  var swapTotal: UInt64 = 0
  var swapFree: UInt64 = 0
  while var line = text.line() {
    if line.skip("MemTotal:") {
      total = line.kibibytes()
    } else if line.skip("MemAvailable:") {
      available = line.kibibytes()
    } else if line.skip("MemFree:") {
      free = line.kibibytes()
    } else if line.skip("Buffers:") {
      buffers = line.kibibytes() ?? 0
    } else if line.skip("Cached:") {
      cached = line.kibibytes() ?? 0
    } else if line.skip("Shmem:") {
      shared = line.kibibytes() ?? 0
    } else if line.skip("SwapTotal:") {
      swapTotal = line.kibibytes() ?? 0
    } else if line.skip("SwapFree:") {
      swapFree = line.kibibytes() ?? 0
    }
  }
  if available == nil, let free {
    let sum = free &+ buffers &+ cached
    available = sum > shared ? sum - shared : 0
  }
  guard let total, let available else { return nil }
  return Memory(total: total, available: min(available, total), swapTotal: swapTotal, swapFree: swapFree)
}

extension Cursor {
  /// A number of kB, in bytes; the unit must be there, so that a truncated number is not believed.
  fileprivate mutating func kibibytes() -> UInt64? {
    skipSpaces()
    guard let count = unsigned(), count < 1 << 50, skip(" kB") else { return nil }
    return count * 1024
  }
}

/// `some avg10=0.00 avg60=0.00 avg300=0.00 total=25491974` and a `full` line; either may be missing.
func parsePressure(_ text: inout Cursor) -> PressureStall? {
  var stall = PressureStall()
  while var line = text.wholeLine() {
    if line.skip("some ") {
      guard let some = parsePressureLine(&line) else { return nil }
      stall.some = some
    } else if line.skip("full ") {
      guard let full = parsePressureLine(&line) else { return nil }
      stall.full = full
    }
  }
  return stall.some == nil && stall.full == nil ? nil : stall
}

private func parsePressureLine(_ line: inout Cursor) -> PressureLine? {
  guard line.skip("avg10="), let ten = line.decimal(), line.skip(" avg60="), let sixty = line.decimal(),
    line.skip(" avg300="), let threeHundred = line.decimal(), line.skip(" total="),
    let total = line.unsigned()
  else { return nil }
  return PressureLine(
    average10: ten / 100, average60: sixty / 100, average300: threeHundred / 100, total: total)
}
