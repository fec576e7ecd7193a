import Readings
import Testing
import Wire

@testable import Basics
@testable import Scoring

@Suite struct ProfileCheckTests {
  private static let complete = """
    # A board.
    [board]
    name = Board
    # Its device tree.
    compatible = maker,board
    [build]
    debian-architecture = arm64
    cpu = cortex-a53
    [processor]
    core = 0xd03 0.72   # sbc-bench
    mips-per-mhz = 0.72 # as the core
    # cpufreq
    clock = 1500
    cores = 4
    crypto = yes
    [thermal]
    # device tree
    zone = cpu-thermal
    throttle = 80
    critical = 100
    [network]
    # data sheet
    limit = 1000
    [assumed]
    # estimate
    memory = 1 GiB
    """

  private func findings(_ text: String, name: String = "x") throws -> [String] {
    Profile.findings(in: Array(text.utf8), name: name, file: "x.conf", others: try Profiles())
  }

  private func findings(replacing old: String, with new: String) throws -> [String] {
    #expect(Self.complete.contains(old))
    return try findings(Self.complete.replacing(old, with: new))
  }

  @Test func aCompleteProfileHasNoFindings() throws {
    #expect(try findings(Self.complete) == [])
  }

  @Test func everyBuiltInProfileIsCompleteAndSane() throws {
    for profile in try Profiles().all {
      let text = try #require(Profiles.embedded(profile.name))
      #expect(
        Profile.findings(in: text, name: profile.name, file: profile.name, others: try Profiles()) == [])
    }
    #expect(Profiles.embedded("no-such-board") == nil)
  }

  @Test(arguments: [
    ("cpu = cortex-a53\n", "", "x.conf: [build] cpu: missing"),
    ("crypto = yes\n", "", "x.conf: [processor] crypto: missing"),
    (
      "zone = cpu-thermal\n", "",
      "x.conf: [thermal] zone: missing, and so is chip: which sensor is the processor's?"
    ),
    (
      "compatible = maker,board\n", "",
      "x.conf: [board] compatible: nothing tells this board: missing, and so are soc, model, parts and product"
    ),
    (
      "clock = 1500", "clock = 15",
      "x.conf:13: [processor] clock: 15.00 is no board's; expected 100.00 to 6000 MHz"
    ),
    (
      "throttle = 80", "throttle = 40",
      "x.conf:19: [thermal] throttle: 40.00 is no board's; expected 50.00 to 110 °C"
    ),
    (
      "critical = 100", "critical = 80",
      "x.conf:20: critical = 80; expected a temperature above that of throttling"
    ),
    ("critical = 100", "soft = 85 1200", "x.conf:20: [thermal] soft: not below throttle"),
    ("critical = 100", "soft = 60 1600", "x.conf:20: [thermal] soft: not below clock"),
    (
      "crypto = yes", "crypto = yes\ncapacity = 0xd03 400",
      "x.conf:16: [processor] capacity: the fastest core's is 1024, and none has it"
    ),
    (
      "crypto = yes", "crypto = yes\ncapacity = 0xd09 1024",
      "x.conf:16: [processor] capacity: 0xd09 has no core line"
    ),
    (
      "maker,board", "raspberrypi,3-model-b",
      "x.conf:5: [board] compatible: raspberrypi,3-model-b is raspberry-pi-3's already"
    ),
    ("# data sheet\n", "", "x.conf:22: [network] limit: no comment says where the value is from"),
    ("# data sheet", "# measure: iperf3", "x.conf:23: still to be measured"),
    ("0.72   # sbc-bench", "0.72 # measure: 7-zip", "x.conf:10: still to be measured"),
    ("# estimate", "\n# estimate\n", "x.conf:28: [assumed] memory: no comment says where the value is from"),
    (
      "memory = 1 GiB", "memory = 1 GB",
      "x.conf:26: memory = 1 GB; expected a number from 1048576 to 1000000000000000.0 B; units: B, KiB, MiB, GiB"
    ),
    (
      "limit = 1000", "limit = 1000\n[i2c]\n# x\nallow = i2c@1\nforbid = i2c@1",
      "x.conf:26: [i2c] allow: i2c@1 is forbidden as well"
    ),
    (
      "limit = 1000", "limit = 1000\n[sensors]\n# x\nchip = ina219 i2c@1 0x40",
      "x.conf:26: [sensors] chip: i2c@1 is not among the buses that [i2c] allows"
    ),
  ])
  func aFindingNamesItsPlace(_ old: String, _ new: String, _ finding: String) throws {
    let found = try findings(replacing: old, with: new)
    #expect(found.contains(finding), "\(found)")
    #expect(found.count == 1 || finding.contains("capacity") && found.count == 2, "\(found)")
  }

  @Test func mutatedProfilesNeverTrapAndAreMostlyRefused() throws {
    var random = Randomness(seed: 5)
    let others = try Profiles()
    var refused = 0
    let seeds = ["hikey960", "raspberry-pi-3-plus", "generic-x86-64"].compactMap { Profiles.embedded($0) }
    for _ in 0..<1500 {
      var bytes = random.pick(seeds)
      for _ in 0...random.int(0...4) {
        let place = random.int(0...(bytes.count - 1))
        switch random.int(0...3) {
        case 0: bytes[place] = UInt8(random.int(0...255))
        case 1: bytes.removeSubrange(place..<min(place + random.int(1...60), bytes.count))
        case 2: bytes.insert(contentsOf: Array("99999999999999999999 -0xfffffffff=,#".utf8), at: place)
        default: bytes.insert(contentsOf: bytes[place..<min(place + 80, bytes.count)], at: place)
        }
        if bytes.isEmpty { bytes = [0x23] }
      }
      let findings = Profile.findings(in: bytes, name: "x", file: "x", others: others)
      if !findings.isEmpty { refused += 1 }
      guard let profile = try? Profile.parse(bytes, name: "x", file: "x") else { continue }
      let score = Score(of: .idleHiKey960, profile: profile).value
      #expect(score.isFinite && score >= Score.least)
    }
    #expect(refused > 1000)
  }
}

