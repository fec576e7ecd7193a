import Basics
internal import Wire

extension Profile {
  /// What is wrong with, or missing from, the text of a profile; one line each, as `FILE:LINE: …`, none for a profile
  /// that is complete and sane.
  ///
  /// - Parameters:
  ///   - name: the name of its file without `.conf`: others are not expected to claim the same boards.
  ///   - others: the profiles known already.
  package static func findings(
    in bytes: [UInt8], name: String, file: String, others: Profiles
  ) -> [String] {
    do throws(ConfError) {
      let profile = try parse(bytes, name: name, file: file)
      var check = ProfileCheck(profile, try Conf.parse(bytes, file: file, rules: rules), file)
      check.completeness()
      check.plausibility()
      check.claims(others)
      check.sources(bytes)
      return check.findings
    } catch {
      return [error.message]
    }
  }
}

private struct ProfileCheck {
  let profile: Profile
  let conf: Conf
  let file: String
  var findings: [String] = []

  init(_ profile: Profile, _ conf: Conf, _ file: String) {
    self.profile = profile
    self.conf = conf
    self.file = file
  }

  /// A finding at a key, or of the whole file where the key is not there.
  @inline(never)
  private mutating func find(_ section: String, _ key: String, _ text: String) {
    let line = conf.section(section).entry(key)?.line ?? 0
    findings.append(ConfError(file: file, line: line, text: "[" + section + "] " + key + ": " + text).message)
  }

  /// Every key that the score or the build would else have to guess.
  mutating func completeness() {
    let needed: [(String, String)] = [
      ("build", "debian-architecture"), ("build", "cpu"), ("processor", "mips-per-mhz"),
      ("processor", "clock"), ("processor", "cores"), ("processor", "crypto"), ("thermal", "throttle"),
      ("network", "limit"), ("assumed", "memory"),
    ]
    // A profile of boards of all kinds cannot know this.
    let isGeneric = profile.recognition.architecture != nil
    for (section, key) in needed
    where conf.section(section).entry(key) == nil && !(isGeneric && key == "crypto") {
      find(section, key, "missing")
    }
    if profile.recognition == Profile.Recognition() {
      find(
        "board", "compatible", "nothing tells this board: missing, and so are soc, model, parts and product")
    }
    if profile.heat.zones.isEmpty && profile.heat.chips.isEmpty {
      find("thermal", "zone", "missing, and so is chip: which sensor is the processor's?")
    }
  }

  /// Values no board of a home has are typing errors as a rule.
  mutating func plausibility() {
    let processor = profile.processor
    expect("processor", "clock", processor.clock, 100...6000, "MHz")
    expect("processor", "mips-per-mhz", processor.rate, 0.05...3, "MIPS per MHz and core")
    expect("processor", "cores", Double(processor.cores), 1...256, "cores")
    expect("thermal", "throttle", profile.heat.throttle, 50...110, "°C")
    expect("network", "limit", profile.link.limit, 10...100_000, "Mbit/s")
    expect("network", "wifi", profile.link.wifi, 1...10_000, "Mbit/s")
    expect("assumed", "memory", profile.assumed.memory / 1_048_576, 32...1_048_576, "MiB")
    for known in processor.rates where !(0.05...3).contains(known.rate) {
      find("processor", "core", decimal(known.rate, places: 2) + " MIPS per MHz is no core's")
    }
    if !processor.capacities.isEmpty {
      if !processor.capacities.contains(where: { $0.share == 1024 }) {
        find("processor", "capacity", "the fastest core's is 1024, and none has it")
      }
      for known in processor.capacities where !processor.rates.contains(where: { $0.part == known.part }) {
        find("processor", "capacity", "0x" + String(known.part, radix: 16) + " has no core line")
      }
    }
    for part in profile.recognition.parts where !processor.rates.contains(where: { $0.part == part }) {
      find("board", "parts", "0x" + String(part, radix: 16) + " has no core line in [processor]")
    }
    if let soft = profile.heat.soft {
      if soft.temperature >= profile.heat.throttle { find("thermal", "soft", "not below throttle") }
      if soft.clock >= processor.clock { find("thermal", "soft", "not below clock") }
    }
    for bus in profile.buses.allowed where !profile.buses.allow(bus) {
      find("i2c", "allow", bus + " is forbidden as well")
    }
    for sensor in profile.sensors where !profile.buses.allow(sensor.adapter) {
      find("sensors", "chip", sensor.adapter + " is not among the buses that [i2c] allows")
    }
  }

  private mutating func expect(
    _ section: String, _ key: String, _ value: Double, _ range: ClosedRange<Double>, _ unit: String
  ) {
    guard conf.section(section).entry(key) != nil, !range.contains(value) else { return }
    find(
      section, key,
      decimal(value, places: 2) + " is no board's; expected " + decimal(range.lowerBound, places: 2) + " to "
        + decimal(range.upperBound, places: 0) + " " + unit)
  }

  /// What another profile claims is its own.
  mutating func claims(_ others: Profiles) {
    for other in others.all where other.name != profile.name {
      claim("compatible", profile.recognition.compatible, other, other.recognition.compatible)
      claim("soc", profile.recognition.soc, other, other.recognition.soc)
      claim("model", profile.recognition.models, other, other.recognition.models)
      claim("product", profile.recognition.products, other, other.recognition.products)
    }
  }

  private mutating func claim(_ key: String, _ own: [String], _ other: Profile, _ others: [String]) {
    for text in own where others.contains(text) {
      find("board", key, text + " is " + other.name + "'s already")
    }
  }

  /// Every value stands behind, or below in the same paragraph as, a comment that says where it is from.
  mutating func sources(_ bytes: [UInt8]) {
    var covered: Set<Int> = []
    var isCovered = false
    var isToMeasure = false
    var line = 0
    for text in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      line += 1
      let words = text.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
      if words.isEmpty || words.first == UInt8(ascii: "[") {
        isCovered = false
        isToMeasure = false
      } else if words.first == UInt8(ascii: "#") {
        isCovered = true
        isToMeasure = saysMeasure(words)
      } else {
        let hasOwn = words.contains(UInt8(ascii: "#"))
        if isCovered || hasOwn { covered.insert(line) }
        if hasOwn ? saysMeasure(words) : isToMeasure {
          findings.append(ConfError(file: file, line: line, text: "still to be measured").message)
        }
      }
    }
    for section in conf.sections where section.name != "build" {
      for entry in section.entries
      where !covered.contains(entry.line) && entry.key != "name" && entry.key != "architecture" {
        let text = section.header + " " + entry.key + ": no comment says where the value is from"
        findings.append(ConfError(file: file, line: entry.line, text: text).message)
      }
    }
  }

  private func saysMeasure(_ line: ArraySlice<UInt8>) -> Bool {
    var rest = line
    while let sign = rest.firstIndex(of: UInt8(ascii: "m")) {
      rest = rest[sign...]
      if rest.starts(with: Profile.toMeasure.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

extension Profile {
  /// What a comment has of a value that nobody has measured yet.
  static let toMeasure = "measure:"
}
