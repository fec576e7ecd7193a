import Basics
import Readings

/// Seeded, the same everywhere, with what the tests draw.
struct Randomness: RandomNumberGenerator {
  private var generator: SplitMix64

  init(seed: Int) {
    generator = SplitMix64(seed: UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
  }

  mutating func next() -> UInt64 { generator.next() }

  mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }
  mutating func share() -> Double { Double.random(in: 0...1, using: &self) }
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func bytes(to limit: UInt64) -> UInt64 { UInt64.random(in: 0...limit, using: &self) }
  mutating func pick<T>(_ list: [T]) -> T { list[int(0...list.count - 1)] }

  /// An absence of any kind.
  mutating func absence() -> Absence {
    Absence(
      path: "/sys/x",
      reason: pick([
        .noFile, .notSupported(errno: 22), .permission, .malformed(text: "?"), .failed(errno: 5), .notYet,
      ]))
  }

  /// `value`, or in one of eight cases an absence.
  mutating func maybe<T>(_ value: T) -> Reading<T> {
    chance(0.125) ? .absent(absence()) : .now(value)
  }
}

extension Snapshot {
  /// Any board in any state, with readings missing here and there.
  static func random(_ random: inout Randomness) -> Snapshot {
    var snapshot = Snapshot(instant: now)
    snapshot.board = .random(&random)
    snapshot.processors = .random(&random)
    let load = Load(one: 12 * random.share() * random.share(), five: 1, fifteen: 1)
    snapshot.load = random.maybe(load)
    let memory = random.bytes(to: 2 << 30)
    snapshot.memory = random.maybe(Memory(total: memory, available: memory / UInt64(random.int(1...8))))
    snapshot.pressure = Pressure(
      cpu: .random(&random), memory: .random(&random), io: .random(&random))
    for _ in 0..<random.int(0...3) {
      snapshot.thermal.zones.append(.random(&random))
    }
    for _ in 0..<random.int(0...2) {
      let maximum = random.int(1...5)
      snapshot.thermal.coolingDevices.append(
        CoolingDevice(
          type: random.pick(["cpufreq-cpu0", "pwm-fan", "thermal-cpufreq-0"]),
          state: random.maybe(random.int(0...maximum)), maximum: random.maybe(maximum)))
    }
    for _ in 0..<random.int(0...2) {
      let sensor = HwmonSensor(
        kind: .temperature, number: 1, value: random.maybe(random.int(20_000...110_000)),
        critical: random.chance(0.5) ? random.int(0...110_000) : nil)
      snapshot.hwmon.chips.append(HwmonChip(name: random.pick(["coretemp", "nvme"]), sensors: [sensor]))
    }
    for _ in 0..<random.int(0...3) { snapshot.network.interfaces.append(.random(&random)) }
    snapshot.storage = .random(&random)
    if random.chance(0.4) {
      let state = PowerSupplyState(
        status: random.pick([.charging, .discharging]),
        capacity: random.chance(0.8) ? random.int(0...100) : nil)
      snapshot.power.supplies = [PowerSupply(name: "BAT0", kind: .battery, state: random.maybe(state))]
    }
    snapshot.controlGroup = .random(&random, cores: snapshot.processors.cores.count)
    snapshot.firmware = Firmware(
      undervoltage: random.maybe(random.chance(0.3)),
      throttle: random.maybe(ThrottleFlags(rawValue: UInt32(random.int(0...15)))),
      clock: random.maybe(random.int(0...3_000_000)))
    snapshot.power.drawn = random.maybe(20 * random.share())
    return snapshot
  }
}

extension Board {
  static func random(_ random: inout Randomness) -> Board {
    let big = ProcessorPart(part: random.pick([0xd08, 0xd09, 0xfff]), count: 4)
    let x86 = ProcessorPart(name: "x", megahertz: random.pick([0, 1800, 3400]), count: 4)
    return Board(
      architecture: random.pick(["arm64", "x86_64"]),
      processorParts: random.maybe(
        random.pick([
          [ProcessorPart(part: 0xd03, count: 4)], [ProcessorPart(part: 0xd03, count: 4), big], [x86],
        ])))
  }
}

