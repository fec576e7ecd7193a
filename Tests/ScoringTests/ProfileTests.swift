import Foundation
import Readings
import Testing
import Wire

@testable import Basics
@testable import Scoring

private func parse(_ text: String) throws(ConfError) -> Profile {
  try Profile.parse(Array(text.utf8), name: "x", file: "x.conf")
}

private func refusal(_ text: String) -> String? {
  do {
    _ = try parse(text)
    return nil
  } catch {
    return error.message
  }
}

@Suite struct ProfileTests {
  @Test func everyFileOfBoardsIsEmbeddedAndParses() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../boards")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
    let names = files.filter { $0.hasSuffix(".conf") }.map { String($0.dropLast(5)) }
    #expect(try Profiles().all.map { $0.name }.sorted() == names.sorted())
    #expect(names.count == 12)
  }

  @Test func raspberryPi3HasItsFigures() throws {
    let pi = try profile("raspberry-pi-3")
    #expect(pi.title == "Raspberry Pi 3 Model B")
    #expect(pi.processor.clock == 1200 && pi.processor.cores == 4)
    #expect(pi.processor.rate(of: 0xd03) == 0.72)
    #expect(pi.heat.throttle == 80 && !pi.heat.trustsTrips)
    #expect(pi.link.limit == 100)
    #expect(pi.assumed.memory == 640 * 1_048_576)
    // The reference is what the profile says of the board.
    #expect(Double(pi.processor.cores) * pi.processor.clock * pi.processor.rate == Score.referenceCapacity)
  }

  @Test(arguments: [(0xd03, 0.72), (0xd08, 0.97), (0xd09, 0.99), (0xd0b, 1.38), (0xabc, 0.72)])
  func genericArmKnowsTheCommonCores(_ part: Int, _ rate: Double) throws {
    #expect(try profile("generic-arm64").processor.rate(of: part) == rate)
  }

  @Test(arguments: [
    ("", "x.conf: [board] needs 'name = …'"),
    (
      "[board]\nname = a\nmodle = b",
      "x.conf:3: unknown key 'modle' in [board]; known: name, compatible, soc, model, parts, product, architecture"
    ),
    (
      "[board]\nname = a\n[processor]\ncore = 0xd03",
      "x.conf:4: core = 0xd03; expected a CPU part and its MIPS per MHz, as 0xd03 0.72"
    ),
    (
      "[board]\nname = a\n[processor]\ncore = 0xd03 9",
      "x.conf:4: core = 0xd03 9; expected a CPU part and its MIPS per MHz, as 0xd03 0.72"
    ),
    (
      "[board]\nname = a\n[processor]\ncore = d03 1",
      "x.conf:4: core = d03 1; expected a CPU part and its MIPS per MHz, as 0xd03 0.72"
    ),
    (
      "[board]\nname = a\n[thermal]\nsoft = 60",
      "x.conf:4: soft = 60; expected a temperature and the clock from there on, as 60 1200"
    ),
    ("[board]\nname = a\n[power]\nsupply = 0", "x.conf:4: supply = 0; expected a number from 0.5 to 10000"),
    ("[board]\nname = a\n[weights]\nheat = 1", "x.conf:4: heat = 1; expected a number from 0 to 0.95"),
    (
      "[board]\nname = a\n[thermal]\nthrottle = 0", "x.conf:4: throttle = 0; expected a number from 30 to 150"
    ),
    ("[board]\nname = a\nparts = 0xd03, 7", "x.conf:3: parts = 0xd03, 7; expected CPU parts as 0xd03, 0xd09"),
  ])
  func aWrongProfileIsRefusedWithItsPlace(_ text: String, _ message: String) {
    #expect(refusal(text) == message)
  }

  private static let everySetting = """
    [board]
    name = Board
    compatible = a,b
    soc = c,d
    model = M
    product = P
    parts = 0xd03, 0xd09
    architecture = arm64
    [processor]
    core = 0xd03   0.5  # a comment
    mips-per-mhz = 0.6
    thread-gain = 0.2
    clock = 1500
    cores = 6
    capacity = 0xd03 462
    capacity = 0xd09 1024
    crypto = yes
    [thermal]
    zone = z
    chip = c
    throttle = 70.5
    critical = 95
    soft = 60 1200
    trust-trips = no
    margin = 15
    [network]
    limit = 300
    wifi = 20
    ample = 10
    [power]
    supply = 12.5
    [assumed]
    load = 0.25
    memory = 1 GiB
    temperature = 40
    ample-memory = 64 MiB
    ample-storage = 2 GiB
    [weights]
    memory = 0.1
    cpu-pressure = 0.2
    memory-pressure = 0.3
    io-pressure = 0.4
    heat = 0.5
    throttling = 0.6
    supply = 0.7
    battery = 0.8
    link = 0.9
    storage = 0
    """

  @Test func everySettingCanBeGiven() throws {
    let profile = try parse(Self.everySetting)
    #expect(
      profile.recognition
        == .init(
          compatible: ["a,b"], soc: ["c,d"], models: ["M"], parts: [0xd03, 0xd09], products: ["P"],
          architecture: "arm64"))
    #expect(
      profile.processor
        == .init(
          rates: [.init(part: 0xd03, rate: 0.5)], rate: 0.6, threadGain: 0.2, clock: 1500, cores: 6,
          capacities: [.init(part: 0xd03, share: 462), .init(part: 0xd09, share: 1024)], hasCrypto: true))
    #expect(
      profile.heat
        == .init(
          zones: ["z"], chips: ["c"], throttle: 70.5, critical: 95, soft: .init(temperature: 60, clock: 1200),
          trustsTrips: false, margin: 15))
    #expect(profile.link == .init(limit: 300, wifi: 20, ample: 10))
    #expect(profile.power == .init(supply: 12.5))
    #expect(
      profile.assumed
        == .init(
          load: 0.25, memory: 1_073_741_824, temperature: 40, ampleMemory: 67_108_864,
          ampleStorage: 2_147_483_648))
    #expect(
      profile.weights
        == .init(
          memory: 0.1, cpuPressure: 0.2, memoryPressure: 0.3, ioPressure: 0.4, heat: 0.5, throttling: 0.6,
          supply: 0.7, battery: 0.8, link: 0.9, storage: 0))
  }
}

