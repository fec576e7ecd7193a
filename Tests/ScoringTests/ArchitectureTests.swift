import Basics
import Testing

@testable import Scoring

/// Platforms are of one form here, whoever spells them.
struct ArchitectureTests {
  @Test(arguments: [
    ("x86_64", "amd64"), ("x86-64", "amd64"), ("AMD64", "amd64"), ("amd64/v1", "amd64"),
    ("amd64/v3", "amd64/v3"),
    ("i386", "386"), ("i686", "386"), ("aarch64", "arm64"), ("arm64/v8", "arm64"), ("arm64/8", "arm64"),
    ("arm64/v9", "arm64/v9"), ("armhf", "arm/v7"), ("armel", "arm/v6"), ("arm/7", "arm/v7"),
    ("ARM/V6", "arm/v6"),
    ("armv7l", "arm/v7"), ("armv6l", "arm/v6"), ("armv8l", "arm/v8"), ("armv5tejl", "arm/v5"), ("arm", "arm"),
    ("riscv64", "riscv64"), ("", ""),
  ])
  func everySpellingHasOneForm(text: String, form: String) {
    #expect(Architecture(text).text == form)
    #expect(Architecture(Architecture(text).text) == Architecture(text))
  }

  @Test(arguments: [
    ("linux/arm/v7", "linux", "arm/v7"), ("linux", "linux", ""), ("armhf", "linux", "arm/v7"),
    ("arm64", "linux", "arm64"), ("linux/aarch64", "linux", "arm64"), ("Linux/ARM64/v8", "linux", "arm64"),
    ("windows/amd64", "windows", "amd64"), ("linux/strange", "linux", "strange"), ("darwin", "darwin", ""),
  ])
  func whatPlatformNamesIsUnderstood(text: String, system: String, architecture: String) throws {
    let platform = try #require(Architecture.platform(text))
    #expect(platform.system == system && platform.architecture.text == architecture)
  }

  @Test(arguments: [
    "", "/", "strange", "linux/", "/arm", "linux/arm/v7/x", "linux/ar m", "linux//v7", "lin*x/arm",
  ])
  func whatIsNoPlatformIsNone(text: String) {
    #expect(Architecture.platform(text) == nil)
  }

  /// The beginnings of /proc/cpuinfo of 32-bit kernels, shortened: boards of one Engine's word, "arm".
  static let pi1 = """
    processor\t: 0
    model name\t: ARMv6-compatible processor rev 7 (v6l)
    Features\t: half thumb fastmult vfp edsp java tls
    CPU architecture: 7
    CPU part\t: 0xb76
    """
  static let pi2 = """
    processor\t: 0
    model name\t: ARMv7 Processor rev 5 (v7l)
    Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm
    CPU architecture: 7
    """
  static let pi3 = """
    processor\t: 0
    model name\t: ARMv7 Processor rev 4 (v7l)
    Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm crc32
    CPU architecture: 7
    """
  static let pi5 = """
    processor\t: 0
    Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics
    CPU implementer\t: 0x41
    CPU architecture: 8
    """

  @Test(arguments: [
    ("arm", pi1, ["arm/v6"]), ("arm", pi2, ["arm/v7"]), ("arm", pi3, ["arm/v7", "arm/v8"]),
    // A 32-bit Engine on a 64-bit kernel, as Raspberry Pi OS has it; an old kernel's word for it.
    ("arm", pi5, ["arm/v8", "arm64"]), ("arm", "CPU architecture: AArch64\n", ["arm/v8", "arm64"]),
    ("arm", "CPU architecture: 5TEJ\n", ["arm/v5"]),
    // Nothing is known: nothing speaks against anything.
    ("arm", "model name: Intel\n", ["arm"]), ("arm", "", ["arm"]), ("arm/v6", pi2, ["arm/v6"]),
    ("arm64", pi5, ["arm64"]), ("amd64", "", ["amd64"]), ("aarch64", "", ["arm64"]),
  ])
  func theVariantOfANodeFollowsFromItsCores(engine: String, processors: String, expected: [String]) {
    let found = Architecture.ofNode(engine: engine, processors: processors, hasCompatibility: false)
    #expect(found.map { $0.text } == expected)
  }

  @Test func a64BitKernelWithCompatibilityRuns32BitProgramsOfEveryVariant() {
    let node = Architecture.ofNode(engine: "arm64", processors: "", hasCompatibility: true)
    #expect(node.map { $0.text } == ["arm64", "arm/v8"])
    for asked in ["arm", "arm/v5", "arm/v6", "armhf", "arm/v8", "arm64"] {
      #expect(node.contains { Architecture(asked).runs(on: $0) }, "\(asked)")
    }
    #expect(!node.contains { Architecture("amd64").runs(on: $0) })
  }

  @Test(arguments: [
    ("linux/arm/v7", "arm", true), ("linux/arm/v8", "arm", true), ("linux/arm/v6", "arm/v7", true),
    ("linux/arm", "arm/v6", true), ("linux/arm/v7", "arm/v6", false), ("linux/arm/v8", "arm/v7", false),
    ("linux/arm64", "arm/v7", false), ("linux/386", "amd64", true), ("linux/amd64", "386", false),
    ("linux/amd64/v3", "amd64", true), ("linux/x86_64", "amd64", true), ("linux/arm64/v8", "arm64", true),
    ("linux", "riscv64", true),
  ])
  func whatRunsWhatIsAskedOfTheVariant(platform: String, node: String, runs: Bool) throws {
    let asked = try #require(Architecture.platform(platform)).architecture
    #expect(asked.runs(on: Architecture(node)) == runs)
  }

  @Test(arguments: [
    ("arm", "arm/v7", true), ("armv7l", "arm/v7", true), ("armhf", "arm/v6", false),
    ("aarch64", "arm64", true),
    ("x86_64", "amd64", true), ("arm64", "arm/v8", false), ("arm", "", false),
  ])
  func aConstraintMeansAnArchitectureHoweverItIsSpelled(value: String, architecture: String, meets: Bool)
    throws
  {
    var node = HomeNode(id: "a")
    node.architecture = architecture
    #expect(try Constraint(parsing: "node.platform.arch==" + value).allows(node) == meets)
    #expect(try Constraint(parsing: "node.platform.arch!=" + value).allows(node) != meets)
  }
}
