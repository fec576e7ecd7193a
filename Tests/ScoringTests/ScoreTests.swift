import Basics
import Readings
import Scoring
import Testing

private func score(_ snapshot: Snapshot) throws -> Score {
  Score(of: snapshot, profile: try Profiles().match(snapshot.board).profile)
}

private func value(_ snapshot: Snapshot = .idlePi3, _ change: (inout Snapshot) -> Void = { _ in }) throws
  -> Double
{
  var snapshot = snapshot
  change(&snapshot)
  return try score(snapshot).value
}

@Suite struct ScoreTests {
  @Test func anIdleRaspberryPi3BIs100() throws {
    let score = try score(.idlePi3)
    #expect((99.99...100.01).contains(score.value))
    #expect(score.profile == "raspberry-pi-3")
    #expect(score.terms.map { $0.kind } == Term.Kind.allCases)
    for kind in Term.Kind.allCases { #expect(score.terms[kind].kind == kind) }
    for term in score.terms { #expect(term.effect == 1, "\(term.kind.name)") }
  }

  @Test func kindsKeepThePositionsThatOlderNodesSendThemAt() {
    // What 0.1.0 sends. More may follow; none may move or go.
    let sent = [
      "cores", "clock", "load", "quota", "memory", "cpu-pressure", "memory-pressure", "io-pressure", "heat",
      "throttling", "supply", "battery", "link", "storage",
    ]
    #expect(Term.Kind.allCases.prefix(sent.count).map { $0.name } == sent)
    #expect(Term.Kind.allCases.enumerated().allSatisfy { $0 == Int($1.rawValue) })
  }

  @Test func termsMultiplyToTheScore() throws {
    var snapshot = Snapshot.idlePi3
    snapshot.keepBusy(0.4, cores: 0..<4)
    snapshot.processors.policies[0].limit = .now(900_000)
    snapshot.controlGroup.cores = .now(1.5)
    snapshot.memory = .now(Memory(total: 1 << 30, available: 100 << 20))
    snapshot.thermal.zones[0].temperature = .now(72_000)
    let score = try score(snapshot)
    let product = score.terms.reduce(score.terms[.cores].value / Score.referenceCapacity * 100) {
      $0 * $1.effect
    }
    #expect((product - score.value).magnitude < 1e-9)
    #expect(score.terms[.quota].factor < 1)
    #expect(score.terms[.clock].factor == 0.75)
  }

  @Test func loadOrdersNodes() throws {
    let values = try [0.0, 0.25, 0.5, 0.9, 1.0].map { share in
      try value { $0.keepBusy(share, cores: 0..<4) }
    }
    #expect((values[1] - 75).magnitude < 0.01 && (values[2] - 50).magnitude < 0.01)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
    #expect(values[4] > 1)
  }

  @Test func unequalCoresCountByTheirCapacity() throws {
    let idle = try score(.idleHiKey960)
    // 0.99 MIPS per MHz at 2362 MHz, four times in full and four times 462/1024 of it.
    let expected = 0.99 * 2362 * (4 + 4 * 462.0 / 1024) / Score.referenceCapacity * 100
    #expect((idle.value - expected).magnitude < 0.01)
    let littleBusy = try value(.idleHiKey960) { $0.keepBusy(1, cores: 0..<4) }
    let bigBusy = try value(.idleHiKey960) { $0.keepBusy(1, cores: 4..<8) }
    // The aggregate says 50 % both times; what is left differs by 1024 to 462.
    #expect(littleBusy > 1.9 * bigBusy)
  }

  @Test func anIdleGovernorsClockIsNoReasonForALowScore() throws {
    #expect(try value { $0.processors.policies[0].current = .now(600_000) } == value())
    #expect(try value { $0.processors.policies[0].limit = .now(600_000) } == value() / 2)
  }

  @Test func aThrottledClusterLosesItsShareOnly() throws {
    let throttled = try value(.idleHiKey960) { $0.processors.policies[1].limit = .now(1_181_000) }
    let expected = 0.99 * 2362 * (4 * 0.5 + 4 * 462.0 / 1024) / Score.referenceCapacity * 100
    #expect((throttled - expected).magnitude < 0.01)
  }

  @Test func coolingStateStandsInWhereThePolicyHasNoLimit() throws {
    let cooled = try value(.idleHiKey960) {
      $0.processors.policies[1].limit = .absent(Absence(path: "x", reason: .permission))
      $0.thermal.coolingDevices = [CoolingDevice(type: "cpufreq-cpu4", state: .now(2), maximum: .now(4))]
    }
    #expect(try cooled < value(.idleHiKey960))
    #expect(cooled > 0)
  }

  /// sbc-bench 4hOp: at 83.8 °C the firmware runs a Pi 3B at 657 of 1200 MHz while cpufreq shows 1200.
  @Test func firmwareThrottlingIsSeenWithoutAndWithItsFlags() throws {
    let real = 657.0 / 1200 * 100
    let byFlags = try value {
      $0.thermal.zones[0].temperature = .now(83_800)
      $0.firmware.throttle = .now(ThrottleFlags(rawValue: 0x20002))
    }
    let byHeat = try value {
      $0.thermal.zones[0].temperature = .now(83_800)
      $0.firmware.throttle = .absent(Absence(path: "/dev/vcio", reason: .noFile))
    }
    #expect((real * 0.7...real * 1.1).contains(byFlags))
    #expect((real * 0.7...real * 1.1).contains(byHeat))
    // Flags of the past take nothing away.
    #expect(try value { $0.firmware.throttle = .now(ThrottleFlags(rawValue: 0xF0000)) } == value())
  }

  /// sbc-bench 1iH0 (3B+): 7-zip falls from 3240 to 2100 MIPS on a weak supply.
  @Test func underVoltageIsSeenByTheAlarmAlone() throws {
    let weak = try value {
      $0.firmware = Firmware(undervoltage: .now(true), throttle: .absent(.notYet))
    }
    #expect((weak / 100 - 2100.0 / 3240).magnitude < 0.02)
  }

  @Test func quotaAndCpusetBoundTheCapacity() throws {
    #expect(try (value { $0.controlGroup.cores = .now(1.5) } - 37.5).magnitude < 0.01)
    #expect(try (value { $0.controlGroup.allowedCores = .now([2]) } - 25).magnitude < 0.01)
    // A cpuset that meets no core is a contradiction, not a board without cores.
    #expect(try value { $0.controlGroup.allowedCores = .now([77]) } == value())
  }

  /// Six boards on one machine, or a container beside others: all its cores are busy, and the quota is still ours.
  @Test func insideAQuotaItsOwnUseIsTheLoad() throws {
    var snapshot = Snapshot.idlePi3
    snapshot.keepBusy(1, cores: 0..<4)
    snapshot.processors.utilisation = .now(1)
    snapshot.pressure.cpu.someShare = .now(0.9)
    func score(cores: Double, use: Double, throttled: Double? = 0) throws -> Score {
      var copy = snapshot
      copy.controlGroup.cores = .now(cores)
      copy.controlGroup.use = .now(QuotaUse(cores: use, throttled: throttled))
      return Score(of: copy, profile: try profile("raspberry-pi-3"))
    }
    let idle = try score(cores: 0.4, use: 0)
    #expect((idle.value - 10).magnitude < 1e-9)
    #expect(idle.terms[.load].value == 0 && idle.terms[.load].source == .measured)
    #expect((idle.terms[.quota].factor - 0.1).magnitude < 1e-9)
    let half = try score(cores: 0.4, use: 0.2)
    #expect((half.value - 5).magnitude < 1e-9)
    #expect((half.terms[.load].value - 50).magnitude < 1e-9)
    #expect((half.terms[.quota].factor - 0.1).magnitude < 1e-9)
    // New work gets its share of a quota that is used up, as of a busy core.
    #expect((try score(cores: 0.4, use: 0.41).value - 0.5).magnitude < 1e-9)
    let waiting = try score(cores: 0.4, use: 0.2, throttled: 0.5)
    #expect((waiting.terms[.cpuPressure].value - 50).magnitude < 1e-9)
    #expect(waiting.value < half.value)
    // Where the kernel does not count who waits for the quota, the machine's pressure stands.
    #expect((try score(cores: 0.4, use: 0.2, throttled: nil).terms[.cpuPressure].value - 90).magnitude < 1e-9)
  }

  @Test func aQuotaOfAllCoresLeavesTheLoadOfAll() throws {
    func value(_ busy: Double, _ cores: Double?, use: Double) throws -> Double {
      var snapshot = Snapshot.idlePi3
      snapshot.keepBusy(busy, cores: 0..<4)
      snapshot.controlGroup.cores = .now(cores)
      if cores != nil { snapshot.controlGroup.use = .now(QuotaUse(cores: use, throttled: 0)) }
      return try score(snapshot).value
    }
    #expect(try value(0.5, 4, use: 0.1) == value(0.5, nil, use: 0))
    #expect(try value(0, 8, use: 2) == 50)
  }

  @Test func aQuotaWhoseUseIsNotKnownBoundsWhatIsFree() throws {
    for use in [nil, Reading<QuotaUse>.absent(Absence(path: "cpu.stat", reason: .noFile))] {
      let value = try value {
        $0.keepBusy(0.9, cores: 0..<4)
        $0.controlGroup.cores = .now(1.5)
        $0.controlGroup.use = use
      }
      #expect((value - 10).magnitude < 0.01)
    }
  }

  @Test func threadsOfOneCoreShareIt() throws {
    var snapshot = Snapshot(instant: now)
    snapshot.board = Board(
      architecture: "x86_64", processorParts: .now([ProcessorPart(name: "x", megahertz: 3000, count: 4)]))
    snapshot.processors.cores = (0..<4).map {
      Core(
        number: $0, utilisation: .now(0),
        topology: CoreTopology(package: .now(0), core: .now($0 % 2)))
    }
    let profile = try profile("generic-x86-64")
    let shared = Score(of: snapshot, profile: profile)
    #expect((shared.terms[.cores].value - 2 * 1.35 * 1.2 * 3000).magnitude < 1e-6)
    for index in 0..<4 { snapshot.processors.cores[index].topology.core = .now(index) }
    #expect((Score(of: snapshot, profile: profile).terms[.cores].value - 4 * 1.2 * 3000).magnitude < 1e-6)
  }

  @Test func memoryIsBoundedByTheControlGroup() throws {
    let bounded = try value {
      $0.controlGroup.memoryMaximum = .now(100 << 20)
      $0.controlGroup.memoryCurrent = .now(36 << 20)
    }
    #expect(
      try (bounded - value { $0.memory = .now(Memory(total: 1 << 30, available: 64 << 20)) }).magnitude < 1e-9
    )
    #expect(bounded < 50)
    // Pages of files give way to new work.
    #expect(
      try value {
        $0.controlGroup.memoryMaximum = .now(100 << 20)
        $0.controlGroup.memoryCurrent = .now(76 << 20)
        $0.controlGroup.memoryReclaimable = .now(40 << 20)
      } == bounded)
    #expect(
      try value {
        $0.controlGroup.memoryMaximum = .now(100 << 20)
        $0.controlGroup.memoryCurrent = .now(36 << 20)
        $0.controlGroup.memoryReclaimable = .now(40 << 20)
      } > bounded)
    // More used than allowed is no trap.
    #expect(
      try value {
        $0.controlGroup.memoryMaximum = .now(1)
        $0.controlGroup.memoryCurrent = .now(2)
      } > 0)
  }

  @Test func aTripOfTheZoneDecidesWhereTheProfileTrustsIt() throws {
    let heat = try score(.idleHiKey960).terms[.heat]
    #expect(heat.full == 75)
    // The Pi's tree names 90 °C critical; its firmware throttles at 80.
    #expect(try score(.idlePi3).terms[.heat].full == 80)
  }

  @Test func aZoneOfSomethingElseIsNoHeat() throws {
    #expect(
      try value { $0.thermal.zones.append(ThermalZone(type: "battery", temperature: .now(95_000))) }
        == value())
  }

  @Test func aReadOnlyCardAndAnEmptyBatteryCount() throws {
    #expect(
      try value { $0.storage.engine = .now(FileSystemSpace(total: 1 << 40, free: 1 << 39, isReadOnly: true)) }
        < 50)
    let state = PowerSupplyState(status: .discharging, capacity: 5)
    #expect(
      try value { $0.power.supplies = [PowerSupply(name: "BAT0", kind: .battery, state: .now(state))] } < 50)
    let charging = PowerSupplyState(status: .charging, capacity: 5)
    #expect(
      try value { $0.power.supplies = [PowerSupply(name: "BAT0", kind: .battery, state: .now(charging))] }
        == value())
  }

  @Test func anEmptySnapshotIsScoredByDefaultsAndSaysSo() throws {
    let score = Score(of: Snapshot(), profile: .unknown)
    #expect(score.value > 1 && score.value.isFinite)
    for term in score.terms where term.kind != .battery && term.kind != .clock {
      #expect(!term.source.isMeasured, "\(term.kind.name)")
      #expect(term.source.absence == .notYet || term.kind == .heat || term.kind == .link, "\(term.kind.name)")
    }
  }

  @Test func textIsMadeOfTheReading() throws {
    let terms = try score(.idlePi3).terms
    #expect(terms[.clock].text == "1200 of 1200 MHz")
    #expect(terms[.heat].text == "48.3 °C, throttles at 80")
    #expect(terms[.memory].text == "691 MiB, ample is 256")
    #expect(terms[.quota].text == "none")
    #expect(terms[.link].text == "100 Mbit/s free, ample is 50")
  }

  @Test(arguments: [
    (0.0, 0, "0"), (1.25, 1, "1.3"), (0.005, 2, "0.01"), (-1.5, 1, "-1.5"), (99.995, 2, "100.00"),
    (7, 3, "7.000"),
    (.nan, 1, "?"), (.infinity, 0, "1000000000000"), (-0.001, 1, "0.0"), (2.05, 9, "2.050"),
  ])
  func decimalsAreFixed(_ value: Double, _ places: Int, _ text: String) {
    #expect(decimal(value, places: places) == text)
  }
}

