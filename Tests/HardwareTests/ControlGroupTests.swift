import Testing

@testable import Hardware

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
}
