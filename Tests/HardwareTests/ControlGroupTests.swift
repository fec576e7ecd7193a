import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

@Suite struct ControlGroupTests {
  private let base = "sys/fs/cgroup/"

  @Test func theTightestLimitOfAllGroupsAboveCounts() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/system.slice/hearth.service\n")
    tree.write(base + "system.slice/cpu.max", "150000 100000\n")
    tree.write(base + "system.slice/memory.max", "536870912\n")
    tree.write(base + "system.slice/memory.current", "400\n")
    tree.write(base + "system.slice/hearth.service/cpu.max", "max 100000\n")
    tree.write(base + "system.slice/hearth.service/memory.max", "1073741824\n")
    tree.write(base + "system.slice/hearth.service/memory.current", "100\n")
    tree.write(base + "system.slice/hearth.service/cpuset.cpus.effective", "0-1,3\n")
    for core in 0..<4 { tree.makeFolder("sys/devices/system/cpu/cpu\(core)") }
    let group = tree.sampled().snapshot.controlGroup
    #expect(group.version == .v2)
    #expect(group.cores.value == 1.5)
    #expect(group.memoryMaximum.value == 536_870_912)
    #expect(group.memoryCurrent.value == 400)
    #expect(group.allowedCores.value == [0, 1, 3])
  }

  @Test func insideANamespaceTheHighestGroupIsOurs() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write(base + "cpu.max", "50000 100000\n")
    tree.write(base + "memory.max", "max\n")
    tree.write(base + "memory.current", "77\n")
    let group = tree.sampled().snapshot.controlGroup
    #expect(group.cores.value == 0.5)
    #expect(group.memoryMaximum == .value(nil, at: seconds(0)))
    #expect(group.memoryCurrent.value == 77)
    #expect(group.allowedCores == .value(nil, at: seconds(0)))
  }

  @Test func aPathThatIsNotVisibleHereLeavesTheHighestGroup() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/docker/0123456789abcdef/../x\n")
    tree.write(base + "memory.max", "1000\n")
    tree.write(base + "memory.current", "77\n")
    let group = tree.sampled().snapshot.controlGroup
    #expect(group.cores == .value(nil, at: seconds(0)))
    #expect(group.memoryMaximum.value == 1000)
  }

  @Test func theOldGenerationsLimitsAreRead() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "4:memory:/box\n3:cpuset:/\n2:cpu,cpuacct:/box\n0::/\n")
    tree.write(base + "cpu/box/cpu.cfs_quota_us", "25000\n")
    tree.write(base + "cpu/box/cpu.cfs_period_us", "50000\n")
    tree.write(base + "cpu/cpu.cfs_quota_us", "-1\n")
    tree.write(base + "memory/box/memory.limit_in_bytes", "9223372036854771712\n")
    tree.write(base + "memory/box/memory.usage_in_bytes", "4096\n")
    tree.write(base + "memory/memory.limit_in_bytes", "8192\n")
    tree.write(base + "memory/memory.usage_in_bytes", "5000\n")
    tree.write(base + "cpuset/cpuset.effective_cpus", "1\n")
    for core in 0..<2 { tree.makeFolder("sys/devices/system/cpu/cpu\(core)") }
    let group = tree.sampled().snapshot.controlGroup
    #expect(group.version == .v1)
    #expect(group.cores.value == 0.5)
    #expect(group.memoryMaximum.value == 8192)
    #expect(group.memoryCurrent.value == 5000)
    #expect(group.allowedCores.value == [1])
  }

  @Test func aLimitThatIsChangedIsSeenAtTheNextScan() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write(base + "cpu.max", "max 100000\n")
    let sampler = tree.sampled()
    #expect(sampler.snapshot.controlGroup.cores == .value(nil, at: seconds(0)))
    tree.write(base + "cpu.max", "200000 100000\n")
    for second in 1...Sampler.samplesPerScan { sampler.sample(at: seconds(second)) }
    #expect(sampler.snapshot.controlGroup.cores.value == 2)
  }

  @Test func aMalformedLimitIsNotTakenForNoLimit() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write(base + "cpu.max", "many\n")
    tree.write(base + "memory.max", "\n")
    let group = tree.sampled().snapshot.controlGroup
    #expect(group.cores.absence?.reason == .malformed(text: "many"))
    #expect(group.memoryMaximum.absence?.reason == .malformed(text: ""))
  }

  // What the group did with its quota, and what of its memory can be had back.

  @Test func theUseOfTheTightestQuotaIsARateBetweenSamples() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/box.slice/hearth.service\n")
    tree.write(base + "box.slice/cpu.max", "50000 100000\n")
    tree.write(base + "box.slice/hearth.service/cpu.max", "200000 100000\n")
    func account(used: Int, throttled: Int) {
      tree.write(
        base + "box.slice/cpu.stat",
        "usage_usec \(used)\nuser_usec 1\nsystem_usec 2\nnr_periods 30\nnr_throttled 4\nthrottled_usec \(throttled)\n"
      )
    }
    // The inner group's account is not the one.
    tree.write(base + "box.slice/hearth.service/cpu.stat", "usage_usec 1\n")
    account(used: 7_000_000, throttled: 100_000)
    let sampler = tree.sampled()
    #expect(sampler.snapshot.controlGroup.use?.absence?.reason == .notYet)
    account(used: 7_400_000, throttled: 1_100_000)
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.controlGroup.use?.value == QuotaUse(cores: 0.2, throttled: 0.5))
    // Counted for each core, so more than the time that passed.
    account(used: 8_400_000, throttled: 4_100_000)
    sampler.sample(at: seconds(4))
    #expect(sampler.snapshot.controlGroup.use?.value == QuotaUse(cores: 0.5, throttled: 1))
    // At the same instant nothing new is known.
    sampler.sample(at: seconds(4))
    #expect(sampler.snapshot.controlGroup.use?.value == QuotaUse(cores: 0.5, throttled: 1))
    // An account that went back is that of a new group.
    account(used: 10, throttled: 0)
    sampler.sample(at: seconds(5))
    #expect(sampler.snapshot.controlGroup.use?.absence?.reason == .notYet)
    account(used: 100_010, throttled: 0)
    sampler.sample(at: seconds(6))
    #expect(sampler.snapshot.controlGroup.use?.value == QuotaUse(cores: 0.1, throttled: 0))
  }

  @Test func theOldGenerationAccountsInAnotherHierarchy() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "4:memory:/box\n3:cpuacct:/box\n2:cpu:/box\n0::/\n")
    tree.write(base + "cpu/box/cpu.cfs_quota_us", "25000\n")
    tree.write(base + "cpu/box/cpu.cfs_period_us", "100000\n")
    tree.write(base + "cpu/box/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 1000000000\n")
    tree.write(base + "cpuacct/box/cpuacct.usage", "123000000000\n")
    tree.write(base + "memory/box/memory.limit_in_bytes", "67108864\n")
    tree.write(base + "memory/box/memory.usage_in_bytes", "50000000\n")
    tree.write(
      base + "memory/box/memory.stat",
      "cache 1\nactive_file 1\ninactive_file 2\ntotal_inactive_file 30000000\ntotal_active_file 4000000\n")
    let sampler = tree.sampled()
    tree.write(base + "cpu/box/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 1250000000\n")
    tree.write(base + "cpuacct/box/cpuacct.usage", "123125000000\n")
    sampler.sample(at: seconds(1))
    let group = sampler.snapshot.controlGroup
    #expect(group.use?.value == QuotaUse(cores: 0.125, throttled: 0.25))
    #expect(group.memoryCurrent.value == 50_000_000)
    #expect(group.memoryReclaimable?.value == 34_000_000)
  }

  @Test func anAccountOfAnotherGroupIsNotTheQuotas() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "3:cpuacct:/\n2:cpu:/box\n0::/\n")
    tree.write(base + "cpu/box/cpu.cfs_quota_us", "25000\n")
    tree.write(base + "cpuacct/box/cpuacct.usage", "1\n")
    tree.write(base + "cpuacct/cpuacct.usage", "1\n")
    let group = tree.sampled(2).snapshot.controlGroup
    #expect(group.cores.value == 0.25)
    #expect(group.use?.absence?.reason == .noFile)
  }

  @Test func withoutALimitNothingIsCounted() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/box\n")
    tree.write(base + "box/cpu.max", "max 100000\n")
    tree.write(base + "box/cpu.stat", "usage_usec 5\n")
    tree.write(base + "box/memory.max", "max\n")
    tree.write(base + "box/memory.stat", "active_file 5\n")
    let group = tree.sampled(2).snapshot.controlGroup
    #expect(group.use == nil)
    #expect(group.memoryReclaimable == nil)
  }

  @Test func aQuotaThatComesAndGoesIsFollowed() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write(base + "cpu.max", "max 100000\n")
    tree.write(base + "cpu.stat", "usage_usec 1000\n")
    tree.write(base + "memory.max", "max\n")
    let sampler = tree.sampled()
    tree.write(base + "cpu.max", "50000 100000\n")
    tree.write(base + "memory.max", "4096\n")
    tree.write(base + "memory.stat", "inactive_file 100\nactive_file 20\nslab_reclaimable 3\nshmem 7000\n")
    for second in 1...Sampler.samplesPerScan + 1 { sampler.sample(at: seconds(second)) }
    #expect(sampler.snapshot.controlGroup.use?.value == QuotaUse(cores: 0))
    #expect(sampler.snapshot.controlGroup.memoryReclaimable?.value == 123)
    tree.write(base + "cpu.max", "max 100000\n")
    tree.write(base + "memory.max", "max\n")
    for second in 1...Sampler.samplesPerScan { sampler.sample(at: seconds(100 + second)) }
    #expect(sampler.snapshot.controlGroup.use == nil)
    #expect(sampler.snapshot.controlGroup.memoryReclaimable == nil)
  }

  @Test func malformedAccountsAreNoUse() {
    let tree = Tree()
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write(base + "cpu.max", "50000 100000\n")
    tree.write(base + "memory.max", "4096\n")
    for text in [
      "", "usage_usec\n", "usage_usec 99999999999999999999\n", "usage_usec 18446744073709551615\n", "x 1\n",
    ] {
      tree.write(base + "cpu.stat", text)
      tree.write(base + "memory.stat", text)
      let group = tree.sampled(2).snapshot.controlGroup
      #expect(group.use?.absence?.reason == .notSupported(errno: 0), "\(text)")
      #expect(group.memoryReclaimable?.absence != nil)
    }
  }

  @Test func whatNewWorkCanHaveIsInsideTheLimits() {
    var snapshot = Snapshot()
    #expect(snapshot.availableMemory == nil && snapshot.usableCores == 0)
    snapshot.memory = .value(Memory(total: 1000, available: 800), at: seconds(0))
    snapshot.processors.cores = (0..<4).map { Core(number: $0, isOnline: $0 != 3) }
    #expect(snapshot.availableMemory == 800 && snapshot.usableCores == 3)
    snapshot.controlGroup = ControlGroup(
      cores: .value(1.5, at: seconds(0)), memoryMaximum: .value(500, at: seconds(0)),
      memoryCurrent: .value(400, at: seconds(0)), memoryReclaimable: .value(150, at: seconds(0)))
    #expect(snapshot.availableMemory == 250 && snapshot.usableCores == 2)
    snapshot.controlGroup.allowedCores = .value([0, 3], at: seconds(0))
    snapshot.controlGroup.memoryReclaimable = .value(900, at: seconds(0))
    snapshot.controlGroup.memoryMaximum = .value(900, at: seconds(0))
    #expect(snapshot.availableMemory == 800 && snapshot.usableCores == 1)
    snapshot.controlGroup.cores = .value(0.1, at: seconds(0))
    snapshot.controlGroup.memoryReclaimable = nil
    snapshot.controlGroup.memoryCurrent = .value(1000, at: seconds(0))
    #expect(snapshot.availableMemory == 0 && snapshot.usableCores == 1)
    snapshot.controlGroup.cores = .value(.nan, at: seconds(0))
    #expect(snapshot.usableCores == 1)
  }
}
