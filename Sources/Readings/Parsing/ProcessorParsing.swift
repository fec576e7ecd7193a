package import Basics

/// The numbers after `cpu` or `cpuN` in `/proc/stat`; older kernels give fewer columns, and at least four are
/// needed.
package func parseCoreTimes(_ line: inout Cursor) -> CoreTimes? {
  var times = CoreTimes()
  var column = 0
  while column < 8 {
    line.skipSpaces()
    guard let ticks = line.unsigned() else { break }
    switch column {
    case 0: times.user = ticks
    case 1: times.nice = ticks
    case 2: times.system = ticks
    case 3: times.idle = ticks
    case 4: times.iowait = ticks
    case 5: times.irq = ticks
    case 6: times.softirq = ticks
    default: times.steal = ticks
    }
    column += 1
  }
  return column >= 4 && (column == 8 || line.isBlank) ? times : nil
}

/// The busy share 0...1 between two samples; nil if no counter grew.
///
/// A counter that went back (`iowait` may, and `idle` around a core's return) counts as not grown.
package func busyShare(from old: CoreTimes, to new: CoreTimes) -> Double? {
  func growth(_ old: UInt64, _ new: UInt64) -> Double { new > old ? Double(new - old) : 0 }
  let busy =
    growth(old.user, new.user) + growth(old.nice, new.nice) + growth(old.system, new.system)
    + growth(old.irq, new.irq) + growth(old.softirq, new.softirq) + growth(old.steal, new.steal)
  let idle = growth(old.idle, new.idle) + growth(old.iowait, new.iowait)
  return busy + idle > 0 ? busy / (busy + idle) : nil
}

/// A list of cores as the kernel writes it: `0-3,6` or, in cpufreq, `0 1 2 3`; what is not a number below
/// 1024 ends it.
package func parseCoreList(_ text: Cursor) -> [Int] {
  var text = text
  var cores: [Int] = []
  while cores.count < Processors.mostCores {
    text.skipSpaces()
    guard let first = text.integer(), first >= 0, first < Processors.mostCores else { break }
    var last = first
    if text.skip(UInt8(ascii: "-")) {
      guard let end = text.integer(), end >= first, end < Processors.mostCores else { break }
      last = end
    }
    for core in first...last where cores.count < Processors.mostCores { cores.append(core) }
    _ = text.skip(UInt8(ascii: ","))
  }
  return cores
}

/// The kind of each core in `/proc/cpuinfo`.
package struct PartsOfCores: Equatable {
  /// Number and part of the cores that have a line of their own.
  package var known: [Known] = []
  /// The part of all, on old kernels that give one for the whole machine.
  package var shared: Int?

  /// One core and its part.
  package struct Known: Equatable {
    var core: Int
    var part: Int
  }

  /// No core is known.
  package init() {}

  /// The part of a core, as 0xd03 for a Cortex-A53; nil where the kernel tells none.
  package func part(of core: Int) -> Int? {
    for entry in known where entry.core == core { return entry.part }
    return shared
  }
}

/// Each core's `processor` line is followed by its `CPU part`, or all of them by one.
package func parsePartsOfCores(_ text: Cursor) -> PartsOfCores {
  var text = text
  var parts = PartsOfCores()
  var core: Int?
  var count = 0
  var implementer: UInt32 = 0x41
  while var line = text.line() {
    let key = line.part(upTo: UInt8(ascii: ":"))
    line.skipSpaces()
    if key.isKey("processor") {
      core = line.integer()
      count += 1
    } else if key.isKey("CPU implementer") {
      implementer = line.hexadecimal() ?? implementer
    } else if key.isKey("CPU part"), let number = core, number >= 0, number < Processors.mostCores,
      parts.known.count < Processors.mostCores, let part = line.hexadecimal(), part > 0, part <= 0xfff
    {
      parts.known.append(PartsOfCores.Known(core: number, part: corePart(part, implementer: implementer)))
      core = nil
    }
  }
  if count > 1, parts.known.count == 1 {
    parts.shared = parts.known[0].part
    parts.known = []
  }
  return parts
}

extension Cursor {
  /// The N of a name like `cpuN`; nil for other names.
  package func number(after prefix: StaticString) -> Int? {
    var copy = self
    guard copy.skip(prefix), copy.peek != UInt8(ascii: "-"), let number = copy.integer(), copy.isAtEnd else {
      return nil
    }
    return number
  }
}