/// The faults of Home Edge's formula, by their number in its list of defects, and what is true here.
@Suite struct HomeEdgeDefectTests {
  @Test func b30LoadLowersTheScore() throws {
    #expect(try value { $0.keepBusy(0.95, cores: 0..<4) } < value { $0.keepBusy(0.05, cores: 0..<4) })
  }

  @Test(arguments: [
    "eno1", "ens3", "enx00e04c680001", "end0", "br0", "usb0", "wwan0", "wlp2s0", "übertragung",
  ])
  func b31AnInterfaceMayHaveAnyName(_ name: String) throws {
    #expect(try value { $0.network.interfaces[1].name = name } == value())
  }

  @Test func b31ABridgeOrTunnelAloneIsALink() throws {
    for kind in [NetworkInterface.Kind.bridge, .virtual, .other] {
      let alone = try value {
        $0.network.interfaces[1] = NetworkInterface(name: "br0", kind: kind, carrier: .now(true))
      }
      #expect(try alone == value())
    }
  }

  @Test func b32ABoardWithoutCpufreqIsScoredAtItsProfilesClock() throws {
    let score = try score(
      {
        var snapshot = Snapshot.idlePi3
        snapshot.processors.policies = []
        for index in snapshot.processors.cores.indices { snapshot.processors.cores[index].policy = nil }
        return snapshot
      }())
    #expect((score.value - 100).magnitude < 0.01)
    #expect(!score.terms[.clock].source.isMeasured)
  }

  @Test func b32AMachineWithoutAnyClockAndCoreListIsScored() throws {
    var snapshot = Snapshot(instant: now)
    snapshot.board = Board(
      architecture: "x86_64", processorParts: .absent(Absence(path: "", reason: .noFile)))
    #expect(try score(snapshot).value > 10)
  }

  @Test func b33TheLinkCountsBySpeedAndUse() throws {
    let idle = try value()
    let slow = try value { $0.network.interfaces[1].speed = .now(10) }
    let used = try value { $0.network.interfaces[1].transmitRate = .now(11_000_000) }
    #expect(slow < idle && used < idle)
    #expect(try value { $0.network.interfaces[1].carrier = .now(false) } < slow)
  }

  @Test func b34WhoAsksIsNoTerm() {
    // Round trips are the asking node's affair: nothing in a snapshot or a term depends on the requester.
    #expect(Term.Kind.allCases.allSatisfy { !$0.name.contains("rtt") && !$0.name.contains("requester") })
  }
}
