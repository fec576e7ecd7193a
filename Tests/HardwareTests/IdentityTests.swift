import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// What a machine is, read whole: the maker of a core with its part, keys to their end, every spelling of "no limit".
@Suite struct IdentityTests {
  private func information(_ lines: String...) -> ProcessorInformation? {
    parsed(lines.map { $0 + "\n" }.joined()) { parseProcessorInformation($0) }
  }

  /// The part is the maker's number: Arm's 0xd01 is a Cortex-A32, HiSilicon's a core of servers.
  @Test(
    arguments: [
      ("0x41", "0xd03", 0xd03), ("0x51", "0x803", 0x51803), ("0x48", "0xd01", 0x48d01),
      ("0x6d", "0xd49", 0x6dd49),
      ("0x61", "0x022", 0x61022), ("0x61", "0x000", 0x61000),
    ])
  func aCoreOfAnotherMakerIsAnotherCore(_ maker: String, _ part: String, _ expected: Int) {
    let text = "processor : 0\nCPU implementer : \(maker)\nCPU part : \(part)\n"
    #expect(information(text)?.parts == [ProcessorPart(part: expected, count: 1)])
    let ofCore = parsed(text) { parsePartsOfCores($0) }?.part(of: 0)
    #expect(ofCore == (part == "0x000" ? nil : expected))
  }

  @Test func theRegisterTellsTheMakerToo() {
    let tree = Tree()
    tree.write("proc/stat", "cpu  1 0 0 1\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n")
    let register = "regs/identification/midr_el1"
    tree.write("sys/devices/system/cpu/cpu0/" + register, "0x00000000517f803c\n")
    tree.write("sys/devices/system/cpu/cpu1/" + register, "0x00000000410fd034\n")
    #expect(tree.sampled().snapshot.processors.cores.map(\.part) == [0x51803, 0xd03])
  }

  /// s390 has "cpu MHz dynamic", LoongArch "Model Name", others "processors" and "Serial Number of …".
  @Test func keysAreReadToTheirEnd() {
    let found = information(
      "processor\t: 0", "processors present: 7", "model name\t: x", "model name of board: y",
      "cpu MHz\t\t: 2000.0",
      "cpu MHz dynamic : 5000", "Model Name : Loongson-3A5000", "Serial Numbers : 1, 2", "flags of vmx : aes",
      "flags\t\t: fpu lm")
    #expect(found?.parts == [ProcessorPart(name: "x", megahertz: 2000, count: 1)])
    #expect(found?.model == nil && found?.serial == nil && found?.hasCrypto == false)
    #expect(information("processor: 0", "Model\t\t: Raspberry Pi", "Serial : 12")?.model == "Raspberry Pi")
  }

  @Test(
    arguments: [
      ("flags : fpu vme lm", "x86_64"), ("CPU part : 0xd03\nFeatures : fp asimd evtstrm aes", "arm64"),
      // A kernel of 32 bits on a core of 64, and of an old core.
      ("CPU architecture: 7\nCPU part : 0xd03\nFeatures : half thumb fastmult vfp edsp neon", "arm"),
      ("CPU part : 0xb76\nFeatures : half thumb fastmult vfp edsp java tls", "arm"),
      // Without features the core tells.
      ("CPU part : 0xd08", "arm64"), ("CPU part : 0xc07", "arm"),
      ("CPU implementer : 0x51\nCPU part : 0x803", "arm64"),
      ("isa : rv64imafdc", Board.builtArchitecture),
      ("Features : cpucfg lam ual fpu lsx", Board.builtArchitecture),
    ])
  func aTreeIsOfTheArchitectureThatItsFilesTell(_ lines: String, _ architecture: String) {
    let tree = Tree()
    tree.write("proc/cpuinfo", "processor : 0\n" + lines + "\n")
    #expect(tree.sampled().snapshot.board.architecture == architecture)
  }

  @Test func onThisMachineTheProgramsOwnArchitectureCounts() {
    let sampler = Sampler(root: "/", statePath: "/tmp", enginePath: "/")
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.board.architecture == Board.builtArchitecture)
  }

  /// 64 bits with pages of 4 and 64 KiB, a kernel of 32 bits, kernels before 3.19, and what is no kernel.
  @Test(arguments: [
    "9223372036854771712", "9223372036854710272", "8796093018112", "18446744073709551615",
    "9223372036854775807", "-1",
    "max",
  ])
  func eachSpellingOfNoMemoryLimitIsNone(_ text: String) {
    let tree = Tree()
    tree.write("proc/self/cgroup", "4:memory:/box\n2:cpu,cpuacct:/box\n")
    tree.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", text + "\n")
    tree.write("sys/fs/cgroup/memory/memory.limit_in_bytes", text + "\n")
    #expect(tree.sampled().snapshot.controlGroup.memoryMaximum == .value(nil, at: seconds(0)))
    tree.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n")
    #expect(tree.sampled().snapshot.controlGroup.memoryMaximum.value == 536_870_912)
  }

  @Test(arguments: ["-1", "0", "9223372036854775807", "-9223372036854775807"])
  func eachSpellingOfNoQuotaIsNone(_ text: String) {
    let tree = Tree()
    tree.write("proc/self/cgroup", "4:memory:/\n2:cpu,cpuacct:/\n")
    tree.makeFolder("sys/fs/cgroup/memory")
    tree.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", text + "\n")
    tree.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    #expect(tree.sampled().snapshot.controlGroup.cores == .value(nil, at: seconds(0)))
    let modern = Tree()
    modern.write("proc/self/cgroup", "0::/\n")
    for text in ["max\n", "max 100000\n", "-1 100000\n", "18446744073709551615 100000\n"] {
      modern.write("sys/fs/cgroup/cpu.max", text)
      #expect(modern.sampled().snapshot.controlGroup.cores == .value(nil, at: seconds(0)), "\(text)")
    }
  }
}
