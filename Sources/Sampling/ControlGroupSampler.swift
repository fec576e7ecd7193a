import Basics
import Readings

/// Keeps `ControlGroup` up to date: limits at each scan, what the group holds in each sample.
struct ControlGroupSampler {
  /// Groups above this process that are looked at.
  static let mostAncestors = 16

  private struct ProcessorGroup {
    let folder: String
    /// Where the old generation accounts for it: in another hierarchy, in the group of the same name.
    let accounts: String
    var quota: Attribute
    var period: Attribute
  }

  private struct MemoryGroup {
    var maximum: Attribute
    var current: Attribute
    var statistics: Attribute
  }

  private let root: String
  private var membership: Attribute
  private var lastMembership: UInt64?
  private var processorGroups: [ProcessorGroup] = []
  /// The accounts of the group with the tightest quota, while there is a quota.
  private var meter: QuotaMeter?
  private var memoryGroups: [MemoryGroup] = []
  private var coreList: Attribute
  private var lastCoreList: UInt64?
  /// The group whose memory limit is the tightest.
  private var tightest = 0
  private var isMemoryLimited = false

  init(root: String) {
    self.root = root
    membership = Attribute(root + "/proc/self/cgroup", .once)
    coreList = Attribute(root + "/sys/fs/cgroup/cpuset.cpus.effective", .once)
  }

  private var mount: String { root + "/sys/fs/cgroup" }

  mutating func scan(
    _ group: inout ControlGroup, cores: [Core], with reader: FileReader, at now: Instant
  ) {
    guard let text = reader.contents(of: &membership) else {
      group = ControlGroup(
        cores: .absent(membership.absence), memoryMaximum: .absent(membership.absence),
        memoryCurrent: .absent(membership.absence), allowedCores: .absent(membership.absence))
      lastMembership = nil
      return closeAll(reader)
    }
    if text.hash != lastMembership {
      lastMembership = text.hash
      closeAll(reader)
      find(parseMembership(text), &group, with: reader)
    }
    guard let version = group.version else { return }
    let index = readProcessorLimit(&group, version, with: reader, at: now)
    follow(index, &group, version, with: reader)
    readMemoryLimit(&group, with: reader, at: now)
    readCores(&group, cores: cores, with: reader, at: now)
  }

  private mutating func closeAll(_ reader: FileReader) {
    for index in memoryGroups.indices {
      reader.close(&memoryGroups[index].current)
      reader.close(&memoryGroups[index].statistics)
    }
    memoryGroups = []
    processorGroups = []
    meter?.close(reader)
    meter = nil
    isMemoryLimited = false
    lastCoreList = nil
    tightest = 0
  }

  /// Names the files of each group from this process's own up to the highest that can be seen.
  private mutating func find(
    _ paths: GroupPaths, _ group: inout ControlGroup, with reader: FileReader
  ) {
    let isV1 =
      (paths.memory != nil && reader.files.exists(mount + "/memory"))
      || (paths.processor != nil && reader.files.exists(mount + "/cpu"))
    guard isV1 || paths.unified != nil else {
      group.version = nil
      let absence = membership.absent(.notSupported(errno: 0))
      group = ControlGroup(
        cores: .absent(absence), memoryMaximum: .absent(absence), memoryCurrent: .absent(absence),
        allowedCores: .absent(absence))
      return
    }
    group.version = isV1 ? .v1 : .v2
    let processor = isV1 ? paths.processor ?? "/" : paths.unified ?? "/"
    let folders = ancestors(processor, below: isV1 ? mount + "/cpu" : mount, with: reader)
    // Controllers apart may have this process in groups of different names; then nobody accounts for the quota's.
    var accounts = folders
    if isV1, paths.accounting == paths.processor {
      let found = ancestors(processor, below: mount + "/cpuacct", with: reader)
      if found.count == folders.count { accounts = found }
    }
    for index in folders.indices {
      let quota = folders[index] + (isV1 ? "/cpu.cfs_quota_us" : "/cpu.max")
      processorGroups.append(
        ProcessorGroup(
          folder: folders[index], accounts: accounts[index], quota: Attribute(quota, .once),
          period: Attribute(folders[index] + "/cpu.cfs_period_us", .once)))
    }
    let memory = isV1 ? paths.memory ?? "/" : paths.unified ?? "/"
    for folder in ancestors(memory, below: isV1 ? mount + "/memory" : mount, with: reader) {
      memoryGroups.append(
        MemoryGroup(
          maximum: Attribute(folder + (isV1 ? "/memory.limit_in_bytes" : "/memory.max"), .once),
          current: Attribute(folder + (isV1 ? "/memory.usage_in_bytes" : "/memory.current")),
          statistics: Attribute(folder + "/memory.stat")))
    }
    let cores = ancestors(
      isV1 ? paths.cores ?? "/" : paths.unified ?? "/", below: isV1 ? mount + "/cpuset" : mount, with: reader)
    let name = isV1 ? "/cpuset.effective_cpus" : "/cpuset.cpus.effective"
    // The kernel has already intersected the lists of all groups above.
    coreList = Attribute((cores.first ?? mount) + name, .once)
  }

