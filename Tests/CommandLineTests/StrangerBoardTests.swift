import Readings
import Reports
import Scoring
import Testing

@testable import Basics
@testable import CommandLine

/// Whole trees of machines that others have reported, through sampler, profile, score, report and doctor.
@Suite struct StrangerBoardTests {
  private let tree: DoctorTree

  init() throws {
    tree = try DoctorTree()
    try tree.write("/proc/loadavg", "0.10 0.10 0.10 1/100 1234\n")
    try tree.write("/proc/meminfo", "MemTotal: 8000000 kB\nMemFree: 5000000 kB\nMemAvailable: 6000000 kB\n")
    try tree.write("/proc/self/cgroup", "0::/system.slice/hearth.service\n")
  }

  /// A healthy machine of so many cores with cpufreq.
  private func write(cores: Int, cpuinfo: String, clock: Int = 2_000_000) throws {
    try tree.write("/proc/cpuinfo", (0..<cores).map { "processor\t: \($0)\n" + cpuinfo + "\n" }.joined())
    try tree.write(
      "/proc/stat",
      "cpu  1000 0 500 90000 100 0 10 0 0 0\n"
        + (0..<cores).map { "cpu\($0) 250 0 125 22500 25 0 3 0 0 0\n" }.joined() + "intr 1\n")
    for core in 0..<cores {
      let policy = "/sys/devices/system/cpu/cpufreq/policy\(core)/"
      try tree.write("/sys/devices/system/cpu/cpu\(core)/topology/core_id", "\(core)\n")
      try tree.write(policy + "related_cpus", "\(core)\n")
      try tree.write(policy + "cpuinfo_max_freq", "\(clock)\n")
      try tree.write(policy + "scaling_max_freq", "\(clock)\n")
    }
  }

  private let x86 = "model name\t: Example CPU\ncpu MHz\t\t: 2000.000\nflags\t\t: fpu aes\n"
  private let a53 = "Features\t: fp asimd evtstrm aes\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n"

  private func interfaces(_ each: [(name: String, type: Int, carrier: String)]) throws {
    var table = "Inter-|   Receive |  Transmit\n face |bytes |bytes\n"
    for (name, type, carrier) in each {
      let folder = "/sys/class/net/" + name
      table += "  \(name): 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
      try tree.write(folder + "/type", "\(type)\n")
      try tree.write(folder + "/carrier", carrier + "\n")
      try tree.write(folder + "/operstate", carrier == "1" ? "up\n" : "down\n")
      if type == 1 { try tree.write(folder + "/speed", carrier == "1" ? "1000\n" : "-1\n") }
      if type != 772 { try tree.makeFolder(folder + "/device") }
    }
    try tree.write("/proc/net/dev", table)
  }

  private func zone(_ number: Int, _ type: String, _ temperature: String, trips: [(String, String)] = [])
    throws
  {
    let folder = "/sys/class/thermal/thermal_zone\(number)/"
    try tree.write(folder + "type", type + "\n")
    try tree.write(folder + "temp", temperature + "\n")
    for (place, trip) in trips.enumerated() {
      try tree.write(folder + "trip_point_\(place)_type", trip.0 + "\n")
      try tree.write(folder + "trip_point_\(place)_temp", trip.1 + "\n")
    }
  }

  private func score() throws -> Score {
    let context = try tree.context()
    return Score(of: context.snapshot, profile: context.profile)
  }

  private func inspect() throws -> String {
    let context = try tree.context()
    return snapshotText(context.snapshot, context.match)
  }

  @Test func aMousesBatteryIsNotTheMachines() throws {
    try write(cores: 4, cpuinfo: x86)
    try zone(0, "x86_pkg_temp", "45000")
    try interfaces([("lo", 772, "1"), ("eth0", 1, "1")])
    try tree.makeFolder("/sys/class/power_supply")
    let healthy = try score().value
    let mouse = "/sys/class/power_supply/hidpp_battery_8/"
    try tree.write(mouse + "type", "Battery\n")
    try tree.write(
      mouse + "uevent",
      "POWER_SUPPLY_STATUS=Discharging\nPOWER_SUPPLY_ONLINE=1\nPOWER_SUPPLY_SCOPE=Device\nPOWER_SUPPLY_CAPACITY=5\n"
    )
    let score = try score()
    #expect(score.value == healthy && score.terms[.battery].text == "not on battery")
    #expect(score.terms[.battery].source.isMeasured)
    #expect(try inspect().contains("battery, discharging, of a device only, online, 5 %"))
  }

