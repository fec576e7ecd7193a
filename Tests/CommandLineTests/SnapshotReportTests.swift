import Readings
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Reports

@Suite struct SnapshotReportTests {
  private let then = Instant(nanoseconds: 5_000_000_000)

  private var snapshot: Snapshot {
    var snapshot = Snapshot(instant: then + .seconds(2))
    snapshot.load = .value(Load(one: 0.46, five: 12, fifteen: 0, runnable: 2, tasks: 106), at: then)
    snapshot.memory = .absent(Absence(path: "/proc/meminfo", reason: .permission))
    snapshot.thermal.zones = [
      ThermalZone(
        type: "cpu-thermal", temperature: .value(-450, at: then),
        trips: [TripPoint(kind: .critical, temperature: 90_000)])
    ]
    snapshot.processors.cores = [Core(number: 0), Core(number: 1, isOnline: false)]
    snapshot.processors.policies = [
      FrequencyPolicy(number: 0, cores: [0, 1, 2, 5], limit: .value(1_200_000, at: then))
    ]
    snapshot.firmware.throttle = .value([.undervoltage, .throttlingOccurred], at: then)
    return snapshot
  }

  @Test func theTextNamesValuesWithTheirUnits() {
    let text = snapshotText(snapshot)
    #expect(text.contains("0.5 12.0 0.0, 2 of 106 tasks runnable"))
    #expect(text.contains("-0.5 °C, critical at 90.0 °C"))
    #expect(text.contains("1200 MHz allowed"))
    #expect(text.contains("cores 0-2, 5"))
    #expect(text.contains("core 1        offline"))
    #expect(text.contains("undervoltage, throttling has occurred"))
  }

  @Test func theTextSaysWhyAReadingIsAbsent() {
    let text = snapshotText(snapshot)
    #expect(text.contains("/proc/meminfo: permission denied"))
    #expect(text.contains("busy (not measured yet)"))
  }

  @Test func everyLineStartsInItsColumn() {
    for line in snapshotText(snapshot).split(separator: "\n") {
      #expect(line.utf8.dropFirst(11).first == UInt8(ascii: " "), "\(line)")
    }
  }

  @Test func theJSONHasValueAndAgeOrReasonAndPath() {
    let json = snapshotJSON(snapshot)
    #expect(json["load"]?["value"]?["runnable"]?.integer == 2)
    #expect(json["load"]?["ageMilliseconds"]?.integer == 2000)
    #expect(json["memory"]?["absent"]?.string == "permission denied")
    #expect(json["memory"]?["path"]?.string == "/proc/meminfo")
    #expect(json["zones"]?.array?.first?["temperature"]?["value"]?.integer == -450)
    #expect(json["processors"]?["cores"]?.array?.count == 2)
    #expect(json["firmware"]?["throttle"]?["value"]?.integer == 0x40001)
  }

  @Test func anEmptySnapshotIsDescribedToo() {
    #expect(!snapshotText(Snapshot()).isEmpty)
    #expect(snapshotJSON(Snapshot()).object != nil)
  }
}