  /// The folders of a group and of all above it that exist here: inside a container only the highest may.
  private func ancestors(_ path: String, below mount: String, with reader: FileReader) -> [String] {
    var folders: [String] = []
    var rest = path
    while rest.utf8.count > 1, folders.count < Self.mostAncestors {
      if !rest.contains(bytes: ".."), reader.files.exists(mount + rest) { folders.append(mount + rest) }
      rest = parent(rest)
    }
    folders.append(mount)
    return folders
  }

  /// The place of the group with the tightest quota; nil where there is none or one cannot be read.
  private mutating func readProcessorLimit(
    _ group: inout ControlGroup, _ version: ControlGroup.Version, with reader: FileReader, at now: Instant
  ) -> Int? {
    var limit: Double?
    var place: Int?
    for index in processorGroups.indices {
      let cores: Double?
      if let text = reader.contents(of: &processorGroups[index].quota) {
        var quota = text
        if version == .v2 {
          guard let parsed = parseProcessorMaximum(&quota) else {
            group.cores = .absent(processorGroups[index].quota.malformed(text))
            return nil
          }
          cores = parsed
        } else {
          guard let value = quota.signed() else {
            group.cores = .absent(processorGroups[index].quota.malformed(text))
            return nil
          }
          var period = reader.contents(of: &processorGroups[index].period)
          let length = period?.signed() ?? 100_000
          cores = length > 0 ? limitedCores(Double(value), each: Double(length)) : nil
        }
      } else if processorGroups[index].quota.absence.reason == .noFile {
        cores = nil
      } else {
        group.cores = .absent(processorGroups[index].quota.absence)
        return nil
      }
      if let cores, cores < limit ?? .infinity {
        limit = cores
        place = index
      }
    }
    group.cores = .value(limit, at: now)
    return place
  }

  /// Keeps the accounts of that group, and those of no other.
  private mutating func follow(
    _ index: Int?, _ group: inout ControlGroup, _ version: ControlGroup.Version, with reader: FileReader
  ) {
    if let index, let meter, meter.folder == processorGroups[index].folder { return }
    meter?.close(reader)
    meter = nil
    group.use = nil
    guard let index else { return }
    let new = QuotaMeter(
      folder: processorGroups[index].folder, accounts: version == .v1 ? processorGroups[index].accounts : nil)
    group.use = .absent(new.noRate)
    meter = new
  }

  private mutating func readMemoryLimit(
    _ group: inout ControlGroup, with reader: FileReader, at now: Instant
  ) {
    var limit: UInt64?
    tightest = 0
    for index in memoryGroups.indices {
      guard let text = reader.contents(of: &memoryGroups[index].maximum) else {
        if memoryGroups[index].maximum.absence.reason == .noFile { continue }
        group.memoryMaximum = .absent(memoryGroups[index].maximum.absence)
        return
      }
      var maximum = text
      guard let parsed = parseMemoryMaximum(&maximum) else {
        group.memoryMaximum = .absent(memoryGroups[index].maximum.malformed(text))
        return
      }
      if let bytes = parsed, bytes < limit ?? .max {
        limit = bytes
        tightest = index
      }
    }
    group.memoryMaximum = .value(limit, at: now)
    isMemoryLimited = limit != nil
    if !isMemoryLimited { group.memoryReclaimable = nil }
  }

  private mutating func readCores(
    _ group: inout ControlGroup, cores: [Core], with reader: FileReader, at now: Instant
  ) {
    guard let text = reader.contents(of: &coreList) else {
      group.allowedCores =
        coreList.absence.reason == .noFile ? .value(nil, at: now) : .absent(coreList.absence)
      lastCoreList = nil
      return
    }
    var mark = text.hash
    for core in cores where core.isOnline { mark &+= UInt64(core.number + 1) &* 0x9e37_79b9_7f4a_7c15 }
    guard mark != lastCoreList else {
      if case .value(let cores, _) = group.allowedCores { group.allowedCores = .value(cores, at: now) }
      return
    }
    lastCoreList = mark
    let list = parseCoreList(text)
    group.allowedCores =
      list.isEmpty ? .absent(coreList.malformed(text)) : .value(Self.allowed(list, of: cores), at: now)
  }

  /// The numbers that the listed cores have here; nil where they are all that are there.
  ///
  /// The kernel lists cores that are there. Where one of them is not, the list and sysfs number the cores differently: LXC
  /// shows a container its cores as 0, 1, … in the list's order, and the list itself as the host has it.
  private static func allowed(_ list: [Int], of cores: [Core]) -> [Int]? {
    var numbers: [Int] = []
    for core in cores where core.isOnline { numbers.append(core.number) }
    guard list.count < numbers.count else { return nil }
    return list.allSatisfy({ numbers.contains($0) }) ? list : Array(numbers.prefix(list.count))
  }

  mutating func sample(_ group: inout ControlGroup, with reader: FileReader, at now: Instant) {
    meter?.sample(&group.use, with: reader, at: now)
    guard tightest < memoryGroups.count else { return }
    reader.update(&group.memoryCurrent, from: &memoryGroups[tightest].current, at: now) { $0.unsigned() }
    guard isMemoryLimited else { return }
    var reclaimable = Reading<UInt64>.absent(.notYet)
    reader.update(&reclaimable, from: &memoryGroups[tightest].statistics, at: now, parseReclaimable)
    group.memoryReclaimable = reclaimable
  }
}
