import Foundation
import Readings
import Testing

@testable import Basics
@testable import Scoring

/// One device tree of Debian's kernel, as `Tests/lab/checks/device-trees` wrote it.
struct DeviceTree {
  var strings: [String: [String]] = [:]
  var numbers: [String: [Int]] = [:]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/trees")

  init(_ name: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: name + ".tree"), encoding: .utf8)
    for line in text.split(separator: "\n") {
      guard let blank = line.firstIndex(of: " ") else { continue }
      let path = String(line[..<blank])
      let rest = line[blank...].dropFirst()
      if rest.hasPrefix("<") {
        numbers[path] = rest.trimmingCharacters(in: ["<", ">"]).split(separator: " ").compactMap { Int($0) }
      } else {
        strings[path] = rest.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      }
    }
  }

  /// The parts of its cores by Arm's numbers, core by core.
  var parts: [Int] {
    let known = [
      "arm,cortex-a53": 0xd03, "arm,cortex-a72": 0xd08, "arm,cortex-a73": 0xd09, "arm,arm1176jzf-s": 0xb76,
    ]
    return strings.keys.filter { $0.hasPrefix("cpus/") && $0.hasSuffix("compatible") }.sorted()
      .compactMap { known[strings[$0]?.first ?? ""] }
  }

  /// The zones as the kernel makes them: type is the node's name.
  var zones: [ThermalZone] {
    var zones: [String: [String: TripPoint]] = [:]
    for (path, value) in numbers where path.hasSuffix("/temperature") {
      let words = path.split(separator: "/").map(String.init)
      guard let zone = words.firstIndex(of: "thermal-zones"), words.count == zone + 5 else { continue }
      let type = strings[words.dropLast().joined(separator: "/") + "/type"]?.first ?? ""
      zones[words[zone + 1], default: [:]][words[zone + 3]] = TripPoint(
        kind: TripPoint.Kind(rawValue: type) ?? .other, temperature: value[0])
    }
    return zones.map { name, trips in
      ThermalZone(
        type: name, temperature: .now(40_000), trips: trips.sorted { $0.key < $1.key }.map(\.value))
    }
  }

  var board: Board {
    Board(
      architecture: parts.first == 0xb76 ? "arm" : "arm64", model: .now(strings["model"]?.first ?? ""),
      compatible: .now(strings["compatible"] ?? []),
      processorParts: .now(Set(parts).sorted().map { ProcessorPart(part: $0, count: 4) }))
  }
}

@Suite struct DeviceTreeTests {
  private static let boards: [(tree: String, profile: String, rule: Profiles.Match.Rule, throttle: Double)] =
    [
      ("bcm2837-rpi-3-b", "raspberry-pi-3", .compatible, 80),
      ("bcm2837-rpi-cm3-io3", "raspberry-pi-3", .soc, 80),
      ("bcm2837-rpi-3-b-plus", "raspberry-pi-3-plus", .compatible, 80),
      ("bcm2837-rpi-3-a-plus", "raspberry-pi-3-plus", .compatible, 80),
      ("bcm2837-rpi-zero-2-w", "raspberry-pi-zero-2", .compatible, 80),
      ("bcm2711-rpi-4-b", "raspberry-pi-4", .compatible, 80),
      ("bcm2711-rpi-400", "raspberry-pi-4", .compatible, 80),
      ("bcm2711-rpi-cm4-io", "raspberry-pi-4", .soc, 80),
      ("bcm2835-rpi-zero", "raspberry-pi-zero", .compatible, 80),
      ("bcm2835-rpi-zero-w", "raspberry-pi-zero", .compatible, 80),
      ("bcm2835-rpi-b", "raspberry-pi-zero", .compatible, 80),
      ("bcm2835-rpi-b-plus", "raspberry-pi-zero", .compatible, 80),
      ("hi3660-hikey960", "hikey960", .compatible, 75),
      ("hi6220-hikey", "hikey", .compatible, 75),
      ("sun50i-h6-orangepi-3", "orange-pi-3", .compatible, 85),
      ("sun50i-h6-pine-h64", "orange-pi-3", .soc, 85),
      ("rk3399-rock-pi-4b", "generic-arm64", .architecture, 75),
    ]

