import Basics
package import Wire

extension Profile {
  /// Reads a profile.
  ///
  /// - Parameters:
  ///   - name: the name of its file without `.conf`.
  ///   - file: how errors name it.
  /// - Throws: the first thing that is unknown, missing or out of range.
  package static func parse(_ bytes: [UInt8], name: String, file: String) throws(ConfError) -> Profile {
    let conf = try Conf.parse(bytes, file: file, rules: rules)
    try conf.refuseUnknown(shape)
    let board = conf.section("board")
    return Profile(
      name: name, title: try board.required("name"), recognition: try recognition(board),
      processor: try processor(conf.section("processor")), heat: try heat(conf.section("thermal")),
      link: try link(conf.section("network")), power: try power(conf.section("power")),
      assumed: try assumed(conf.section("assumed")),
      weights: try weights(conf.section("weights")), light: light(conf.section("light")),
      buses: buses(conf.section("i2c")), sensors: try sensors(conf.section("sensors")))
  }

  static let rules = Conf.Rules(
    repeatable: [
      "compatible", "soc", "model", "product", "core", "capacity", "zone", "chip", "led", "allow", "forbid",
    ])

  private static let shape = ConfShape([
    ConfShape.Keys("board", ["name", "compatible", "soc", "model", "parts", "product", "architecture"]),
    // Read by cross/setup.
    ConfShape.Keys("build", ["debian-architecture", "cpu"]),
    ConfShape.Keys(
      "processor",
      ["core", "capacity", "mips-per-mhz", "thread-gain", "clock", "cores", "copy-rate", "crypto"]),
    ConfShape.Keys("thermal", ["zone", "chip", "throttle", "critical", "soft", "trust-trips", "margin"]),
    ConfShape.Keys("network", ["limit", "wifi", "ample"]),
    ConfShape.Keys("power", ["supply", "idle", "full"]),
    ConfShape.Keys("assumed", ["load", "memory", "temperature", "ample-memory", "ample-storage"]),
    ConfShape.Keys(
      "weights",
      [
        "memory", "cpu-pressure", "memory-pressure", "io-pressure", "heat", "throttling", "supply", "battery",
        "link", "storage",
      ]),
    ConfShape.Keys("light", ["line", "led"]),
    ConfShape.Keys("i2c", ["allow", "forbid"]),
    ConfShape.Keys("sensors", ["chip"]),
  ])

  private static func recognition(_ section: Conf.Section) throws(ConfError) -> Recognition {
    var result = Recognition()
    result.compatible = all(section, "compatible")
    result.soc = all(section, "soc")
    result.models = all(section, "model")
    result.products = all(section, "product")
    result.architecture = section.text("architecture")
    for text in try section.list("parts") ?? [] {
      guard let part = hexadecimal(text) else {
        throw wrong(section.entry("parts"), "CPU parts as 0xd03, 0xd09")
      }
      result.parts.append(part)
    }
    return result
  }

  private static func processor(_ section: Conf.Section) throws(ConfError) -> Processor {
    var result = Processor()
    for entry in section.entries where entry.key == "core" {
      result.rates.append(try rate(entry))
    }
    result.rate = try section.number("mips-per-mhz", in: rateRange) ?? result.rate
    result.threadGain = try section.number("thread-gain", in: 0...1) ?? result.threadGain
    result.clock = try section.number("clock", in: 1...10_000) ?? result.clock
    result.cores = try section.integer("cores", in: 1...1024) ?? result.cores
    for entry in section.entries where entry.key == "capacity" {
      result.capacities.append(try capacity(entry))
    }
    result.copyRate = try section.number("copy-rate", in: 1...1_000_000) ?? result.copyRate
    result.hasCrypto = try section.bool("crypto")
    return result
  }

  /// A vintage microcontroller to twice the best core there is.
  private static let rateRange = 0.01...5.0

  /// `0xd03 0.72`.
  private static func rate(_ entry: Conf.Entry) throws(ConfError) -> Rate {
    let expected = "a CPU part and its MIPS per MHz, as 0xd03 0.72"
    guard let (part, number) = partAndNumber(entry), rateRange.contains(number) else {
      throw wrong(entry, expected)
    }
    return Rate(part: part, rate: number)
  }

