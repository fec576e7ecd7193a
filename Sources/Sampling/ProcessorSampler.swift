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
    let seen = reader.fingerprint(of: folder) &+ 31 &* reader.fingerprint(of: policyFolder)
    guard isStale || seen != lastFingerprint else { return }
    lastFingerprint = seen
    isStale = false
    scanPolicies(&processors, with: reader, at: now)
    scanCores(&processors, with: reader, at: now)
  }

  private mutating func scanCores(_ processors: inout Processors, with reader: FileReader, at now: Instant) {
    var exists = [Bool](repeating: false, count: Processors.mostCores)
    var isOnline = exists
    _ = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "cpu"), number < Processors.mostCores { exists[number] = true }
    }
    if var lines = reader.contents(of: &stat) {
      while var line = lines.wholeLine(), line.skip("cpu") {
        // The line of all cores has a space here.
        if let number = line.integer(), number >= 0, number < Processors.mostCores {
          exists[number] = true
          isOnline[number] = true
        }
      }
    }
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
    _ = reader.files.forEachName(policyFolder) { name in
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
    _ = reader.files.forEachName(folder) { name in
      if let number = name.number(after: "cpu"), numbers.count < Self.mostPolicies { numbers.append(number) }
    }
    numbers.sort()
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