  @Test func everyTreeIsOneOfTheBoards() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: DeviceTree.folder.path(percentEncoded: false))
    #expect(files.map { String($0.dropLast(5)) }.sorted() == Self.boards.map(\.tree).sorted())
  }

  @Test(arguments: boards) func theKernelsOwnTreeTellsTheProfile(
    _ board: (tree: String, profile: String, rule: Profiles.Match.Rule, throttle: Double)
  ) throws {
    let tree = try DeviceTree(board.tree)
    let match = try Profiles().match(tree.board)
    #expect(match.profile.name == board.profile)
    #expect(match.rule == board.rule)
    #expect(tree.strings["compatible"]?.contains(match.text) == true || board.rule == .architecture)
  }

  @Test(arguments: boards) func theProfileKnowsTheTreesZonesCoresAndLights(
    _ board: (tree: String, profile: String, rule: Profiles.Match.Rule, throttle: Double)
  ) throws {
    let tree = try DeviceTree(board.tree)
    let profile = try Profiles().match(tree.board).profile
    var snapshot = Snapshot(instant: now)
    snapshot.board = tree.board
    snapshot.thermal.zones = tree.zones
    let heat = Score(of: snapshot, profile: profile).terms[.heat]
    #expect(heat.source.isMeasured || tree.zones.isEmpty, "\(tree.zones.map(\.type))")
    #expect(heat.full == (tree.zones.isEmpty ? profile.heat.throttle : board.throttle))
    #expect(!tree.parts.isEmpty)
    for part in tree.parts { #expect(profile.processor.rates.contains { $0.part == part }) }
    guard board.rule == .compatible else { return }
    for trip in tree.zones.first(where: { $0.type == profile.heat.zones[0] })?.trips ?? []
    where trip.kind == .critical {
      #expect(profile.heat.critical == Double(trip.temperature) / 1000)
    }
    #expect(tree.parts.count == profile.processor.cores)
    let labels = tree.strings.filter { $0.key.hasSuffix("/label") }.flatMap(\.value)
    if labels != ["PWR"] { #expect(!Set(labels).isDisjoint(with: profile.light.leds), "\(labels)") }
  }

  /// `cpu_capacity` as the kernel works it out (drivers/base/arch_topology.c): 592 * 1844 of 1024 * 2362.
  @Test func theHiKey960sCapacitiesAreTheKernels() throws {
    let tree = try DeviceTree("hi3660-hikey960")
    let dmips = ["cpus/cpu@0", "cpus/cpu@100"].map { tree.numbers[$0 + "/capacity-dmips-mhz"]?.first ?? 0 }
    #expect(dmips[0] * 1844 * 1024 / (dmips[1] * 2362) == 462)
    let capacities = try profile("hikey960").processor.capacities
    #expect(capacities == [.init(part: 0xd03, share: 462), .init(part: 0xd09, share: 1024)])
  }

  /// raspberrypi/linux: the bytes a Raspberry Pi 5 shows; Debian's Linux 6.1 has no tree of it.
  @Test(arguments: [
    ("raspberrypi,5-model-b", Profiles.Match.Rule.compatible),
    ("raspberrypi,5-compute-module", .soc), ("raspberrypi,500", .soc),
  ])
  func aRaspberryPi5IsKnown(_ compatible: String, _ rule: Profiles.Match.Rule) throws {
    let match = try Profiles().match(
      Board(architecture: "arm64", compatible: .now([compatible, "brcm,bcm2712"])))
    #expect(match.profile.name == "raspberry-pi-5" && match.rule == rule)
  }

  @Test func noTwoProfilesClaimTheSame() throws {
    var claims: [String: String] = [:]
    for profile in try Profiles().all {
      let recognition = profile.recognition
      for text in recognition.compatible + recognition.soc + recognition.models + recognition.products {
        #expect(claims[text] == nil, "\(text): \(profile.name) and \(claims[text] ?? "")")
        claims[text] = profile.name
      }
    }
  }

  /// The Orange Pi 3B is another maker's chip.
  @Test func boardsOfSimilarNamesAreNotTakenForEachOther() throws {
    for (compatible, model, profile) in [
      (["xunlong,orangepi-3b", "rockchip,rk3566"], "Orange Pi 3B", "generic-arm64"),
      (["raspberrypi,2-model-b", "brcm,bcm2836"], "Raspberry Pi 2 Model B Rev 1.1", "generic-arm64"),
      (
        ["hardkernel,odroid-n2-plus", "amlogic,s922x", "amlogic,g12b"], "Hardkernel ODROID-N2Plus",
        "generic-arm64"
      ),
    ] {
      let board = Board(
        architecture: "arm64", model: .now(model), compatible: .now(compatible),
        processorParts: .now([ProcessorPart(part: 0xd03, count: 2), ProcessorPart(part: 0xd09, count: 4)]))
      #expect(try Profiles().match(board).profile.name == profile)
    }
  }
}
