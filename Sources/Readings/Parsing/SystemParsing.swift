package import Basics

/// `0.46 0.57 0.30 2/106 13324`.
package func parseLoad(_ text: inout Cursor) -> Load? {
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
package func parseMemory(_ text: inout Cursor) -> Memory? {
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
package func parsePressure(_ text: inout Cursor) -> PressureStall? {
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

extension PressureResource {
  /// Makes shares of what `stall` has grown since it was `old`.
  ///
  /// - Parameters:
  ///   - failure: why there is no `stall`, if there is none.
  ///   - noRate: what is said before there are two.
  package mutating func advance(
    from old: Reading<PressureStall>, failure: Absence, without noRate: Absence, at now: Instant
  ) {
    guard case .value(let new, _) = stall else {
      someShare = .absent(failure)
      fullShare = .absent(failure)
      return
    }
    guard case .value(let last, let then) = old else {
      someShare = .absent(noRate)
      fullShare = .absent(noRate)
      return
    }
    guard now > then else { return }
    func share(from old: PressureLine?, to new: PressureLine?) -> Reading<Double> {
      guard let old, let new, new.total >= old.total else { return .absent(noRate) }
      let share = Double(new.total - old.total) / 1e6 / (now - then).seconds
      return .value(min(share, 1), at: now)
    }
    someShare = share(from: last.some, to: new.some)
    fullShare = share(from: last.full, to: new.full)
  }
}
