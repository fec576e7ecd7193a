import Readings
import Testing

@testable import Basics
@testable import Scoring

/// Which sensors are the processor's, and which of their limits are limits.
@Suite struct ProcessorHeatTests {
  private func heat(
    _ zones: [ThermalZone], _ chips: [HwmonChip] = [], profile name: String = "generic-arm64"
  ) throws -> Term {
    var snapshot = Snapshot(instant: now)
    snapshot.thermal.zones = zones
    snapshot.hwmon.chips = chips
    return Score(of: snapshot, profile: try profile(name)).terms[.heat]
  }

  private func zone(
    _ type: String, _ temperature: Int, passive: [Int] = [], critical: Int? = nil, slows: Bool = false
  ) -> ThermalZone {
    var trips = passive.map { TripPoint(kind: .passive, temperature: $0) }
    if let critical { trips.append(TripPoint(kind: .critical, temperature: critical)) }
    return ThermalZone(type: type, temperature: .now(temperature), trips: trips, slowsProcessors: slows)
  }

  private func chip(_ name: String, _ sensors: (String?, Int, maximum: Int?, critical: Int?)...) -> HwmonChip
  {
    HwmonChip(
      name: name,
      sensors: sensors.enumerated().map { number, sensor in
        HwmonSensor(
          kind: .temperature, number: number + 1, label: sensor.0, value: .now(sensor.1),
          maximum: sensor.maximum,
          critical: sensor.critical)
      })
  }

  /// htop-dev/htop 1530: mainline has bigcore2-thermal where the chip maker's kernel has bigcore1-thermal.
  @Test func theHottestClusterOfAnRK3588Counts() throws {
    let cool = ["bigcore0-thermal", "littlecore-thermal"].map { zone($0, 48_000, passive: [75_000, 85_000]) }
    let others = ["center-thermal", "gpu-thermal", "npu-thermal"].map { zone($0, 46_000) }
    for name in [
      "bigcore0-thermal", "bigcore1-thermal", "bigcore2-thermal", "littlecore-thermal", "bigcore-thermal",
    ] {
      let hot = zone(name, 84_000, passive: [75_000, 85_000], critical: 115_000)
      let term = try heat([zone("package-thermal", 47_000)] + cool + [hot] + others)
      #expect(term.value == 84 && term.full == 85, "\(name)")
      #expect((term.effect - 0.81).magnitude < 1e-9)
    }
  }

  /// Zone types of processors in arch/arm64/boot/dts of Linux and in kernels of chip makers.
  @Test(arguments: [
    "cpu-thermal", "cpu_thermal", "cpu0-thermal", "cpu-big1-thermal", "cpu-0-3-usr", "cpuss0-thermal",
    "cluster0-thermal",
    "cluster6-7-thermal", "core-cluster-thermal", "cls0", "soc-thermal", "package-thermal", "ap-thermal-cpu0",
    "atlas1-thermal", "apollo-thermal", "CPU-therm", "cpul_thermal_zone",
  ])
  func aZoneOfCoresIsKnownByItsName(_ type: String) throws {
    #expect(try heat([zone(type, 71_000)]).value == 71)
  }

  @Test(arguments: [
    "gpu-thermal", "npu-thermal", "battery", "iwlwifi_1", "pmic-thermal", "x-cpu", "CPU", "",
    "center-thermal",
  ])
  func aZoneOfSomethingElseIsNotTheProcessors(_ type: String) throws {
    #expect(try !heat([zone(type, 71_000)]).source.isMeasured)
  }

  /// The kernel's relation goes before names: whatever the zone is called.
  @Test func aZoneThatSlowsCoresIsTheProcessors() throws {
    for name in ["mtktscpu-0", "quiet", "", "tsens_tz_sensor4"] {
      let term = try heat([zone(name, 80_000, passive: [90_000], slows: true), zone("gpu-thermal", 99_000)])
      #expect(term.value == 80 && term.full == 90, "\(name)")
    }
    // The passive trip of one that slows none is no limit then: a device that is no core's is behind it, or nothing.
    let zones = [
      zone("cpu0-thermal", 60_000, passive: [95_000], slows: true),
      zone("soc-thermal", 60_000, passive: [61_000]),
    ]
    let term = try heat(zones)
    #expect(term.value == 60 && term.full == 75)
  }

