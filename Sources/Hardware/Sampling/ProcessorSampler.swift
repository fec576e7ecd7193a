import Basics
import Platform

/// Keeps `Processors` up to date.
struct ProcessorSampler {
  static let mostCores = 1024
  static let mostPolicies = 256

  private struct PolicyFiles {
    var current: Attribute
    var limit: Attribute
  }

  private let folder: String
  private let policyFolder: String
  private let information: String
  private var stat: Attribute
  private let noRate: Absence
  private var policyFiles: [PolicyFiles] = []
  private var lastFingerprint: UInt64?
  /// A core came or went, so topology and policies are out of date.
  private(set) var isStale = true

  init(root: String) {
    folder = root + "/sys/devices/system/cpu"
    policyFolder = folder + "/cpufreq"
    information = root + "/proc/cpuinfo"
    stat = Attribute(root + "/proc/stat")
    noRate = stat.absence
  }

  /// Looks for cores and policies, if any came or went.
  mutating func scan(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    let seen = fingerprint(of: folder) &+ 31 &* fingerprint(of: policyFolder)
    guard isStale || seen != lastFingerprint else { return }
    lastFingerprint = seen
    isStale = false
    scanPolicies(&processors, with: reader, at: now)
    scanCores(&processors, with: reader, at: now)
  }

  private mutating func scanCores(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    var exists = [Bool](repeating: false, count: Self.mostCores)
    var isOnline = exists
    _ = File.forEachName(in: folder) { name in
      if let number = name.number(after: "cpu"), number < Self.mostCores { exists[number] = true }
    }
    if var lines = reader.contents(of: &stat) {
      while var line = lines.wholeLine(), line.skip("cpu") {
        // The line of all cores has a space here.
        if let number = line.integer(), number >= 0, number < Self.mostCores {
          exists[number] = true
          isOnline[number] = true
        }
      }
    }
    var cores: [Core] = []
    var cpuinfo = Attribute(information, .once)
    let parts = reader.contents(of: &cpuinfo).map(parsePartsOfCores) ?? PartsOfCores()
    for number in 0..<Self.mostCores where exists[number] {
      var core = Core(number: number)
      for old in processors.cores where old.number == number { core = old }
      core.isOnline = isOnline[number]
      let path = folder + "/cpu\(number)"
      core.capacity = reader.integer(path + "/cpu_capacity", at: now)
      core.topology = CoreTopology(
        package: reader.integer(path + "/topology/physical_package_id", at: now),
        cluster: reader.integer(path + "/topology/cluster_id", at: now),
        core: reader.integer(path + "/topology/core_id", at: now))
      core.part = part(at: path, with: reader) ?? parts.part(of: number) ?? core.part
      core.policy = nil
      for index in processors.policies.indices where processors.policies[index].cores.contains(number) {
        core.policy = index
      }
      cores.append(core)
    }
    processors.cores = cores
  }

  /// From the core's main identification register (Arm DDI 0487, MIDR_EL1: part in the bits 4 to 15).
  private func part(at path: String, with reader: FileReader) -> Int? {
    var register = Attribute(path + "/regs/identification/midr_el1", .once)
    guard var text = reader.contents(of: &register), let value = text.hexadecimal(), text.isBlank else {
      return nil
    }
    let part = Int(value >> 4 & 0xfff)
    return part == 0 ? nil : part
  }

  private mutating func scanPolicies(_ processors: inout Processors, with reader: FileReader, at now: Instant)
  {
    for index in policyFiles.indices {
      reader.close(&policyFiles[index].current)
      reader.close(&policyFiles[index].limit)
    }
    policyFiles = []
    processors.policies = []
    var numbers: [Int] = []
    _ = File.forEachName(in: policyFolder) { name in
      if let number = name.number(after: "policy"), numbers.count < Self.mostPolicies {
        numbers.append(number)
      }
    }
    numbers.sort()
    for number in numbers {
      add(number, at: policyFolder + "/policy\(number)", to: &processors, with: reader, at: now)
    }
    if numbers.isEmpty { scanOldPolicies(&processors, with: reader, at: now) }
  }