extension Processors {
  static func random(_ random: inout Randomness) -> Processors {
    var result = Processors(utilisation: random.maybe(random.share()))
    let policies = random.int(0...2)
    for number in 0..<policies {
      let maximum = random.int(600_000...3_000_000)
      result.policies.append(
        FrequencyPolicy(
          number: number, cores: [], maximum: random.maybe(maximum),
          limit: random.maybe(random.int(100_000...maximum)),
          current: random.maybe(random.int(100_000...maximum))))
    }
    for number in 0..<random.int(0...8) {
      result.cores.append(
        Core(
          number: number, isOnline: random.chance(0.9), utilisation: random.maybe(random.share()),
          capacity: random.maybe(random.pick([1024, 1024, 462, 300])),
          topology: CoreTopology(package: random.maybe(0), core: random.maybe(number / 2)),
          part: random.chance(0.5) ? random.pick([0xd03, 0xd09]) : nil,
          policy: policies > 0 && random.chance(0.9) ? number % policies : nil))
    }
    return result
  }
}

extension PressureResource {
  static func random(_ random: inout Randomness) -> PressureResource {
    let line = PressureLine(average10: random.share(), average60: 0, average300: 0, total: 0)
    return PressureResource(
      stall: random.chance(0.5) ? .absent(random.absence()) : .now(PressureStall(some: line)),
      someShare: random.chance(0.5) ? .absent(random.absence()) : .now(random.share()))
  }
}

extension ThermalZone {
  static func random(_ random: inout Randomness) -> ThermalZone {
    let kinds: [TripPoint.Kind] = [.active, .passive, .critical, .hot]
    return ThermalZone(
      type: random.pick(["cpu-thermal", "cls0-thermal", "x86_pkg_temp", "battery"]),
      temperature: random.maybe(random.int(-10_000...110_000)),
      trips: (0..<random.int(0...3)).map { _ in
        TripPoint(kind: random.pick(kinds), temperature: random.int(-273_200...120_000))
      })
  }
}

extension NetworkInterface {
  static func random(_ random: inout Randomness) -> NetworkInterface {
    NetworkInterface(
      name: "x", kind: random.pick([.loopback, .ethernet, .ethernet, .wifi, .bridge, .virtual, .other]),
      carrier: random.maybe(random.chance(0.8)), state: random.maybe(random.pick([.up, .down, .unknown])),
      speed: random.maybe(random.pick([10, 100, 1000, 2500])),
      receiveRate: random.maybe(20_000_000 * random.share()),
      transmitRate: random.maybe(20_000_000 * random.share()),
      wireless: random.maybe(WirelessLink(quality: 50, level: random.int(-95 ... -30))))
  }
}

extension Storage {
  static func random(_ random: inout Randomness) -> Storage {
    func space(_ random: inout Randomness) -> FileSystemSpace {
      FileSystemSpace(total: 4 << 30, free: random.bytes(to: 2 << 30), isReadOnly: random.chance(0.1))
    }
    let state = random.maybe(space(&random))
    let engine = random.maybe(space(&random))
    return Storage(
      state: state, engine: engine,
      disks: (0..<random.int(0...2)).map { _ in Disk(name: "d", busyShare: random.maybe(random.share())) })
  }
}

extension ControlGroup {
  static func random(_ random: inout Randomness, cores: Int) -> ControlGroup {
    let allowed = (0..<cores).filter { _ in random.chance(0.7) }
    let quota = random.chance(0.5) ? nil : 4 * random.share()
    let use = QuotaUse(cores: 5 * random.share(), throttled: random.chance(0.8) ? random.share() : nil)
    return ControlGroup(
      version: .v2, cores: random.maybe(quota), use: quota == nil ? nil : random.maybe(use),
      memoryMaximum: random.maybe(random.chance(0.5) ? nil : random.bytes(to: 1 << 30)),
      memoryCurrent: random.maybe(random.bytes(to: 1 << 29)),
      memoryReclaimable: random.chance(0.5) ? nil : random.maybe(random.bytes(to: 1 << 29)),
      allowedCores: random.maybe(random.chance(0.5) ? nil : allowed))
  }
}