@Suite struct ProfileMatchTests {
  private func match(_ board: Board, additions: [String] = []) throws -> (String, Profiles.Match.Rule, String)
  {
    var extra: [Profiles.Addition] = []
    for (index, text) in additions.enumerated() {
      extra.append(.init(name: "extra\(index)", file: "extra\(index).conf", text: Array(text.utf8)))
    }
    let match = try Profiles(additions: extra).match(board)
    return (match.profile.name, match.rule, match.text)
  }

  private func arm(
    _ compatible: [String] = [], model: String? = nil, parts: [Int] = [0xd03]
  ) -> Board {
    Board(
      architecture: "arm64", model: model.map { .now($0) } ?? .absent(.notYet),
      compatible: compatible.isEmpty ? .absent(.notYet) : .now(compatible),
      processorParts: .now(parts.map { ProcessorPart(part: $0, count: 4) }))
  }

  @Test func theDeviceTreeNamesARaspberryPi3B() throws {
    #expect(
      try match(arm(["raspberrypi,3-model-b", "brcm,bcm2837"]))
        == ("raspberry-pi-3", .compatible, "raspberrypi,3-model-b"))
  }

  @Test func anUnknownBoardIsKnownByItsChipElseByItsArchitecture() throws {
    #expect(try match(arm(["a", "brcm,bcm2837"])) == ("raspberry-pi-3", .soc, "brcm,bcm2837"))
    #expect(try match(arm(["a", "b"])) == ("generic-arm64", .architecture, "arm64"))
  }

  @Test func inAContainerTheModelTells() throws {
    let model = "Raspberry Pi 3 Model B Rev 1.2"
    #expect(try match(arm(model: model)) == ("raspberry-pi-3", .model, model))
    #expect(
      try match(arm(model: "Raspberry Pi 3 Model B")) == ("raspberry-pi-3", .model, "Raspberry Pi 3 Model B"))
    for (other, profile) in [
      ("Raspberry Pi 3 Model B Plus Rev 1.3", "raspberry-pi-3-plus"),
      ("Raspberry Pi 3 Model B+", "raspberry-pi-3-plus"),
      ("Raspberry Pi Zero 2 Rev 1.0", "raspberry-pi-zero-2"),
      ("Raspberry Pi Zero W Rev 1.1", "raspberry-pi-zero"),
      ("Raspberry Pi 4 Model B Rev 1.4", "raspberry-pi-4"),
      ("Raspberry Pi 5 Model B Rev 1.0", "raspberry-pi-5"),
      ("Raspberry Pi 3", "generic-arm64"), ("", "generic-arm64"),
    ] {
      #expect(try match(arm(model: other)).0 == profile, "\(other)")
    }
  }

  @Test func anX86MachineIsGeneric() throws {
    #expect(try match(Board(architecture: "x86_64")) == ("generic-x86-64", .architecture, "x86_64"))
  }

  @Test func nothingKnownIsStillAProfile() throws {
    #expect(try match(Board(architecture: "riscv64")) == ("unknown", .none, "riscv64"))
  }

  @Test func strongerEvidenceWins() throws {
    let chip = "[board]\nname = Chip\nsoc = c,chip\n"
    let board = "[board]\nname = Board\ncompatible = c,board\n"
    let parts = "[board]\nname = Parts\nparts = 0xd08, 0xd03\n"
    let product = "[board]\nname = Product\nproduct = NUC\n"
    let all = [product, parts, chip, board]
    #expect(try match(arm(["c,board", "c,chip"]), additions: all) == ("extra3", .compatible, "c,board"))
    #expect(try match(arm(["c,other", "c,chip"]), additions: all) == ("extra2", .soc, "c,chip"))
    #expect(try match(arm(parts: [0xd03, 0xd08]), additions: all) == ("extra1", .parts, "0xd03, 0xd08"))
    #expect(try match(arm(["c,stranger"], parts: [0xd03, 0xd08]), additions: all).0 == "generic-arm64")
    #expect(try match(arm(parts: [0xd03, 0xd09])) == ("hikey960", .parts, "0xd03, 0xd09"))
    #expect(try match(arm(parts: [0xd03]), additions: all).0 == "generic-arm64")
    let nuc = Board(architecture: "x86_64", product: .now(""), boardName: .now("NUC"))
    #expect(try match(nuc, additions: all) == ("extra0", .product, "NUC"))
  }

  @Test func anAdditionOfTheSameNameReplaces() throws {
    let text = "[board]\nname = Mine\ncompatible = raspberrypi,3-model-b\n"
    let profiles = try Profiles(
      additions: [.init(name: "raspberry-pi-3", file: "/etc/hearth/boards.d/x.conf", text: Array(text.utf8))])
    #expect(try profiles.all.count == Profiles().all.count)
    #expect(profiles.match(arm(["raspberrypi,3-model-b"])).profile.title == "Mine")
  }

  @Test func aWrongAdditionNamesItsFile() {
    #expect(throws: ConfError(file: "/etc/x.conf", line: 1, text: "expected [section] or key = value")) {
      try Profiles(additions: [.init(name: "x", file: "/etc/x.conf", text: [0x61])])
    }
  }
}