  /// Kernels before 4.3 have the policy inside each of its cores and no folder of policies.
  private mutating func scanOldPolicies(
    _ processors: inout Processors, with reader: FileReader, at now: Instant
  ) {
    var numbers: [Int] = []
    _ = File.forEachName(in: folder) { name in
      if let number = name.number(after: "cpu"), numbers.count < Self.mostPolicies { numbers.append(number) }
    }
    numbers.sort()
    for number in numbers {
      let path = folder + "/cpu\(number)/cpufreq"
      guard File.exists(path) else { continue }
      var isKnown = false
      for policy in processors.policies where policy.cores.contains(number) { isKnown = true }
      if !isKnown { add(number, at: path, to: &processors, with: reader, at: now) }
    }
  }

  private mutating func add(
    _ number: Int, at path: String, to processors: inout Processors, with reader: FileReader, at now: Instant
  ) {
    var related = Attribute(path + "/related_cpus", .once)
    var cores = reader.contents(of: &related).map(parseCoreList) ?? []
    if cores.isEmpty { cores = [number] }
    processors.policies.append(
      FrequencyPolicy(
        number: number, cores: cores, minimum: reader.integer(path + "/cpuinfo_min_freq", at: now),
        maximum: reader.integer(path + "/cpuinfo_max_freq", at: now)))
    policyFiles.append(
      PolicyFiles(
        current: Attribute(path + "/scaling_cur_freq"), limit: Attribute(path + "/scaling_max_freq")))
  }

  mutating func sample(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    sampleTimes(&processors, with: reader, at: now)
    for index in policyFiles.indices where index < processors.policies.count {
      reader.updateInteger(
        &processors.policies[index].current, from: &policyFiles[index].current, at: now)
      reader.updateInteger(&processors.policies[index].limit, from: &policyFiles[index].limit, at: now)
    }
  }

  private mutating func sampleTimes(
    _ processors: inout Processors, with reader: FileReader, at now: Instant
  ) {
    guard var lines = reader.contents(of: &stat) else {
      return forget(&processors, because: stat.absence)
    }
    let whole = lines
    guard var first = lines.wholeLine(), first.skip("cpu "), let sum = parseCoreTimes(&first) else {
      return forget(&processors, because: stat.malformed(whole))
    }
    processors.utilisation = share(
      since: processors.times, last: processors.utilisation, to: sum, at: now)
    processors.times = .value(sum, at: now)
    var index = 0
    while var line = lines.wholeLine(), line.skip("cpu") {
      guard let number = line.integer(), let times = parseCoreTimes(&line) else { continue }
      while index < processors.cores.count, processors.cores[index].number < number {
        markOffline(&processors.cores[index])
        index += 1
      }
      guard index < processors.cores.count, processors.cores[index].number == number else {
        if number >= 0, number < Self.mostCores, !isKnown(number, in: processors) { isStale = true }
        continue
      }
      if !processors.cores[index].isOnline {
        // Kernels hide capacity and topology of a core that is offline.
        processors.cores[index].isOnline = true
        isStale = true
      }
      advance(&processors.cores[index], to: times, at: now)
      index += 1
    }
    while index < processors.cores.count {
      markOffline(&processors.cores[index])
      index += 1
    }
  }

  private func isKnown(_ number: Int, in processors: Processors) -> Bool {
    for core in processors.cores where core.number == number { return true }
    return false
  }

  private func advance(_ core: inout Core, to new: CoreTimes, at now: Instant) {
    core.utilisation = share(since: core.times, last: core.utilisation, to: new, at: now)
    core.times = .value(new, at: now)
  }

