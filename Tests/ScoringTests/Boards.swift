import Basics
import Readings
import Scoring

let now = Instant(nanoseconds: 1_000_000_000)

extension Reading {
  static func now(_ value: Value) -> Reading {
    .value(value, at: Basics.Instant(nanoseconds: 1_000_000_000))
  }
}

/// The embedded profile of that name.
func profile(_ name: String) throws -> Profile {
  guard let profile = try Profiles().all.first(where: { $0.name == name }) else { throw Missing() }
  return profile
}

struct Missing: Error {}

extension Snapshot {
  /// A Raspberry Pi 3 Model B with nothing to do, as Raspberry Pi OS shows it: no pressure information.
  static var idlePi3: Snapshot {
    var snapshot = Snapshot(instant: now)
    snapshot.board = Board(
      architecture: "arm64", model: .now("Raspberry Pi 3 Model B Rev 1.2"),
      compatible: .now(["raspberrypi,3-model-b", "brcm,bcm2837"]),
      processorParts: .now([ProcessorPart(part: 0xd03, count: 4)]))
    snapshot.processors = Processors(
      utilisation: .now(0),
      cores: (0..<4).map { Core(number: $0, utilisation: .now(0), capacity: .now(1024), policy: 0) },
      policies: [
        FrequencyPolicy(
          number: 0, cores: [0, 1, 2, 3], minimum: .now(600_000), maximum: .now(1_200_000),
          limit: .now(1_200_000), current: .now(600_000))
      ])
    snapshot.load = .now(Load(one: 0.02, five: 0.05, fifteen: 0.01))
    snapshot.memory = .now(Memory(total: 953_155_584, available: 724_185_088))
    let noPressure = Absence(path: "/proc/pressure/cpu", reason: .noFile)
    snapshot.pressure.cpu.someShare = .absent(noPressure)
    snapshot.thermal.zones = [
      ThermalZone(
        type: "cpu-thermal", temperature: .now(48_312),
        trips: [TripPoint(kind: .critical, temperature: 90_000)])
    ]
    snapshot.network.interfaces = [
      NetworkInterface(name: "lo", kind: .loopback, carrier: .now(true), state: .now(.unknown)),
      NetworkInterface(
        name: "eth0", kind: .ethernet, isUSB: true, carrier: .now(true), state: .now(.up), speed: .now(100),
        receiveRate: .now(1200), transmitRate: .now(800)),
    ]
    snapshot.storage.state = .now(FileSystemSpace(total: 31_000_000_000, free: 20_000_000_000))
    snapshot.controlGroup = ControlGroup(version: .v2, cores: .now(nil), memoryMaximum: .now(nil))
    snapshot.firmware = Firmware(undervoltage: .now(false), throttle: .now([]))
    return snapshot
  }

  /// A HiKey960: four A53 (462) and four A73 (1024) with a clock each.
  static var idleHiKey960: Snapshot {
    var snapshot = idlePi3
    snapshot.board = Board(
      architecture: "arm64", model: .now("HiKey960"),
      compatible: .now(["hisilicon,hi3660-hikey960", "hisilicon,hi3660"]),
      processorParts: .now([ProcessorPart(part: 0xd03, count: 4), ProcessorPart(part: 0xd09, count: 4)]))
    snapshot.processors.cores = (0..<8).map {
      Core(
        number: $0, utilisation: .now(0), capacity: .now($0 < 4 ? 462 : 1024), policy: $0 < 4 ? 0 : 1)
    }
    snapshot.processors.policies = [
      FrequencyPolicy(
        number: 0, cores: [0, 1, 2, 3], maximum: .now(1_844_000), limit: .now(1_844_000),
        current: .now(533_000)),
      FrequencyPolicy(
        number: 4, cores: [4, 5, 6, 7], maximum: .now(2_362_000), limit: .now(2_362_000),
        current: .now(903_000)),
    ]
    snapshot.thermal.zones = [
      ThermalZone(
        type: "cls0-thermal", temperature: .now(45_000),
        trips: [
          TripPoint(kind: .passive, temperature: 65_000), TripPoint(kind: .passive, temperature: 75_000),
        ])
    ]
    snapshot.firmware = Firmware()
    return snapshot
  }

  /// Sets the busy share of these cores.
  mutating func keepBusy(_ share: Double, cores: Range<Int>) {
    for index in cores { processors.cores[index].utilisation = .now(share) }
  }
}
