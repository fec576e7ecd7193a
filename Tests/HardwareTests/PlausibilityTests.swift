import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// What cannot have been measured is not believed, whichever file says it, and says so.
@Suite struct PlausibilityTests {
  private let zone = "sys/class/thermal/thermal_zone0/"
  private let chip = "sys/class/hwmon/hwmon0/"
  private let policy = "sys/devices/system/cpu/cpufreq/policy0/"

  /// Kernels of chip makers count in degrees or tenths of them (longsleep/build-pine64-image 21), firmware has
  /// marks for "none", and chips for an input that is not connected.
  @Test(arguments: [
    "65", "88", "1", "0", "-5", "453", "1050", "1500", "-400", "-40001", "-128000", "-273200", "-274000",
    "150001", "255000", "398800", "47000000", "3892313987", "-650788984", "9223372036854775807",
  ])
  func aTemperatureThatCannotBeOneIsNoneInZonesAndChips(_ text: String) throws {
    let tree = Tree()
    tree.write(zone + "temp", text + "\n")
    tree.write(chip + "temp1_input", text + "\n")
    let snapshot = tree.sampled().snapshot
    let value = try #require(Int64(text))
    let reason = Absence.Reason.implausible(value)
    #expect(
      snapshot.thermal.zones[0].temperature.absence
        == Absence(path: tree.root + "/" + zone + "temp", reason: reason))
    #expect(snapshot.hwmon.chips[0].sensors[0].value.absence?.reason == reason)
    #expect(reason.text == text + " is not believed")
  }

  @Test(arguments: [-40_000, -5000, -401, 1501, 20_000, 48_312, 99_000, 150_000])
  func aTemperatureThatCanBeOneIsBelieved(_ value: Int) {
    let tree = Tree()
    tree.write(zone + "temp", "\(value)\n")
    tree.write(chip + "temp1_input", "\(value)\n")
    let snapshot = tree.sampled().snapshot
    #expect(snapshot.thermal.zones[0].temperature.value == value)
    #expect(snapshot.hwmon.chips[0].sensors[0].value.value == value)
  }

  /// Whatever the unit, what -40 to 150 °C make in degrees or tenths is never taken for thousandths.
  @Test func noCountInDegreesOrTenthsIsEverTakenForThousandths() {
    for degrees in -40...150 {
      #expect(!Plausible.temperature.believes(Int64(degrees)))
      for tenth in 0..<10 {
        let tenths = Int64(degrees * 10 + tenth)
        #expect(tenths > 1500 || !Plausible.temperature.believes(tenths), "\(tenths)")
      }
      let isNearFreezing = (-1...1).contains(degrees)
      #expect(isNearFreezing || Plausible.temperature.believes(Int64(degrees * 1000)))
    }
  }

  @Test(arguments: ["0", "1200", "1200000000", "9999", "-1", "4294967295"])
  func aClockInAnotherUnitIsNone(_ text: String) throws {
    let tree = Tree()
    for file in ["cpuinfo_max_freq", "cpuinfo_min_freq", "scaling_max_freq", "scaling_cur_freq"] {
      tree.write(policy + file, text + "\n")
    }
    let found = tree.sampled().snapshot.processors.policies[0]
    for reading in [found.maximum, found.minimum, found.limit, found.current] {
      #expect(reading.absence?.reason == .implausible(try #require(Int64(text))))
    }
  }

  @Test func theClockOfCpuinfoIsJudgedByTheSameRule() {
    for (text, expected) in [("2000.5", 2000), ("0.000", 0), ("99999999", 0), ("4", 0), ("3400.000", 3400)] {
      let found = parsed("processor : 0\nmodel name : x\ncpu MHz : \(text)\n") {
        parseProcessorInformation($0)
      }
      #expect(found?.parts.first?.megahertz == expected, "\(text)")
    }
  }

  @Test func otherQuantitiesHaveTheirRangesToo() {
    let tree = Tree()
    for (file, value) in [
      ("in1_input", "5120"), ("in2_input", "65535000"), ("curr1_input", "-900"), ("curr2_input", "4294967"),
      ("fan1_input", "1200"), ("fan2_input", "65535"), ("power1_input", "5600000"), ("power2_input", "-5"),
    ] { tree.write(chip + file, value + "\n") }
    let sensors = tree.sampled().snapshot.hwmon.chips[0].sensors
    #expect(sensors.map(\.value.value) == [5120, nil, -900, nil, 5_600_000, nil, 1200, nil])
    #expect(
      sensors.filter { $0.value.value == nil }.allSatisfy {
        $0.value.absence!.reason.text.contains("not believed")
      })
  }

  @Test func aSensorOfWhichTheChipTellsAFaultHasMeasuredNothing() {
    let tree = Tree()
    tree.write(chip + "temp1_input", "127000\n")
    tree.write(chip + "temp1_fault", "1\n")
    tree.write(chip + "temp2_input", "45000\n")
    tree.write(chip + "temp2_fault", "0\n")
    tree.write(chip + "temp11_input", "46000\n")
    let sampler = tree.sampled(2)
    #expect(sampler.snapshot.hwmon.chips[0].sensors.map(\.value.value) == [nil, 45_000, 46_000])
    #expect(
      sampler.snapshot.hwmon.chips[0].sensors[0].value.absence?.reason.text == "the chip tells of a fault")
    tree.write(chip + "temp1_fault", "0\n")
    tree.write(chip + "temp1_input", "44000\n")
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.hwmon.chips[0].sensors[0].value.value == 44_000)
  }

  @Test func limitsThatDriversWriteForNoneAreNone() {
    let tree = Tree()
    tree.write(chip + "temp1_input", "45000\n")
    tree.write(chip + "temp1_crit", "-273150\n")
    tree.write(chip + "temp1_max", "0\n")
    tree.write(zone + "temp", "45000\n")
    for (number, (kind, temperature)) in [
      ("passive", "0"), ("passive", "-274000"), ("hot", "95"), ("critical", "105000"),
    ].enumerated() {
      tree.write(zone + "trip_point_\(number)_type", kind + "\n")
      tree.write(zone + "trip_point_\(number)_temp", temperature + "\n")
    }
    let snapshot = tree.sampled().snapshot
    #expect(snapshot.hwmon.chips[0].sensors[0].critical == nil)
    #expect(snapshot.hwmon.chips[0].sensors[0].maximum == nil)
    #expect(snapshot.thermal.zones[0].trips == [TripPoint(kind: .critical, temperature: 105_000)])
  }

  @Test func aZoneKnowsWhetherADeviceThatSlowsCoresIsBoundToIt() {
    let tree = Tree()
    for (number, type) in [(0, "pwm-fan"), (1, "thermal-devfreq-0"), (2, "cpufreq-cpu4"), (3, "idle-cpu0")] {
      tree.write("sys/class/thermal/cooling_device\(number)/type", type + "\n")
    }
    for (number, devices) in [(0, [0]), (1, [1]), (2, [0, 2]), (3, []), (4, [3])] {
      let zone = "sys/class/thermal/thermal_zone\(number)/"
      tree.write(zone + "temp", "45000\n")
      for (place, device) in devices.enumerated() {
        // One that was unbound leaves a gap.
        tree.link(zone + "cdev\(place * 2)", to: "../cooling_device\(device)")
      }
    }
    #expect(
      tree.sampled().snapshot.thermal.zones.map(\.slowsProcessors) == [false, false, true, false, true])
  }
}
