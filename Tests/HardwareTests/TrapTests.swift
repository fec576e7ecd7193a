internal import CLinux
import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// What captured trees do not show: one trap of the kernel's interfaces each.
@Suite struct TrapTests {
  private let header = "Inter-|   Receive  |  Transmit\n face |bytes  |bytes\n"

  private func line(_ name: String, received: UInt64, sent: UInt64 = 0) -> String {
    "  \(name): \(received) 0 0 0 0 0 0 0 \(sent) 0 0 0 0 0 0 0\n"
  }

  @Test func anEmptyRootExplainsEveryAbsence() {
    let tree = Tree()
    let snapshot = tree.sampled(2).snapshot
    let root = tree.root
    #expect(snapshot.load.absence == Absence(path: root + "/proc/loadavg", reason: .noFile))
    #expect(snapshot.memory.absence?.reason == .noFile)
    #expect(snapshot.processors.utilisation.absence?.reason == .noFile)
    #expect(snapshot.pressure.io.someShare.absence?.path == root + "/proc/pressure/io")
    #expect(snapshot.thermal.absence?.reason == .noFile)
    #expect(snapshot.hwmon.absence?.reason == .noFile)
    #expect(snapshot.network.absence?.reason == .noFile)
    #expect(snapshot.storage.absence?.reason == .noFile)
    #expect(snapshot.power.absence?.reason == .noFile)
    #expect(snapshot.controlGroup.cores.absence?.reason == .noFile)
    #expect(snapshot.firmware.undervoltage.absence?.reason == .noFile)
    #expect(snapshot.firmware.throttle.absence?.reason == .noFile)
    #expect(snapshot.board.model.absence?.reason == .noFile)
    #expect(snapshot.board.processorParts.absence?.path == root + "/proc/cpuinfo")
  }

