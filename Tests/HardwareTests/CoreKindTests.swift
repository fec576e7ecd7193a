import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

@Suite struct CoreKindTests {
  private static let hikey960 = (0..<8).map {
    "processor\t: \($0)\nBogoMIPS\t: 3.84\nFeatures\t: fp asimd evtstrm aes pmull\nCPU part\t: "
      + ($0 < 4 ? "0xd03" : "0xd09") + "\n\n"
  }.joined()

  private func write(_ tree: Tree, cores: Int) {
    tree.write(
      "proc/stat",
      "cpu  8 0 8 8 0 0 0 0 0 0\n" + (0..<cores).map { "cpu\($0) 1 0 1 1 0 0 0 0 0 0\n" }.joined()
        + "intr 0\n")
    for core in 0..<cores { tree.write("sys/devices/system/cpu/cpu\(core)/topology/core_id", "\(core)\n") }
  }

  @Test func cpuinfoTellsTheKindOfEachCore() {
    let tree = Tree()
    write(tree, cores: 8)
    tree.write("proc/cpuinfo", Self.hikey960)
    let snapshot = tree.sampled().snapshot
    #expect(
      snapshot.processors.cores.map(\.part) == [Int?](repeating: 0xd03, count: 4) + [
        0xd09, 0xd09, 0xd09, 0xd09,
      ])
    #expect(snapshot.board.hasCrypto.value == true)
  }

  /// arch/arm64/kernel/cpuinfo.c writes the register as sixteen digits.
  @Test func theRegisterIsBelievedOverCpuinfo() {
    let tree = Tree()
    write(tree, cores: 2)
    tree.write("proc/cpuinfo", Self.hikey960)
    tree.write("sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "0x00000000410fd034\n")
    tree.write("sys/devices/system/cpu/cpu1/regs/identification/midr_el1", "0x00000000410fd0b1\n")
    #expect(tree.sampled().snapshot.processors.cores.map(\.part) == [0xd03, 0xd0b])
    for wrong in ["", "0x0000000000000000\n", "junk\n", "0x00000000410fd034 x\n"] {
      tree.write("sys/devices/system/cpu/cpu1/regs/identification/midr_el1", wrong)
      #expect(tree.sampled().snapshot.processors.cores[1].part == 0xd03, "\(wrong)")
    }
  }

  @Test(
    arguments: [
      ("BCM2837_BCM2709-4.1.19-v7", [0xd03, 0xd03, 0xd03, 0xd03], false),
      ("BCM2387B0-5.16.7-bcm2711", [0xd03, 0xd03, 0xd03, 0xd03], false),
      ("BCM2710A1_RP3A0-5.10.63-v7", [0xd03, 0xd03, 0xd03, 0xd03], false),
      ("BCM2711B0-5.10.78-v8", [0xd08, 0xd08, 0xd08, 0xd08], false),
      ("BCM2712-6.1.47", [0xd0b, 0xd0b, 0xd0b, 0xd0b], true),
      ("HiSilicon-Kirin-960", [0xd03, 0xd03, 0xd03, 0xd03, 0xd09, 0xd09, 0xd09, 0xd09], true),
      ("HiSilicon-Kirin-620-4.19.5-hikey", [Int](repeating: 0xd03, count: 8), true),
      ("HiSilicon-Kirin-620-3.18.0-linaro-hikey", [Int](repeating: 0xd03, count: 8), true),
      ("Allwinner-H6-3.10.65-sunxi64", [0xd03, 0xd03, 0xd03, 0xd03], true),
      ("Allwinner-H6-5.7.0-rc6-geb17650", [0xd03, 0xd03, 0xd03, 0xd03], true),
    ] as [(String, [Int], Bool)])
  func capturedBoardsTellTheirCoresAndTheirCrypto(name: String, parts: [Int], crypto: Bool) throws {
    let text = try fixture("cpuinfo/\(name).cpuinfo")
    let found = parsed(text) { parsePartsOfCores($0) }
    #expect(parts.indices.map { found?.part(of: $0) } == parts)
    #expect(parsed(text) { parseProcessorInformation($0) }?.hasCrypto == crypto)
  }

  @Test func noFeaturesAreNotTheLackOfThem() {
    let tree = Tree()
    tree.write("proc/cpuinfo", "processor\t: 0\nCPU part\t: 0xd03\n")
    #expect(tree.sampled().snapshot.board.hasCrypto.absence?.reason == .notSupported(errno: 0))
    tree.write("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme aesx sse2\n")
    #expect(tree.sampled().snapshot.board.hasCrypto.value == false)
  }

  @Test func mutatedCpuinfoNeverTraps() {
    var state: UInt64 = 99
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var found = 0
    for _ in 0..<3000 {
      var bytes = Array(Self.hikey960.utf8)
      for _ in 0...next(6) {
        let place = next(bytes.count)
        switch next(3) {
        case 0: bytes[place] = UInt8(next(256))
        case 1: bytes.removeSubrange(place..<min(place + next(40), bytes.count))
        default: bytes.insert(contentsOf: Array("0xffffffffff: -1\n".utf8), at: place)
        }
        if bytes.isEmpty { bytes = [0x0a] }
      }
      bytes.withUnsafeBytes { raw in
        let parts = parsePartsOfCores(Cursor(raw))
        for entry in parts.known {
          #expect((0..<1024).contains(entry.core) && (1...0xfff).contains(entry.part))
          found += 1
        }
        _ = parseProcessorInformation(Cursor(raw))
      }
    }
    #expect(found > 3000)
  }
}

@Suite struct BoardDeviceTests {
  @Test func lightsAndBusesAreListedInOrder() {
    let tree = Tree()
    for led in ["PWR", "ACT", "mmc0::"] { tree.write("sys/class/leds/\(led)/brightness", "0\n") }
    tree.write("sys/class/i2c-dev/i2c-10/name", "bcm2835 (i2c@7e805000)\n")
    tree.write("sys/class/i2c-dev/i2c-1/name", "Synopsys DesignWare I2C adapter\n")
    tree.link(
      "sys/class/i2c-dev/i2c-1/device/of_node", to: "../../../firmware/devicetree/base/soc/i2c@ffd71000")
    tree.makeFolder("sys/class/i2c-dev/other")
    let devices = BoardDevices(root: tree.root + "/")
    #expect(devices.leds == ["ACT", "PWR", "mmc0::"])
    #expect(
      devices.adapters == [
        .init(number: 1, name: "Synopsys DesignWare I2C adapter", node: "i2c@ffd71000"),
        .init(number: 10, name: "bcm2835 (i2c@7e805000)", node: ""),
      ])
    #expect(BoardDevices(root: "/nowhere") == BoardDevices())
  }

  @Test func aPowerChipWithADriverTellsWhatTheBoardDraws() {
    let tree = Tree()
    tree.write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    tree.write("sys/class/hwmon/hwmon1/name", "ina219\n")
    tree.write("sys/class/hwmon/hwmon1/power1_input", "5600000\n")
    #expect(tree.sampled().snapshot.power.drawn.value == 5.6)
    tree.remove("sys/class/hwmon/hwmon1")
    #expect(tree.sampled().snapshot.power.drawn.absence?.reason == .noFile)
  }
}