  private func share(
    since times: Reading<CoreTimes>, last: Reading<Double>, to new: CoreTimes, at now: Instant
  ) -> Reading<Double> {
    guard case .value(let old, _) = times else { return .absent(noRate) }
    // No tick has passed between samples that are very close: the last share still holds.
    return busyShare(from: old, to: new).map { .value($0, at: now) } ?? last
  }

  private mutating func markOffline(_ core: inout Core) {
    core.isOnline = false
    let absence = stat.absent(.noFile)
    core.times = .absent(absence)
    core.utilisation = .absent(absence)
  }

  private func forget(_ processors: inout Processors, because absence: Absence) {
    processors.times = .absent(absence)
    processors.utilisation = .absent(absence)
    for index in processors.cores.indices {
      processors.cores[index].times = .absent(absence)
      processors.cores[index].utilisation = .absent(absence)
    }
  }
}

/// The numbers after `cpu` or `cpuN` in `/proc/stat`; older kernels give fewer columns, and at least four are
/// needed.
func parseCoreTimes(_ line: inout Cursor) -> CoreTimes? {
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
func busyShare(from old: CoreTimes, to new: CoreTimes) -> Double? {
  func growth(_ old: UInt64, _ new: UInt64) -> Double { new > old ? Double(new - old) : 0 }
  let busy =
    growth(old.user, new.user) + growth(old.nice, new.nice) + growth(old.system, new.system)
    + growth(old.irq, new.irq) + growth(old.softirq, new.softirq) + growth(old.steal, new.steal)
  let idle = growth(old.idle, new.idle) + growth(old.iowait, new.iowait)
  return busy + idle > 0 ? busy / (busy + idle) : nil
}

/// A list of cores as the kernel writes it: `0-3,6` or, in cpufreq, `0 1 2 3`; what is not a number below
/// 1024 ends it.
func parseCoreList(_ text: Cursor) -> [Int] {
  var text = text
  var cores: [Int] = []
  while cores.count < ProcessorSampler.mostCores {
    text.skipSpaces()
    guard let first = text.integer(), first >= 0, first < ProcessorSampler.mostCores else { break }
    var last = first
    if text.skip(UInt8(ascii: "-")) {
      guard let end = text.integer(), end >= first, end < ProcessorSampler.mostCores else { break }
      last = end
    }
    for core in first...last where cores.count < ProcessorSampler.mostCores { cores.append(core) }
    _ = text.skip(UInt8(ascii: ","))
  }
  return cores
}

/// The kind of each core in `/proc/cpuinfo`.
struct PartsOfCores: Equatable {
  /// Number and part of the cores that have a line of their own.
  var known: [Known] = []
  /// The part of all, on old kernels that give one for the whole machine.
  var shared: Int?

  struct Known: Equatable {
    var core: Int
    var part: Int
  }

  func part(of core: Int) -> Int? {
    for entry in known where entry.core == core { return entry.part }
    return shared
  }
}

/// Each core's `processor` line is followed by its `CPU part`, or all of them by one.
func parsePartsOfCores(_ text: Cursor) -> PartsOfCores {
  var text = text
  var parts = PartsOfCores()
  var core: Int?
  var count = 0
  while var line = text.line() {
    var key = line.part(upTo: UInt8(ascii: ":"))
    line.skipSpaces()
    if key.skip("processor") {
      core = line.integer()
      count += 1
    } else if key.skip("CPU part"), let number = core, number >= 0, number < ProcessorSampler.mostCores,
      parts.known.count < ProcessorSampler.mostCores, let part = line.hexadecimal(), part > 0, part <= 0xfff
    {
      parts.known.append(PartsOfCores.Known(core: number, part: Int(part)))
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
  func number(after prefix: StaticString) -> Int? {
    var copy = self
    guard copy.skip(prefix), copy.peek != UInt8(ascii: "-"), let number = copy.integer(), copy.isAtEnd else {
      return nil
    }
    return number
  }
}
