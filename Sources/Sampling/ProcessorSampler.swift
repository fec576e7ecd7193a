import Basics
import Readings

/// Keeps `Processors` up to date.
struct ProcessorSampler {
  static let mostPolicies = 256

  private struct PolicyFiles {
    var current: Attribute
    var limit: Attribute
  }

  private let folder: String
  private let policyFolder: String
  private let information: String
  private var stat: Attribute
  /// Which cores are there; without it the lines of `/proc/stat` tell.
  private var online: Attribute
  private var lastOnline: UInt64?
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
    online = Attribute(folder + "/online")
    noRate = stat.absence
  }

  /// Looks for cores and policies, if any came or went.
  mutating func scan(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    let seen = reader.fingerprint(of: folder) &+ 31 &* reader.fingerprint(of: policyFolder)
    guard isStale || seen != lastFingerprint else { return }
    lastFingerprint = seen
    isStale = false
    scanPolicies(&processors, with: reader, at: now)
    scanCores(&processors, with: reader, at: now)
  }

  private mutating func scanCores(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    var exists = [Bool](repeating: false, count: Processors.mostCores)
    _ = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "cpu"), number < Processors.mostCores { exists[number] = true }
    }
    // Where nothing tells which of them are there, all are.
    var isOnline = exists
    if let list = onlineCores(with: reader) {
      isOnline = [Bool](repeating: false, count: Processors.mostCores)
      for number in list { isOnline[number] = true }
    } else if var lines = reader.contents(of: &stat) {
      isOnline = [Bool](repeating: false, count: Processors.mostCores)
      while var line = lines.wholeLine(), line.skip("cpu") {
        // The line of all cores has a space here.
        if let number = line.integer(), number >= 0, number < Processors.mostCores { isOnline[number] = true }
      }
    }
    for number in exists.indices where isOnline[number] { exists[number] = true }
    var cores: [Core] = []
    var cpuinfo = Attribute(information, .once)
    let parts = reader.contents(of: &cpuinfo).map(parsePartsOfCores) ?? PartsOfCores()
    for number in 0..<Processors.mostCores where exists[number] {
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

  /// The list of cores that are there, and its mark in `lastOnline`; nil where the kernel does not give one.
  private mutating func onlineCores(with reader: FileReader) -> [Int]? {
    lastOnline = nil
    guard let text = reader.contents(of: &online) else { return nil }
    let cores = parseCoreList(text)
    guard !cores.isEmpty else { return nil }
    lastOnline = text.hash
    return cores
  }

  /// From the core's main identification register (Arm DDI 0487, MIDR_EL1: part in the bits 4 to 15, its maker above 24).
  private func part(at path: String, with reader: FileReader) -> Int? {
    var register = Attribute(path + "/regs/identification/midr_el1", .once)
    guard var text = reader.contents(of: &register), let value = text.hexadecimal(), text.isBlank else {
      return nil
    }
    return value >> 4 & 0xfff == 0 ? nil : corePart(value >> 4 & 0xfff, implementer: value >> 24)
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
    _ = reader.files.forEachName(policyFolder) { name in
      if let number = name.number(after: "policy"), numbers.count < Self.mostPolicies {
        numbers.append(number)
      }
    }
    numbers.arrange()
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
    _ = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "cpu"), numbers.count < Self.mostPolicies { numbers.append(number) }
    }
    numbers.arrange()
    for number in numbers {
      let path = folder + "/cpu\(number)/cpufreq"
      guard reader.files.exists(path) else { continue }
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
        number: number, cores: cores, minimum: reader.quantity(path + "/cpuinfo_min_freq", .clock, at: now),
        maximum: reader.quantity(path + "/cpuinfo_max_freq", .clock, at: now)))
    policyFiles.append(
      PolicyFiles(
        current: Attribute(path + "/scaling_cur_freq"), limit: Attribute(path + "/scaling_max_freq")))
  }

  mutating func sample(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    if let lastOnline, reader.contents(of: &online)?.hash != lastOnline {
      isStale = true
      if let cores = onlineCores(with: reader) {
        for index in processors.cores.indices {
          processors.cores[index].isOnline = cores.contains(processors.cores[index].number)
        }
      }
    }
    sampleTimes(&processors, with: reader, at: now)
    for index in policyFiles.indices where index < processors.policies.count {
      reader.update(
        &processors.policies[index].current, from: &policyFiles[index].current, at: now, within: .clock)
      reader.update(
        &processors.policies[index].limit, from: &policyFiles[index].limit, at: now, within: .clock)
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
    if lastOnline == nil {
      followLines(&processors, lines, at: now)
    } else if !advance(&processors, lines, at: now) {
      // As in a container of LXC, which numbers its cores anew here or there.
      let absence = stat.absent(.unusable(text: "does not number the cores as sysfs does"))
      for index in processors.cores.indices { forget(&processors.cores[index], because: absence) }
    }
  }

  /// Takes over the times of the cores that are there; false where the lines are not theirs.
  private mutating func advance(_ processors: inout Processors, _ lines: Cursor, at now: Instant) -> Bool {
    var lines = lines
    var index = 0
    while true {
      while index < processors.cores.count, !processors.cores[index].isOnline {
        markOffline(&processors.cores[index])
        index += 1
      }
      guard var line = lines.wholeLine(), line.skip("cpu"), let number = line.integer(),
        let times = parseCoreTimes(&line), number < Processors.mostCores
      else { return index == processors.cores.count }
      guard index < processors.cores.count, processors.cores[index].number == number else { return false }
      advance(&processors.cores[index], to: times, at: now)
      index += 1
    }
  }

  /// The same where only the lines tell which cores are there.
  private mutating func followLines(_ processors: inout Processors, _ lines: Cursor, at now: Instant) {
    var lines = lines
    var index = 0
    while var line = lines.wholeLine(), line.skip("cpu") {
      guard let number = line.integer(), let times = parseCoreTimes(&line) else { continue }
      while index < processors.cores.count, processors.cores[index].number < number {
        markOffline(&processors.cores[index])
        index += 1
      }
      guard index < processors.cores.count, processors.cores[index].number == number else {
        if number >= 0, number < Processors.mostCores, !isKnown(number, in: processors) { isStale = true }
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
    forget(&core, because: stat.absent(.noFile))
  }

  private func forget(_ core: inout Core, because absence: Absence) {
    core.times = .absent(absence)
    core.utilisation = .absent(absence)
  }

  private func forget(_ processors: inout Processors, because absence: Absence) {
    processors.times = .absent(absence)
    processors.utilisation = .absent(absence)
    for index in processors.cores.indices { forget(&processors.cores[index], because: absence) }
  }
}