  @Test func aZoneInDegreesIsNotBelievedAndSaysSo() throws {
    try write(cores: 4, cpuinfo: a53)
    try zone(0, "cpu_thermal", "88", trips: [("passive", "75"), ("critical", "105")])
    let heat = try score().terms[.heat]
    #expect(
      !heat.source.isMeasured && heat.standIn?.contains("thermal_zone0/temp: 88 is not believed") == true)
    #expect(try inspect().contains("cpu_thermal   (88 is not believed)\n"))
    #expect(try tree.result("temperature").isA("warn", "88 is not believed", "thousandths", "[fan]"))
  }

  @Test func theSecondBigClusterOfAnRK3588IsSeen() throws {
    try write(cores: 8, cpuinfo: a53)
    try tree.write("/proc/device-tree/compatible", "xunlong,orangepi-5-plus\0rockchip,rk3588\0")
    let trips = [("passive", "75000"), ("passive", "85000"), ("critical", "115000")]
    try zone(0, "package-thermal", "47000")
    try zone(1, "bigcore0-thermal", "48000", trips: trips)
    try zone(2, "bigcore2-thermal", "84000", trips: trips)
    try zone(3, "littlecore-thermal", "47000", trips: trips)
    try zone(4, "gpu-thermal", "45000")
    let heat = try score().terms[.heat]
    #expect(heat.text == "84.0 °C, throttles at 85" && (heat.effect - 0.81).magnitude < 1e-9)
    #expect(try tree.result("temperature").isA("warn", "84 °C", "slower from 85"))
  }

  @Test func anUnknownHotZoneIsSaid() throws {
    try write(cores: 4, cpuinfo: a53)
    try zone(0, "cpu-thermal", "47000")
    try zone(1, "mystery", "83000")
    try zone(2, "gpu-thermal", "69000")
    #expect(try tree.result("temperature").isA("warn", "zone 1, mystery, is at 83 °C", "hearth board"))
    // One with limits of its own is judged by them.
    try zone(1, "mystery", "83000", trips: [("passive", "95000")])
    #expect(try tree.result("temperature").isA("ok", "47 °C"))
    // And what slows cores is known.
    try zone(1, "mystery", "93000", trips: [("passive", "95000")])
    try tree.write("/sys/class/thermal/thermal_zone1/cdev0/type", "cpufreq-cpu0\n")
    #expect(try tree.result("temperature").isA("warn", "93 °C; slower from 95"))
  }

  @Test func aCANBusIsNoLink() throws {
    try write(cores: 4, cpuinfo: x86)
    try zone(0, "x86_pkg_temp", "45000")
    try interfaces([("lo", 772, "1"), ("eth0", 1, "0")])
    let without = try score()
    try interfaces([("lo", 772, "1"), ("can0", 280, "1"), ("eth0", 1, "0")])
    let with = try score()
    #expect(with.value == without.value && with.terms[.link].text == "0 Mbit/s free, ample is 50")
    #expect(with.terms[.link].effect == 0.5)
    #expect(try inspect().contains("can0          no-network, up"))
  }

  @Test func withoutProcStatTheCoresAreThereAllTheSame() throws {
    try write(cores: 4, cpuinfo: x86)
    try tree.write("/proc/stat", "")
    try tree.write("/sys/devices/system/cpu/online", "0-2\n")
    let score = try score()
    #expect(score.terms[.cores].text == "7200 MIPS" && score.terms[.cores].source.isMeasured)
    #expect(try inspect().contains("3 of 4 online"))
  }

  @Test func aTreeOfAnotherArchitectureIsScoredAsThat() throws {
    try write(cores: 4, cpuinfo: a53)
    #expect(try tree.context().match?.profile.name == "generic-arm64")
    try write(
      cores: 4,
      cpuinfo: "Features\t: half thumb fastmult vfp edsp neon\nCPU implementer\t: 0x41\nCPU part\t: 0xc07\n")
    #expect(try tree.context().match?.profile.name == "generic-armv7")
    #expect(try inspect().contains("4 x part 0xc07, arm\n"))
  }

  @Test func aCoreOfAnotherMakerIsNotTakenForArms() throws {
    try write(cores: 4, cpuinfo: a53)
    let arm = try score().terms[.cores].value
    try write(cores: 4, cpuinfo: "Features\t: fp asimd\nCPU implementer\t: 0x48\nCPU part\t: 0xd08\n")
    #expect(try inspect().contains("4 x part 0x48d08"))
    #expect(try score().terms[.cores].value == arm, "an unknown core counts as the smallest that is common")
  }
}
