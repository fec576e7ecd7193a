import Basics
import Readings
import Scoring
import Testing

private let cases = 600

/// Makes one reading worse; false where the snapshot has none of the kind.
private struct Worsening: Sendable, CustomTestStringConvertible {
  let name: String
  let apply: @Sendable (inout Snapshot, inout Randomness) -> Bool

  init(_ name: String, _ apply: @escaping @Sendable (inout Snapshot, inout Randomness) -> Bool) {
    self.name = name
    self.apply = apply
  }

  var testDescription: String { name }
}

/// Replaces the reading, if there is one.
private func worsen<T>(_ reading: inout Reading<T>, _ change: (T) -> T) -> Bool {
  guard let value = reading.value else { return false }
  reading = .now(change(value))
  return true
}

/// One element of a list, changed in place.
private func any<T>(_ list: inout [T], _ choice: UInt64, _ change: (inout T) -> Bool) -> Bool {
  guard !list.isEmpty else { return false }
  return change(&list[Int(choice % UInt64(list.count))])
}

private func up(_ share: Double, _ random: inout Randomness) -> Double {
  share + (1 - share) * random.share()
}

private let worsenings: [Worsening] = [
  Worsening("load of a core") { snapshot, random in
    any(&snapshot.processors.cores, random.next()) { core in
      let more = random.share()
      return worsen(&core.utilisation) { $0 + (1 - $0) * more }
    }
  },
  Worsening("load of all cores") { snapshot, random in
    worsen(&snapshot.processors.utilisation) { up($0, &random) }
  },
  Worsening("load average") { snapshot, random in
    worsen(&snapshot.load) { Load(one: $0.one + 8 * random.share(), five: $0.five, fifteen: $0.fifteen) }
  },
  Worsening("a core goes offline") { snapshot, random in
    // Threads that share a core are left out: with a busy one its work disappears as well.
    guard snapshot.board.architecture == "arm64" else { return false }
    let allowed = snapshot.controlGroup.allowedCores.value ?? nil
    let usable = snapshot.processors.cores.filter { $0.isOnline && allowed?.contains($0.number) ?? true }
    guard usable.count > 1 else { return false }
    let number = random.pick(usable).number
    snapshot.processors.cores[number].isOnline = false
    return true
  },
  Worsening("a core leaves the cpuset") { snapshot, random in
    guard snapshot.board.architecture == "arm64",
      case .value(let list?, _) = snapshot.controlGroup.allowedCores
    else { return false }
    let usable = snapshot.processors.cores.filter { $0.isOnline && list.contains($0.number) }
    guard usable.count > 1 else { return false }
    let number = random.pick(usable).number
    snapshot.controlGroup.allowedCores = .now(list.filter { $0 != number })
    return true
  },
  Worsening("processor quota") { snapshot, random in
    guard let quota = snapshot.controlGroup.cores.value else { return false }
    if snapshot.controlGroup.use?.value != nil {
      // One that comes to leave cores to others stands for their load from then on.
      guard let quota, quota < 1 else { return false }
    }
    snapshot.controlGroup.cores = .now((quota ?? 4) * random.share())
    return true
  },
  Worsening("use of the quota") { snapshot, random in
    guard case .value(let use, _)? = snapshot.controlGroup.use else { return false }
    let more = 2 * random.share()
    snapshot.controlGroup.use = .now(QuotaUse(cores: use.cores + more, throttled: use.throttled))
    return true
  },
  Worsening("wait for the quota") { snapshot, random in
    guard case .value(let use, _)? = snapshot.controlGroup.use, let throttled = use.throttled else {
      return false
    }
    snapshot.controlGroup.use = .now(QuotaUse(cores: use.cores, throttled: up(throttled, &random)))
    return true
  },
  Worsening("clock limit") { snapshot, random in
    any(&snapshot.processors.policies, random.next()) { policy in
      // Without a maximum the limit is also all that is known of the hardware.
      guard policy.maximum.value != nil else { return false }
      let less = random.share()
      return worsen(&policy.limit) { Int(Double($0) * less) }
    }
  },
  Worsening("capacity of a core") { snapshot, random in
    any(&snapshot.processors.cores, random.next()) { core in
      let less = random.share()
      return worsen(&core.capacity) { Int(Double($0) * less) }
    }
  },
  Worsening("cooling") { snapshot, random in
    any(&snapshot.thermal.coolingDevices, random.next()) { device in worsen(&device.state) { $0 + 1 } }
  },
  Worsening("heat of a zone") { snapshot, random in
    any(&snapshot.thermal.zones, random.next()) { zone in
      let more = random.int(0...60_000)
      return worsen(&zone.temperature) { $0 + more }
    }
  },
  Worsening("heat of a chip") { snapshot, random in
    any(&snapshot.hwmon.chips, random.next()) { chip in
      let more = random.int(0...60_000)
      return worsen(&chip.sensors[0].value) { $0 + more }
    }
  },
  Worsening("firmware flags") { snapshot, random in
    worsen(&snapshot.firmware.throttle) {
      $0.union(ThrottleFlags(rawValue: UInt32(random.int(0...15))))
    }
  },
  Worsening("the real clock") { snapshot, random in
    let less = random.share()
    return worsen(&snapshot.firmware.clock) { Int(Double($0) * less) }
  },
  Worsening("power drawn") { snapshot, random in worsen(&snapshot.power.drawn) { $0 + 5 * random.share() } },
  Worsening("under-voltage") { snapshot, _ in worsen(&snapshot.firmware.undervoltage) { _ in true } },
  Worsening("memory") { snapshot, random in
    worsen(&snapshot.memory) { Memory(total: $0.total, available: random.bytes(to: $0.available)) }
  },
  Worsening("memory limit") { snapshot, random in
    guard let maximum = snapshot.controlGroup.memoryMaximum.value else { return false }
    snapshot.controlGroup.memoryMaximum = .now(random.bytes(to: maximum ?? 1 << 30))
    return true
  },
  Worsening("memory use of the group") { snapshot, random in
    worsen(&snapshot.controlGroup.memoryCurrent) { $0 + random.bytes(to: 1 << 29) }
  },
  Worsening("processor pressure") { snapshot, random in
    worsen(&snapshot.pressure.cpu.someShare) { up($0, &random) }
  },
  Worsening("memory pressure") { snapshot, random in
    worsen(&snapshot.pressure.memory.someShare) { up($0, &random) }
  },
  Worsening("disk pressure") { snapshot, random in
    worsen(&snapshot.pressure.io.someShare) { up($0, &random) }
  },
  Worsening("average pressure") { snapshot, random in
    worsen(&snapshot.pressure.memory.stall) { stall in
      guard var line = stall.some else { return stall }
      line.average10 = up(line.average10, &random)
      return PressureStall(some: line)
    }
  },
  Worsening("a busy disk") { snapshot, random in
    any(&snapshot.storage.disks, random.next()) { disk in worsen(&disk.busyShare) { $0 + 0.1 } }
  },
  Worsening("free space") { snapshot, random in
    worsen(&snapshot.storage.engine) {
      FileSystemSpace(total: $0.total, free: random.bytes(to: $0.free), isReadOnly: $0.isReadOnly)
    }
  },
  Worsening("read-only card") { snapshot, _ in
    worsen(&snapshot.storage.state) { FileSystemSpace(total: $0.total, free: $0.free, isReadOnly: true) }
  },
  Worsening("battery") { snapshot, random in
    any(&snapshot.power.supplies, random.next()) { supply in
      worsen(&supply.state) { state in
        var state = state
        guard let capacity = state.capacity else { return state }
        state.capacity = capacity / 2
        return state
      }
    }
  },
  Worsening("discharging") { snapshot, random in
    any(&snapshot.power.supplies, random.next()) { supply in
      worsen(&supply.state) { PowerSupplyState(status: .discharging, capacity: $0.capacity) }
    }
  },
  Worsening("link speed") { snapshot, random in
    any(&snapshot.network.interfaces, random.next()) { interface in worsen(&interface.speed) { ($0 + 1) / 2 }
    }
  },
  Worsening("link use") { snapshot, random in
    any(&snapshot.network.interfaces, random.next()) { interface in
      worsen(&interface.transmitRate) { $0 + 3_000_000 }
    }
  },
  Worsening("carrier") { snapshot, random in
    any(&snapshot.network.interfaces, random.next()) { interface in worsen(&interface.carrier) { _ in false }
    }
  },
  Worsening("radio level") { snapshot, random in
    any(&snapshot.network.interfaces, random.next()) { interface in
      guard interface.kind == .wifi, interface.speed.value == nil else { return false }
      return worsen(&interface.wireless) { WirelessLink(quality: $0.quality, level: $0.level - 20) }
    }
  },
]