  @Test func theHottestIsNotAlwaysTheNearestToItsLimit() throws {
    var snapshot = Snapshot(instant: now)
    snapshot.thermal.zones = [
      zone("cpu0-thermal", 62_000, passive: [70_000]), zone("cpu4-thermal", 74_000, passive: [95_000]),
    ]
    let heat = ProcessorHeat(snapshot, try profile("generic-arm64"))
    #expect(heat.nearest?.celsius == 62 && heat.nearest?.throttle == 70)
    #expect(heat.hottest == 74, "what a fan goes by")
  }

  /// lm-sensors 101: k10temp's `temp1_max` is 70 whatever the chip, and Tctl is moved.
  @Test func constantsAndMovedValuesOfDriversAreNoLimitsAndNoHeat() throws {
    let plain = try heat(
      [], [chip("k10temp", (nil, 62_000, maximum: 70_000, critical: nil))], profile: "generic-x86-64")
    #expect(plain.value == 62 && plain.full == 90)
    let moved = try heat(
      [],
      [
        chip(
          "k10temp", ("Tctl", 81_000, maximum: 70_000, critical: nil),
          ("Tdie", 54_000, maximum: nil, critical: nil))
      ],
      profile: "generic-x86-64")
    #expect(moved.value == 54)
    let alone = try heat(
      [], [chip("k10temp", ("Tctl", 81_000, maximum: nil, critical: nil))], profile: "generic-x86-64")
    #expect(alone.value == 81)
    let intel = try heat(
      [], [chip("coretemp", ("Core 0", 62_000, maximum: 80_000, critical: 100_000))],
      profile: "generic-x86-64")
    #expect(intel.full == 100)
    // The package's passive trips are what a program wants to be told of.
    let package = try heat(
      [zone("x86_pkg_temp", 62_000, passive: [47_000, 65_000])], profile: "generic-x86-64")
    #expect(package.value == 62 && package.full == 90)
  }

  @Test func whatIsNotBelievedLeavesTheDefaultAndItsReason() throws {
    var snapshot = Snapshot(instant: now)
    let absence = Absence(path: "/sys/class/thermal/thermal_zone0/temp", reason: .implausible(88))
    snapshot.thermal.zones = [ThermalZone(type: "cpu_thermal", temperature: .absent(absence))]
    snapshot.sensors.chips = [
      SensorChip(
        name: "x", type: "lm75", bus: "b", address: 0x48,
        readings: [SensorReading(quantity: .temperature, value: .now(999))], meaning: .heat)
    ]
    let profile = try profile("generic-arm64")
    let term = Score(of: snapshot, profile: profile).terms[.heat]
    #expect(term.source == .assumed(absence))
    #expect(term.standIn?.contains("88 is not believed") == true)
    #expect(ProcessorHeat(snapshot, profile).hottest == nil, "a fan runs then")
    snapshot.sensors.chips[0].readings[0].value = .now(61)
    #expect(ProcessorHeat(snapshot, profile).hottest == 61)
  }
}

@Suite struct LinkKindTests {
  /// Alexays/Waybar's mouse is for batteries what can0 of Esoterical/voron_canbus 10 is for links.
  @Test func whatIsNoNetworkIsNoLink() throws {
    let eth0 = NetworkInterface(name: "eth0", kind: .ethernet, carrier: .now(false), state: .now(.down))
    let can0 = NetworkInterface(name: "can0", kind: .noNetwork, carrier: .now(true), state: .now(.up))
    func term(_ interfaces: [NetworkInterface]) throws -> Term {
      var snapshot = Snapshot.idlePi3
      snapshot.network.interfaces = interfaces
      return Score(of: snapshot, profile: try profile("raspberry-pi-3")).terms[.link]
    }
    #expect(try term([eth0, can0]) == term([eth0]))
    #expect(try term([eth0, can0]).value == 0)
    #expect(try term([can0]).source == .assumed(nil), "as without any")
    let tunnel = NetworkInterface(name: "tun0", kind: .virtual, carrier: .now(true), speed: .now(10))
    #expect(try term([tunnel]).value == 100, "10 is what every tunnel says")
  }
}
