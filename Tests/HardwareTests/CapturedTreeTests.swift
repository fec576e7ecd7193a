internal import CLinux
import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

@Suite struct CapturedTreeTests {
  @Test func aServerTreeYieldsEverySection() throws {
    let snapshot = try Tree(captured: "procfs.ttar", without: "fixtures/").sampled().snapshot
    #expect(snapshot.processors.cores.count == 8)
    #expect(snapshot.processors.onlineCount == 8)
    #expect(
      snapshot.processors.times.value
        == CoreTimes(
          user: 301854, nice: 612, system: 111922, idle: 8_979_004, iowait: 3552, irq: 2, softirq: 3944))
    #expect(snapshot.processors.cores[7].times.value?.user == 29098)
    #expect(snapshot.load.value == Load(one: 0.02, five: 0.04, fifteen: 0.05, runnable: 1, tasks: 497))
    #expect(snapshot.memory.value?.total == UInt64(15_666_184 * 1024))
    let stall = snapshot.pressure.cpu.stall.value
    #expect(stall?.some?.total == 15)
    #expect(abs((stall?.some?.average300 ?? 0) - 0.0385) < 1e-9)
    #expect(stall?.full == nil)
    #expect(snapshot.pressure.io.stall.value?.full != nil)
    #expect(snapshot.board.product.value != nil)
    #expect(snapshot.board.processorParts.value?.first?.name == "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz")
    #expect(snapshot.board.processorParts.value?.first?.count == 8)
  }

  @Test func aServerTreesInterfacesAreTheTablesOnes() throws {
    let network = try Tree(captured: "procfs.ttar", without: "fixtures/").sampled().snapshot.network
    #expect(network.interfaces.map(\.name) == ["vethf345468", "lo", "docker0", "eth0"])
    #expect(network.interfaces[1].kind == .loopback)
    #expect(network.interfaces[3].kind == .ethernet)
    #expect(network.interfaces[3].counters.value?.receivedBytes == 874_354_587)
    #expect(network.interfaces[3].counters.value?.sentPackets == 732_147)
    #expect(network.interfaces[3].state.value == .up)
    #expect(network.interfaces[3].carrier.value == true)
    #expect(network.interfaces[3].speed.value == 1000)
    #expect(network.interfaces[0].carrier.absence?.reason == .noFile)
  }

  @Test func aServerTreesZonesKeepTheirOddMembers() throws {
    let thermal = try Tree(captured: "procfs.ttar", without: "fixtures/").sampled().snapshot.thermal
    #expect(thermal.zones.map(\.type) == ["bcm2835_thermal", "acpitz"])
    #expect(thermal.zones[0].temperature.value == 49925)
    #expect(thermal.zones[1].temperature.absence?.reason == .implausible(-44_000), "-44 °C")
    #expect(thermal.coolingDevices.count == 3)
    #expect(thermal.coolingDevices[0].state.value == 0)
    #expect(thermal.coolingDevices[1].state.absence?.reason == .noFile)
  }

  @Test func aLaptopsSuppliesAreMainsAndBattery() throws {
    let power = try Tree(captured: "procfs.ttar", without: "fixtures/").sampled().snapshot.power
    #expect(power.supplies.map(\.name) == ["AC", "BAT0"])
    #expect(power.supplies.map(\.kind) == [.mains, .battery])
    #expect(power.supplies[0].state.value?.isOnline == false)
    #expect(power.supplies[1].state.value?.status == .discharging)
    #expect(power.supplies[1].state.value?.capacity == 85)
    #expect(power.supplies[1].state.value?.voltage == 11_750_000)
  }

  @Test func aServersDisksAreWholeDisksOnly() throws {
    let storage = try Tree(captured: "procfs.ttar", without: "fixtures/").sampled().snapshot.storage
    let names = storage.disks.map(\.name)
    #expect(names.contains("sda"))
    #expect(names.contains("nvme0n1"))
    for name in names {
      #expect(!name.hasPrefix("loop") && !name.hasPrefix("ram") && !name.hasPrefix("dm-"))
      #expect(name != "sda1" && name != "nvme0n1p1" && name != "mmcblk0p1", "\(name) is a partition")
    }
    #expect(storage.state.absence?.reason == .noFile)
  }

  @Test func chipsWithLabelsWithoutNamesAndWithDanglingLinksAllAppear() throws {
    let tree = try Tree(captured: "node_exporter-sys.ttar")
    let snapshot = tree.sampled().snapshot
    let chips = snapshot.hwmon.chips
    #expect(chips.map(\.number) == Array(0...10))
    #expect(chips[0].name == "coretemp")
    let package = chips[0].sensors.first { $0.kind == .temperature && $0.number == 1 }
    #expect(package?.label == "Physical id 0")
    #expect(package?.value.value == 55000)
    #expect(package?.maximum == 84000)
    #expect(package?.critical == 100_000)
    #expect(chips[0].alarms.contains { $0.name == "temp1_crit_alarm" && $0.isRaised.value == false })
    #expect(chips[4].name == "")
    #expect(chips[4].sensors.count == 2)
    #expect(chips[5].sensors.isEmpty)
    #expect(chips[2].sensors.contains { $0.kind == .fan && $0.value.value == 0 })
    #expect(chips[3].sensors.contains { $0.kind == .voltage && $0.value.value == 792 })
    for chip in chips {
      for sensor in chip.sensors {
        #expect(sensor.value.value != nil || sensor.value.absence?.path.hasPrefix(tree.root) == true)
      }
    }
  }

  @Test func aPhoneWithTheHiKeysProcessorHasItsPolicyInsideEachCore() throws {
    let snapshot = try Tree(captured: "kirin620-phone.ttar").sampled().snapshot
    #expect(snapshot.processors.cores.map(\.number) == Array(0..<8))
    #expect(snapshot.processors.policies.count == 1)
    let policy = try #require(snapshot.processors.policies.first)
    #expect(policy.cores == [0, 1, 2, 3])
    #expect(policy.minimum.value == 208_000)
    #expect(policy.maximum.value == 1_200_000)
    #expect(policy.limit.value != nil)
    #expect(snapshot.processors.cores.map(\.policy) == [0, 0, 0, 0, nil, nil, nil, nil])
    #expect(snapshot.processors.cores[0].capacity.absence?.reason == .noFile)
    #expect(snapshot.processors.cores[3].topology.package.value != nil)
    #expect(snapshot.board.processorParts.value?.first?.part == 0xd03)
  }

  @Test(
    arguments: [
      ("BCM2837_BCM2709-4.1.19-v7", [(0xd03, 4)], nil),
      ("BCM2711B0-5.10.63-v8", [(0xd08, 4)], "Raspberry Pi 4 Model B Rev 1.4"),
      ("BCM2712-6.1.47", [(0xd0b, 4)], "Raspberry Pi 5 Model B Rev 1.0"),
      ("HiSilicon-Kirin-620-3.18.0-linaro-hikey", [(0xd03, 8)], nil),
      ("HiSilicon-Kirin-620-4.19.5-hikey", [(0xd03, 8)], nil),
      ("HiSilicon-Kirin-960", [(0xd03, 4), (0xd09, 4)], nil),
      ("Allwinner-H6-3.10.65-sunxi64", [(0xd03, 4)], nil),
      ("Allwinner-H6-5.7.0-rc6-geb17650", [(0xd03, 4)], nil),
    ] as [(String, [(Int, Int)], String?)])
  func theCpuinfoOfEachBoardNamesItsCores(name: String, parts: [(Int, Int)], model: String?) throws {
    let text = try fixture("cpuinfo/\(name).cpuinfo")
    let information = parsed(text) { parseProcessorInformation($0) }
    #expect(information?.parts == parts.map { ProcessorPart(part: $0.0, count: $0.1) })
    #expect(information?.model == model)
  }

  @Test func thisMachineCanBeSampled() throws {
    let sampler = Sampler(root: "/", statePath: "/tmp", enginePath: "/")
    sampler.sample(at: seconds(0))
    usleep(200_000)
    sampler.sample(at: Instant(nanoseconds: 200_000_000))
    let snapshot = sampler.snapshot
    #expect(snapshot.processors.onlineCount == sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #expect(snapshot.memory.value?.total == UInt64(sysconf(Int32(_SC_PHYS_PAGES)) * 4096))
    #expect((snapshot.storage.state.value?.free ?? 0) > 0)
    let busy = try #require(snapshot.processors.utilisation.value)
    #expect(busy >= 0 && busy <= 1)
    #expect(snapshot.network.interfaces.contains { $0.kind == .loopback && $0.receiveRate.value != nil })
  }
}