@Suite struct ProfileDraftTests {
  private func draft(_ snapshot: Snapshot, _ devices: BoardDevices = BoardDevices()) throws -> ProfileDraft {
    ProfileDraft(snapshot, devices: devices, profiles: try Profiles())
  }

  private func findings(_ draft: ProfileDraft) throws -> [String] {
    Profile.findings(
      in: Array(draft.text.utf8), name: "raspberry-pi-3", file: "draft", others: try Profiles())
  }

  @Test func aBoardThatShowsEverythingDraftsACompleteProfile() throws {
    var snapshot = Snapshot.idleHiKey960
    snapshot.board.compatible = .now(["maker,board", "maker,chip"])
    snapshot.board.model = .now("Board Rev 1.2")
    snapshot.board.hasCrypto = .now(true)
    for index in snapshot.processors.cores.indices {
      snapshot.processors.cores[index].part = index < 4 ? 0xd03 : 0xd09
    }
    snapshot.network.interfaces[1].isUSB = false
    let devices = BoardDevices(
      leds: ["mmc0::", "green:user4"], adapters: [.init(number: 1, name: "DesignWare", node: "i2c@ffd71000")])
    let draft = try draft(snapshot, devices)
    #expect(try findings(draft) == [])
    let profile = try Profile.parse(Array(draft.text.utf8), name: "draft", file: "draft")
    #expect(profile.title == "Board")
    #expect(
      profile.recognition == .init(compatible: ["maker,board"], soc: ["maker,chip"], models: ["Board"]))
    #expect(
      profile.processor.capacities == [.init(part: 0xd03, share: 462), .init(part: 0xd09, share: 1024)])
    #expect(profile.processor.clock == 2362 && profile.processor.cores == 8 && profile.processor.rate == 0.99)
    #expect(profile.heat.zones == ["cls0-thermal"] && profile.heat.throttle == 75 && profile.heat.trustsTrips)
    #expect(profile.light.leds == ["green:user4"])
    #expect(draft.text.contains("# /dev/i2c-1: DesignWare, device tree node i2c@ffd71000\n"))
    #expect(
      draft.text.contains(
        "# /sys/devices/system/cpu/cpufreq/policy4/cpuinfo_max_freq: 2362000\nclock = 2362\n"))
    // The draft scores the board as its own profile does.
    let own = Score(of: snapshot, profile: try embeddedProfile("hikey960")).value
    #expect((Score(of: snapshot, profile: profile).value - own).magnitude < 0.01)
  }

  /// A 32-bit kernel on each width of core, a core of another maker, and x86.
  @Test(
    arguments: [
      ("arm", 0xb76, "armel", "arm1176jzf-s"), ("arm", 0xc07, "armhf", "cortex-a7"),
      ("arm", 0xd03, "armhf", "cortex-a53"), ("arm64", 0xd03, "arm64", "cortex-a53"),
      ("arm64", 0x51803, "arm64", "generic"), ("arm64", 0x48d03, "arm64", "generic"),
      ("x86_64", 0, "amd64", "x86-64"),
    ])
  func aDraftIsOfTheTreesArchitectureAndCore(_ own: String, _ part: Int, _ package: String, _ cpu: String)
    throws
  {
    var snapshot = Snapshot.idlePi3
    snapshot.board = Board(architecture: own, processorParts: .now([ProcessorPart(part: part, count: 4)]))
    let text = try draft(snapshot).text
    #expect(text.contains("debian-architecture = \(package)\n") && text.contains("\ncpu = \(cpu)\n"))
    if part > 0xfff {
      #expect(text.contains("measure:") && text.contains("core = 0x\(String(part, radix: 16)) 0.72\n"))
    }
  }

  @Test func aDraftsThrottlingIsThatOfZonesThatSlowCores() throws {
    var snapshot = Snapshot.idlePi3
    func zone(_ type: String, _ passive: Int, slows: Bool) -> ThermalZone {
      ThermalZone(
        type: type, temperature: .now(45_000), trips: [TripPoint(kind: .passive, temperature: passive)],
        slowsProcessors: slows)
    }
    snapshot.thermal.zones = [zone("soc-thermal", 95_000, slows: false), zone("quiet", 85_000, slows: true)]
    let text = try draft(snapshot).text
    #expect(text.contains("zone = quiet\n") && text.contains("a device that slows cores is bound to it"))
    #expect(text.contains("throttle = 85\n"))
  }

  @Test(arguments: [Snapshot(), Snapshot.idlePi3, Snapshot.idleHiKey960])
  func whatCannotBeReadIsStillToBeMeasured(_ snapshot: Snapshot) throws {
    let draft = try draft(snapshot)
    _ = try Profile.parse(Array(draft.text.utf8), name: "draft", file: "draft")
    for finding in try findings(draft) {
      #expect(
        finding.contains("still to be measured") || finding.contains("nothing tells this board")
          || finding.contains("'s already"), "\(finding)")
    }
    #expect(draft.lines.contains { $0.isToMeasure })
    for line in draft.lines where line.section != "board" { #expect(!line.evidence.isEmpty) }
  }

  @Test func aKnownChipIsLeftToItsOwnProfile() throws {
    var snapshot = Snapshot.idlePi3
    snapshot.board.compatible = .now(["maker,module", "brcm,bcm2837"])
    #expect(try !draft(snapshot).lines.contains { $0.key == "soc" })
  }

  @Test func foreignTextNeverBreaksTheDraft() throws {
    var random = Randomness(seed: 11)
    for _ in 0..<400 {
      func foreign() -> String {
        let bytes = (0..<random.int(0...600)).map { _ in UInt8(random.int(0...255)) }
        return String(decoding: bytes, as: UTF8.self)
      }
      var snapshot = Snapshot.idlePi3
      snapshot.board.compatible = .now([foreign(), foreign()])
      snapshot.board.model = .now(foreign())
      snapshot.thermal.zones = [
        ThermalZone(type: foreign(), temperature: .now(random.int(-90_000...200_000)))
      ]
      snapshot.network.interfaces[1].speed = .now(random.int(0...Int(Int32.max)))
      snapshot.processors.policies[0].maximum = .now(random.int(0...Int(Int32.max)))
      let devices = BoardDevices(
        leds: [foreign(), "ACT"], adapters: [.init(number: 0, name: foreign(), node: foreign())])
      let text = try draft(snapshot, devices).text
      do throws(ConfError) {
        _ = try Profile.parse(Array(text.utf8), name: "draft", file: "draft")
      } catch {
        Issue.record("\(error.message)")
      }
    }
  }
}

/// The embedded profile of that name; `profile` is a local name above.
private func embeddedProfile(_ name: String) throws -> Profile {
  try profile(name)
}