  /// `0xd03 462`.
  private static func capacity(_ entry: Conf.Entry) throws(ConfError) -> Capacity {
    let expected = "a CPU part and its share of the fastest core's 1024, as 0xd03 462"
    guard let (part, number) = partAndNumber(entry), (1...1024).contains(number) else {
      throw wrong(entry, expected)
    }
    return Capacity(part: part, share: Int(number))
  }

  private static func partAndNumber(_ entry: Conf.Entry) -> (Int, Double)? {
    guard let blank = entry.value.utf8.firstIndex(of: 0x20),
      let part = hexadecimal(String(entry.value[..<blank])),
      // The rest is one number: let the format's own reader judge it.
      let number = Conf.number(String(entry.value[blank...]))
    else { return nil }
    return (part, number)
  }

  private static func heat(_ section: Conf.Section) throws(ConfError) -> Heat {
    var result = Heat()
    result.zones = all(section, "zone")
    result.chips = all(section, "chip")
    result.throttle = try section.number("throttle", in: 30...150) ?? result.throttle
    result.critical = try section.number("critical", in: 30...150)
    if let critical = result.critical, critical <= result.throttle {
      throw wrong(section.entry("critical"), "a temperature above that of throttling")
    }
    if let entry = section.entry("soft") {
      let words = entry.value.words(at: " ").map { Conf.number($0) ?? 0 }
      guard words.count == 2, (30...150).contains(words[0]), (1...10_000).contains(words[1]) else {
        throw wrong(entry, "a temperature and the clock from there on, as 60 1200")
      }
      result.soft = SoftLimit(temperature: words[0], clock: words[1])
    }
    result.trustsTrips = try section.bool("trust-trips") ?? result.trustsTrips
    result.margin = try section.number("margin", in: 1...100) ?? result.margin
    return result
  }

  private static func link(_ section: Conf.Section) throws(ConfError) -> Link {
    var result = Link()
    result.limit = try section.number("limit", in: 1...1_000_000) ?? result.limit
    result.wifi = try section.number("wifi", in: 1...1_000_000) ?? result.wifi
    result.ample = try section.number("ample", in: 1...1_000_000) ?? result.ample
    return result
  }

  private static func power(_ section: Conf.Section) throws(ConfError) -> Power {
    Power(
      supply: try section.number("supply", in: 0.5...10_000),
      idle: try section.number("idle", in: 0...10_000),
      full: try section.number("full", in: 0...10_000))
  }

  private static func assumed(_ section: Conf.Section) throws(ConfError) -> Assumed {
    var result = Assumed()
    let bytes = 1_048_576...1e15
    result.load = try section.number("load", in: 0...1) ?? result.load
    result.memory = try section.number("memory", in: bytes, units: Conf.Unit.memory) ?? result.memory
    result.temperature = try section.number("temperature", in: -40...150) ?? result.temperature
    result.ampleMemory =
      try section.number("ample-memory", in: bytes, units: Conf.Unit.memory) ?? result.ampleMemory
    result.ampleStorage =
      try section.number("ample-storage", in: bytes, units: Conf.Unit.memory) ?? result.ampleStorage
    return result
  }

  private static func weights(_ section: Conf.Section) throws(ConfError) -> Weights {
    var result = Weights()
    try weigh(section, "memory", &result.memory)
    try weigh(section, "cpu-pressure", &result.cpuPressure)
    try weigh(section, "memory-pressure", &result.memoryPressure)
    try weigh(section, "io-pressure", &result.ioPressure)
    try weigh(section, "heat", &result.heat)
    try weigh(section, "throttling", &result.throttling)
    try weigh(section, "supply", &result.supply)
    try weigh(section, "battery", &result.battery)
    try weigh(section, "link", &result.link)
    try weigh(section, "storage", &result.storage)
    return result
  }

  private static func weigh(
    _ section: Conf.Section, _ key: String, _ weight: inout Double
  ) throws(ConfError) {
    weight = try section.number(key, in: 0...0.95) ?? weight
  }

  private static func all(_ section: Conf.Section, _ key: String) -> [String] {
    var values: [String] = []
    for entry in section.entries where entry.key == key && !entry.value.isEmpty { values.append(entry.value) }
    return values
  }
}