  @Test func utilisationNeedsTwoSamples() {
    let tree = Tree()
    tree.write("proc/stat", "cpu  100 0 0 100\ncpu0 100 0 0 100\n")
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.processors.utilisation.absence?.reason == .notYet)
    #expect(sampler.snapshot.processors.cores[0].utilisation.absence?.path == tree.root + "/proc/stat")
    tree.write("proc/stat", "cpu  175 0 0 125\ncpu0 175 0 0 125\n")
    sampler.sample(at: seconds(1))
    #expect(sampler.snapshot.processors.utilisation == .value(0.75, at: seconds(1)))
    #expect(sampler.snapshot.processors.cores[0].utilisation == .value(0.75, at: seconds(1)))
    // Nothing grew: the last share keeps its age.
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.processors.utilisation == .value(0.75, at: seconds(1)))
  }

  @Test func aCoreThatGoesOfflineAndReturnsBeginsAnew() {
    let tree = Tree()
    tree.makeFolder("sys/devices/system/cpu/cpu0")
    tree.makeFolder("sys/devices/system/cpu/cpu1")
    let both = "cpu  20 0 0 20\ncpu0 10 0 0 10\ncpu1 10 0 0 10\n"
    tree.write("proc/stat", both)
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.processors.onlineCount == 2)
    tree.write("proc/stat", "cpu  20 0 0 30\ncpu1 10 0 0 20\n")
    sampler.sample(at: seconds(1))
    let away = sampler.snapshot.processors
    #expect(away.cores.map(\.isOnline) == [false, true])
    #expect(away.cores[0].times.absence?.reason == .noFile)
    #expect(away.cores[1].utilisation.value == 0)
    tree.write("proc/stat", both)
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.processors.cores[0].isOnline)
    #expect(sampler.snapshot.processors.cores[0].utilisation.absence?.reason == .notYet)
  }

  @Test func aTornLineOfCoreTimesIsLeftOut() {
    let tree = Tree()
    tree.write("proc/stat", "cpu  20 0 0 20\ncpu0 10 0 0 10\ncpu1 10 0 0 1")
    let processors = tree.sampled().snapshot.processors
    #expect(processors.cores.count == 1)
    tree.write("proc/stat", "cpu  20 0")
    let torn = tree.sampled().snapshot.processors
    #expect(torn.times.absence?.reason == .malformed(text: "cpu  20 0"))
  }

  @Test func twoHundredAndFiftySixCoresAreAllFollowed() {
    let tree = Tree()
    func stat(_ busy: Int) -> String {
      var text = "cpu  \(busy * 256) 0 0 1000\n"
      for core in 0..<256 { text += "cpu\(core) \(busy + core % 2 * busy) 0 0 1000 0 0 0 0 0 0\n" }
      return text + "intr 1 2 3\n"
    }
    for core in 0..<256 {
      tree.write("sys/devices/system/cpu/cpu\(core)/cpu_capacity", core < 128 ? "462\n" : "1024\n")
    }
    for policy in [0, 128] {
      let path = "sys/devices/system/cpu/cpufreq/policy\(policy)/"
      tree.write(
        path + "related_cpus", (policy..<policy + 128).map(String.init).joined(separator: " ") + "\n")
      tree.write(path + "scaling_max_freq", "1844000\n")
    }
    tree.write("proc/stat", stat(100))
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    tree.write("proc/stat", stat(200))
    sampler.sample(at: seconds(1))
    let processors = sampler.snapshot.processors
    #expect(processors.cores.count == 256)
    #expect(processors.onlineCount == 256)
    #expect(processors.cores.allSatisfy { $0.utilisation.value == 1 })
    #expect(processors.cores[127].capacity.value == 462)
    #expect(processors.cores[255].capacity.value == 1024)
    #expect(processors.cores[255].policy == 1)
    #expect(processors.policies[1].limit.value == 1_844_000)
    #expect(processors.policies[1].current.absence?.reason == .noFile)
  }

  @Test func emptyAndMalformedFilesNamePathAndText() {
    let tree = Tree()
    tree.write("proc/loadavg", "")
    tree.write("proc/meminfo", "MemTotal: lots\u{1}\n")
    tree.write("proc/pressure/cpu", "some avg10=x\n")
    tree.write("sys/class/thermal/thermal_zone0/temp", String(repeating: "y", count: 100))
    tree.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
    let snapshot = tree.sampled().snapshot
    #expect(snapshot.load.absence == Absence(path: tree.root + "/proc/loadavg", reason: .malformed(text: "")))
    #expect(snapshot.memory.absence?.reason == .malformed(text: "MemTotal: lots?"))
    #expect(snapshot.pressure.cpu.stall.absence?.reason == .malformed(text: "some avg10=x"))
    #expect(snapshot.pressure.cpu.someShare.absence?.reason == .malformed(text: "some avg10=x"))
    #expect(
      snapshot.thermal.zones[0].temperature.absence?.reason
        == .malformed(text: String(repeating: "y", count: Absence.textLimit)))
  }

  @Test func foldersAndPipesInPlaceOfFilesAreFailuresAndNeverWaitedFor() {
    let tree = Tree()
    tree.makeFolder("proc/loadavg")
    mkfifo(tree.root + "/proc/meminfo", 0o644)
    let snapshot = tree.sampled().snapshot
    #expect(snapshot.load.absence?.reason == .failed(errno: EISDIR))
    #expect(snapshot.memory.absence?.reason == .failed(errno: ESPIPE))
  }

  @Test func aFileThatAppearsIsFoundAtTheNextScan() {
    let tree = Tree()
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    tree.write("proc/loadavg", "0.46 0.57 0.30 2/106 13324\n")
    sampler.sample(at: seconds(1))
    #expect(sampler.snapshot.load.value == nil)
    for second in 2...Sampler.samplesPerScan { sampler.sample(at: seconds(second)) }
    #expect(sampler.snapshot.load.value?.tasks == 106)
  }

  @Test func zonesAndChipsThatComeAndGoAreFoundAtTheNextScan() {
    let tree = Tree()
    tree.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
    tree.write("sys/class/thermal/thermal_zone0/temp", "45084\n")
    tree.write("sys/class/hwmon/hwmon0/name", "ina219\n")
    tree.write("sys/class/hwmon/hwmon0/in1_input", "5120\n")
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.hwmon.chips[0].sensors[0].value.value == 5120)
    tree.remove("sys/class/hwmon/hwmon0")
    tree.write("sys/class/thermal/thermal_zone1/temp", "-5000\n")
    for second in 1...Sampler.samplesPerScan { sampler.sample(at: seconds(second)) }
    #expect(sampler.snapshot.hwmon.chips.isEmpty)
    #expect(sampler.snapshot.thermal.zones.count == 2)
    #expect(sampler.snapshot.thermal.zones[1].temperature.value == -5000)
  }

  @Test func impossibleTemperaturesAreNotBelieved() {
    let tree = Tree()
    tree.write("sys/class/thermal/thermal_zone0/temp", "-273200\n")
    tree.write("sys/class/thermal/thermal_zone1/temp", "150001\n")
    let zones = tree.sampled().snapshot.thermal.zones
    #expect(
      zones.map(\.temperature.absence?.reason) == [
        .implausible(-273_200), .implausible(150_001),
      ])
  }

  @Test func tripPointsOfAHiKeyAreRead() {
    let tree = Tree()
    let zone = "sys/class/thermal/thermal_zone0/"
    tree.write(zone + "type", "cls0\n")
    tree.write(zone + "trip_point_0_type", "passive\n")
    tree.write(zone + "trip_point_0_temp", "65000\n")
    tree.write(zone + "trip_point_0_hyst", "1000\n")
    tree.write(zone + "trip_point_1_type", "passive\n")
    tree.write(zone + "trip_point_1_temp", "75000\n")
    tree.write("sys/class/thermal/cooling_device0/type", "cpufreq-cpu0\n")
    tree.write("sys/class/thermal/cooling_device0/cur_state", "2\n")
    tree.write("sys/class/thermal/cooling_device0/max_state", "4\n")
    let thermal = tree.sampled().snapshot.thermal
    #expect(
      thermal.zones[0].trips == [
        TripPoint(kind: .passive, temperature: 65000, hysteresis: 1000),
        TripPoint(kind: .passive, temperature: 75000),
      ])
    #expect(thermal.coolingDevices[0].slowsProcessors)
    #expect(thermal.coolingDevices[0].state.value == 2)
    #expect(thermal.coolingDevices[0].maximum.value == 4)
  }

  @Test func interfacesThatComeAndGoKeepTheOthersRates() {
    let tree = Tree()
    tree.write("proc/net/dev", header + line("eth0", received: 1000, sent: 500))
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.network.interfaces[0].receiveRate.absence?.reason == .notYet)
    tree.write("proc/net/dev", header + line("wlan0", received: 9) + line("eth0", received: 3000, sent: 600))
    sampler.sample(at: seconds(2))
    let interfaces = sampler.snapshot.network.interfaces
    #expect(interfaces.map(\.name) == ["wlan0", "eth0"])
    #expect(interfaces[0].receiveRate.absence?.reason == .notYet)
    #expect(interfaces[1].receiveRate == .value(1000, at: seconds(2)))
    #expect(interfaces[1].transmitRate == .value(50, at: seconds(2)))
  }

  @Test func aCounterThatWrapsAtThirtyTwoBitsKeepsItsRateAndAResetHasNone() {
    let tree = Tree()
    tree.write("proc/net/dev", header + line("eth0", received: 0xffff_fc18, sent: 50_000_000))
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    tree.write("proc/net/dev", header + line("eth0", received: 1000, sent: 10))
    sampler.sample(at: seconds(1))
    #expect(sampler.snapshot.network.interfaces[0].receiveRate.value == 2000)
    #expect(sampler.snapshot.network.interfaces[0].transmitRate.absence?.reason == .notYet)
  }

  @Test func aDisksTimeThatWrapsKeepsItsShare() {
    let tree = Tree()
    tree.write("proc/diskstats", " 8 0 sda 1 0 2048 9 5 0 10 8 0 4294967196 11\n")
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.storage.disks[0].busyShare.absence?.reason == .notYet)
    tree.write("proc/diskstats", " 8 0 sda 1 0 4096 9 5 0 10 8 0 400 11\n")
    sampler.sample(at: seconds(1))
    #expect(sampler.snapshot.storage.disks[0].busyShare.value == 0.5)
    #expect(sampler.snapshot.storage.disks[0].readRate.value == 1_048_576)
    #expect(sampler.snapshot.storage.disks[0].writeRate.value == 0)
  }

  @Test func anInterfaceWithoutASpeedSaysSo() {
    let tree = Tree()
    tree.write("proc/net/dev", header + line("eth0", received: 1) + line("eth1", received: 1))
    for (name, speed) in [("eth0", "-1\n"), ("eth1", "4294967295\n")] {
      tree.write("sys/class/net/\(name)/type", "1\n")
      tree.makeFolder("sys/class/net/\(name)/device")
      tree.write("sys/class/net/\(name)/speed", speed)
    }
    let interfaces = tree.sampled().snapshot.network.interfaces
    #expect(interfaces.map(\.kind) == [.ethernet, .ethernet])
    #expect(interfaces.map(\.speed.absence?.reason) == [.notSupported(errno: 0), .notSupported(errno: 0)])
  }

  @Test func eachKindOfInterfaceIsRecognised() {
    let tree = Tree()
    let names = ["lo", "eth0", "wlan0", "br-1", "veth1", "tun0", "enx1"]
    tree.write("proc/net/dev", header + names.map { line($0, received: 1) }.joined())
    for name in names { tree.write("sys/class/net/\(name)/type", name == "tun0" ? "65534\n" : "1\n") }
    tree.write("sys/class/net/lo/type", "772\n")
    tree.link("sys/class/net/eth0/device", to: "../../nowhere")
    tree.link("sys/class/net/wlan0/device", to: "../../nowhere")
    tree.link("sys/class/net/wlan0/phy80211", to: "../../nowhere")
    tree.makeFolder("sys/class/net/br-1/bridge")
    tree.remove("sys/class/net/enx1")
    tree.link("sys/class/net/enx1", to: "../../devices/platform/soc/usb1/1-1/1-1.1/net/enx1")
    tree.write("sys/devices/platform/soc/usb1/1-1/1-1.1/net/enx1/type", "1\n")
    tree.makeFolder("sys/devices/platform/soc/usb1/1-1/1-1.1/net/enx1/device")
    tree.write("proc/net/wireless", "h\nh\n wlan0: 0000   54.  -56.  -256  0 0 0 0 12 7\n")
    let interfaces = tree.sampled().snapshot.network.interfaces
    #expect(interfaces.map(\.kind) == [.loopback, .ethernet, .wifi, .bridge, .virtual, .virtual, .ethernet])
    #expect(interfaces.map(\.isUSB) == [false, false, false, false, false, false, true])
    #expect(
      interfaces[2].wireless.value == WirelessLink(quality: 54, level: -56, noise: -256, missedBeacons: 7))
    #expect(interfaces[1].wireless.absence?.reason == .noFile)
  }

  @Test func pressureSharesComeFromTheTotals() {
    let tree = Tree()
    func text(_ some: Int, _ full: Int) -> String {
      "some avg10=1.50 avg60=0.00 avg300=0.00 total=\(some)\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=\(full)\n"
    }
    tree.write("proc/pressure/memory", text(1_000_000, 0))
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.pressure.memory.stall.value?.some?.average10 == 0.015)
    #expect(sampler.snapshot.pressure.memory.someShare.absence?.reason == .notYet)
    tree.write("proc/pressure/memory", text(1_500_000, 9_000_000))
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.pressure.memory.someShare.value == 0.25)
    #expect(sampler.snapshot.pressure.memory.fullShare.value == 1)
    tree.write("proc/pressure/memory", text(1, 1))
    sampler.sample(at: seconds(3))
    #expect(sampler.snapshot.pressure.memory.someShare.absence?.reason == .notYet)
  }

  @Test func theFirmwaresZeroIsNotBelievedButItsBitsAre() {
    let tree = Tree()
    let path = "sys/devices/platform/soc/soc:firmware/get_throttled"
    tree.write(path, "0\n")
    tree.write("sys/class/hwmon/hwmon3/name", "rpi_volt\n")
    tree.write("sys/class/hwmon/hwmon3/in0_lcrit_alarm", "1\n")
    let sampler = tree.sampler()
    sampler.sample(at: seconds(0))
    #expect(sampler.snapshot.firmware.throttle.absence?.reason == .notSupported(errno: EOPNOTSUPP))
    #expect(sampler.snapshot.firmware.undervoltage.value == true)
    tree.write(path, "50005\n")
    sampler.sample(at: seconds(1))
    #expect(
      sampler.snapshot.firmware.throttle.value
        == [.undervoltage, .throttled, .undervoltageOccurred, .throttlingOccurred])
  }

  @Test func theDeviceTreeIsReadBelowTheRootThoughItsLinkIsAbsolute() {
    let tree = Tree()
    let base = "sys/firmware/devicetree/base/"
    tree.write(base + "model", "Raspberry Pi 3 Model B Rev 1.2\0")
    tree.write(base + "compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    tree.write(base + "serial-number", "00000000cafe\0")
    tree.link("proc/device-tree", to: "/sys/firmware/devicetree/base")
    let board = tree.sampled().snapshot.board
    #expect(board.model.value == "Raspberry Pi 3 Model B Rev 1.2")
    #expect(board.compatible.value == ["raspberrypi,3-model-b", "brcm,bcm2837"])
    #expect(board.serial.value == "00000000cafe")
    #expect(board.vendor.absence?.reason == .noFile)
  }

  @Test func theSpaceOfAnExistingFolderIsReal() throws {
    let tree = Tree()
    tree.makeFolder("state")
    let storage = tree.sampled().snapshot.storage
    let space = try #require(storage.state.value)
    #expect(space.total > 0 && space.free <= space.total && !space.isReadOnly)
    #expect(storage.engine.absence == Absence(path: tree.root + "/engine", reason: .noFile))
  }
}