@Suite struct ScorePropertyTests {
  private let profiles: [Profile]

  init() throws { profiles = try Profiles().all }

  /// A profile whose cores fit the snapshot's architecture, now and then the one that knows nothing.
  private func profile(_ snapshot: Snapshot, _ random: inout Randomness) -> Profile {
    if random.chance(0.1) { return .unknown }
    let fitting = profiles.filter {
      ($0.name == "generic-x86-64") == (snapshot.board.architecture == "x86_64")
    }
    return random.pick(fitting)
  }

  @Test(arguments: worsenings)
  fileprivate func aWorseReadingNeverRaisesTheScore(_ worsening: Worsening) {
    var random = Randomness(seed: worsening.name.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
    var tried = 0
    var lowered = 0
    var rounds = 0
    while tried < cases, rounds < 100 * cases {
      rounds += 1
      let before = Snapshot.random(&random)
      var after = before
      guard worsening.apply(&after, &random) else { continue }
      tried += 1
      let profile = profile(before, &random)
      let first = Score(of: before, profile: profile)
      let second = Score(of: after, profile: profile)
      // A weak supply is counted in the clock or as itself: the two cancel, but for the last bit.
      #expect(second.value <= first.value * (1 + 1e-12))
      if second.value < first.value { lowered += 1 }
    }
    #expect(tried == cases)
    // A reading that never matters would make the property an empty one.
    #expect(lowered > cases / 100)
  }

  @Test func aScoreIsFiniteAboveZeroAndItsFactorsAreShares() {
    var random = Randomness(seed: 1)
    for _ in 0..<2000 {
      let snapshot = Snapshot.random(&random)
      let score = Score(of: snapshot, profile: profile(snapshot, &random))
      #expect(score.value.isFinite && score.value >= Score.least)
      for term in score.terms {
        #expect((0...1).contains(term.factor) && (0...1).contains(term.effect) && !term.text.isEmpty)
      }
    }
  }

  @Test func aScoreIsAFunctionOfItsInputs() {
    var random = Randomness(seed: 2)
    for _ in 0..<cases {
      let snapshot = Snapshot.random(&random)
      let profile = profile(snapshot, &random)
      let copy = snapshot
      #expect(Score(of: snapshot, profile: profile) == Score(of: copy, profile: profile))
      // When something was read is no part of it.
      var later = snapshot
      later.instant = Instant(nanoseconds: 9_000_000_000_000)
      #expect(Score(of: later, profile: profile).value == Score(of: snapshot, profile: profile).value)
    }
  }

  /// Whatever is missing from an idle Pi 3, for whatever reason: it stays a node worth asking.
  @Test func aMissingReadingNeverMakesAWorkingBoardUnusable() throws {
    var random = Randomness(seed: 3)
    let profile = try #require(profiles.first { $0.name == "raspberry-pi-3" })
    for _ in 0..<cases {
      var snapshot = Snapshot.idlePi3
      erase(&snapshot, &random)
      let score = Score(of: snapshot, profile: profile)
      #expect(score.value >= 40 && score.value <= 100.01)
      if snapshot.memory.value == nil {
        #expect(score.terms[.memory].source.absence == snapshot.memory.absence)
      }
      if snapshot.firmware.throttle.value == nil {
        #expect(score.terms[.throttling].source.absence == snapshot.firmware.throttle.absence)
      }
      if score.value < 99.99 {
        #expect(score.terms.contains { $0.effect < 1 && !$0.source.isMeasured })
      }
    }
  }

  private func erase(_ snapshot: inout Snapshot, _ random: inout Randomness) {
    let share = random.share()
    func erase<T>(_ reading: inout Reading<T>) {
      if random.chance(share) { reading = .absent(random.absence()) }
    }
    erase(&snapshot.processors.utilisation)
    erase(&snapshot.load)
    erase(&snapshot.memory)
    erase(&snapshot.thermal.zones[0].temperature)
    erase(&snapshot.network.interfaces[1].speed)
    erase(&snapshot.network.interfaces[1].carrier)
    erase(&snapshot.network.interfaces[1].state)
    erase(&snapshot.network.interfaces[1].transmitRate)
    erase(&snapshot.storage.state)
    erase(&snapshot.controlGroup.cores)
    erase(&snapshot.controlGroup.memoryMaximum)
    erase(&snapshot.firmware.throttle)
    erase(&snapshot.firmware.undervoltage)
    erase(&snapshot.board.compatible)
    erase(&snapshot.board.processorParts)
    erase(&snapshot.processors.policies[0].maximum)
    erase(&snapshot.processors.policies[0].limit)
    for index in 0..<4 {
      erase(&snapshot.processors.cores[index].utilisation)
      erase(&snapshot.processors.cores[index].capacity)
      if random.chance(share) { snapshot.processors.cores[index].policy = nil }
    }
    if random.chance(share / 2) { snapshot.processors.cores = [] }
    if random.chance(share / 2) {
      for index in snapshot.processors.cores.indices { snapshot.processors.cores[index].isOnline = false }
    }
    if random.chance(share / 2) { snapshot.thermal = Thermal(absence: random.absence()) }
    if random.chance(share / 2) { snapshot.network = Network(absence: random.absence()) }
    if random.chance(share / 2) { snapshot.power.absence = random.absence() }
  }

  /// No reading the types allow traps or leaves the range, however absurd.
  @Test func absurdReadingsAreHarmless() {
    var random = Randomness(seed: 4)
    for _ in 0..<cases {
      var snapshot = Snapshot.random(&random)
      makeAbsurd(&snapshot, &random)
      makeRestAbsurd(&snapshot, &random)
      let score = Score(of: snapshot, profile: profile(snapshot, &random))
      #expect(score.value.isFinite && score.value >= Score.least)
      for term in score.terms { #expect((0...1).contains(term.factor) && !term.text.isEmpty) }
    }
  }

  private static let doubles: [Double] = [
    .nan, .infinity, -.infinity, -1, 0, 1e308, -1e308, .leastNonzeroMagnitude,
  ]
  private static let integers = [Int.min, -1, 0, 1, Int.max]
  private static let words: [UInt64] = [0, 1, .max]

  /// What is said of the cores, memory and heat.
  private func makeAbsurd(_ snapshot: inout Snapshot, _ random: inout Randomness) {
    snapshot.processors.utilisation = .now(random.pick(Self.doubles))
    snapshot.load = .now(Load(one: random.pick(Self.doubles), five: 0, fifteen: 0))
    snapshot.memory = .now(Memory(total: 0, available: random.pick(Self.words)))
    for index in snapshot.processors.cores.indices {
      snapshot.processors.cores[index].number = random.pick(Self.integers)
      snapshot.processors.cores[index].policy = random.pick(Self.integers)
      snapshot.processors.cores[index].capacity = .now(random.pick(Self.integers))
      if random.chance(0.5) { snapshot.processors.cores[index].utilisation = .now(random.pick(Self.doubles)) }
    }
    for index in snapshot.processors.policies.indices {
      snapshot.processors.policies[index].maximum = .now(random.pick(Self.integers))
      snapshot.processors.policies[index].limit = .now(random.pick(Self.integers))
    }
    snapshot.board.processorParts = .now([
      ProcessorPart(
        part: random.pick(Self.integers), megahertz: random.pick(Self.integers),
        count: random.pick(Self.integers))
    ])
    snapshot.thermal.zones = [
      ThermalZone(
        type: "cpu-thermal", temperature: .now(random.pick(Self.integers)),
        trips: [TripPoint(kind: .passive, temperature: random.pick(Self.integers))])
    ]
    snapshot.thermal.coolingDevices = [
      CoolingDevice(
        type: "cpufreq", state: .now(random.pick(Self.integers)), maximum: .now(random.pick(Self.integers)))
    ]
  }

  /// What is said of all else.
  private func makeRestAbsurd(_ snapshot: inout Snapshot, _ random: inout Randomness) {
    snapshot.pressure.cpu.someShare = .now(random.pick(Self.doubles))
    snapshot.pressure.io.someShare = .now(random.pick(Self.doubles))
    snapshot.storage.disks = [Disk(name: "d", busyShare: .now(random.pick(Self.doubles)))]
    snapshot.storage.state = .now(FileSystemSpace(total: 0, free: random.pick(Self.words)))
    snapshot.network.interfaces = [
      NetworkInterface(
        name: "", kind: random.pick([.ethernet, .wifi]), speed: .now(random.pick(Self.integers)),
        receiveRate: .now(random.pick(Self.doubles)), transmitRate: .now(random.pick(Self.doubles)),
        wireless: .now(WirelessLink(quality: 0, level: random.pick(Self.integers))))
    ]
    let state = PowerSupplyState(status: .discharging, capacity: random.pick(Self.integers))
    snapshot.power.supplies = [PowerSupply(name: "", kind: .ups, state: .now(state))]
    snapshot.controlGroup.cores = .now(random.pick(Self.doubles))
    snapshot.controlGroup.use = .now(
      QuotaUse(cores: random.pick(Self.doubles), throttled: random.pick(Self.doubles)))
    snapshot.controlGroup.memoryReclaimable = .now(random.pick(Self.words))
    snapshot.controlGroup.memoryMaximum = .now(random.pick(Self.words))
    snapshot.controlGroup.memoryCurrent = .now(random.pick(Self.words))
  }
}
