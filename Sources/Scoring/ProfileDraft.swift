import Basics
package import Readings
internal import Wire

/// The draft of a profile for the board at hand: each value with what it was read from.
package struct ProfileDraft: Sendable {
  /// One value.
  package struct Line: Equatable, Sendable {
    /// The section it stands in, as `processor`.
    package let section: String
    /// Its key there.
    package let key: String
    /// Its value as a profile writes it.
    package let value: String
    /// Path and text it was read from, or what it was taken after.
    package let evidence: String
    /// Whether somebody has still to measure it.
    package let isToMeasure: Bool
  }

  /// Bytes of evidence that are shown at most, well below the longest line a profile may have.
  static let evidenceLimit = 500

  /// In the order of the file.
  package private(set) var lines: [Line] = []
  private let snapshot: Snapshot
  /// Knows the cores of its architecture.
  private let generic: Profile
  private let architecture: String

  /// - Parameters:
  ///   - devices: the lights and buses of the same board.
  ///   - profiles: what is known already; the draft claims none of it but what names this very board.
  package init(_ snapshot: Snapshot, devices: BoardDevices, profiles: Profiles) {
    self.snapshot = snapshot
    let architecture = snapshot.board.architecture
    self.architecture = architecture
    generic = profiles.all.first { $0.recognition.architecture == architecture } ?? Profile.unknown
    addBoard(profiles)
    addProcessor()
    addHeat()
    addNetwork()
    if let memory = snapshot.memory.value {
      let mebibytes = memory.total / 1_048_576
      add(
        "assumed", "memory", "\(mebibytes / 10 * 7) MiB",
        "Estimate, seven tenths of /proc/meminfo's MemTotal: \(mebibytes) MiB")
    } else {
      add("assumed", "memory", "512 MiB", "/proc/meminfo cannot be read", toMeasure: true)
    }
    addDevices(devices)
  }

  @inline(never)
  private mutating func add(
    _ section: String, _ key: String, _ value: String, _ evidence: String, toMeasure: Bool = false
  ) {
    // One line, and no sign that begins a comment in the middle of a value.
    let value = String(decoding: value.utf8.map { isPlain($0) && $0 != 0x23 ? $0 : 0x20 }, as: UTF8.self)
    let evidence = String(
      decoding: evidence.utf8.prefix(Self.evidenceLimit).map { isPlain($0) ? $0 : 0x20 }, as: UTF8.self)
    lines.append(
      Line(section: section, key: key, value: value, evidence: evidence, isToMeasure: toMeasure))
  }

  private mutating func addBoard(_ profiles: Profiles) {
    let board = snapshot.board
    let model = board.model.value ?? board.product.value ?? ""
    let name = withoutRevision(model)
    add("board", "name", name.isEmpty ? "My board" : name, model.isEmpty ? "" : "The model: " + model)
    if let entries = board.compatible.value, let first = entries.first {
      let text = "/proc/device-tree/compatible: " + entries.joined(separator: ", ")
      add("board", "compatible", first, text)
      if entries.count > 1, let chip = entries.last,
        !profiles.all.contains(where: { $0.recognition.soc.contains(chip) })
      {
        add("board", "soc", chip, text)
      }
      if !name.isEmpty { add("board", "model", name, "/proc/device-tree/model or /proc/cpuinfo: " + model) }
    } else if let product = board.product.value {
      add("board", "product", product, "/sys/class/dmi/id/product_name: " + product)
    } else if !name.isEmpty {
      add("board", "model", name, "/proc/cpuinfo: " + model)
    }
    let part = board.processorParts.value?.last?.part ?? 0
    let package: StaticString
    switch architecture {
    case "arm64": package = "arm64"
    // Cores before the Cortexes have no instructions of Debian's armhf.
    case "arm": package = part > 0 && part < 0xc00 ? "armel" : "armhf"
    default: package = "amd64"
    }
    add("build", "debian-architecture", "\(package)", "The architecture: " + architecture)
    let cpu = clangName(part, architecture)
    add("build", "cpu", cpu, "/proc/cpuinfo, CPU part " + hexadecimal(part) + "; clang's name of the core")
  }

  private mutating func addProcessor() {
    let board = snapshot.board
    var best = 0.0
    for kind in board.processorParts.value ?? [] where kind.part > 0 {
      if let known = generic.processor.rates.first(where: { $0.part == kind.part }) {
        best = max(best, known.rate)
        add(
          "processor", "core", hexadecimal(kind.part) + " " + decimal(known.rate, places: 2),
          "/proc/cpuinfo: \(kind.count) cores of that part; the rate is boards/" + generic.name + ".conf's")
      } else {
        add(
          "processor", "core", hexadecimal(kind.part) + " " + decimal(generic.processor.rate, places: 2),
          "/proc/cpuinfo: \(kind.count) cores of that part; 7-zip's MIPS of one core by its MHz ('7z b -mmt1')",
          toMeasure: true)
      }
    }
    if best > 0 {
      add("processor", "mips-per-mhz", decimal(best, places: 2), "As its fastest core")
    } else {
      add(
        "processor", "mips-per-mhz", decimal(generic.processor.rate, places: 2),
        "7-zip's MIPS of one core by its MHz ('7z b -mmt1')", toMeasure: true)
    }
    addCapacities()
    addClock()
    let count = snapshot.processors.cores.count
    if count > 0 {
      add("processor", "cores", "\(count)", "/sys/devices/system/cpu")
    } else {
      add("processor", "cores", "1", "no core in /sys/devices/system/cpu", toMeasure: true)
    }
    if let hasCrypto = board.hasCrypto.value {
      add(
        "processor", "crypto", hasCrypto ? "yes" : "no",
        hasCrypto ? "/proc/cpuinfo lists aes" : "/proc/cpuinfo does not list aes")
    } else {
      add("processor", "crypto", "no", "/proc/cpuinfo lists no features", toMeasure: true)
    }
  }

  /// Only where the kernel tells the kinds of cores apart.
  private mutating func addCapacities() {
    var shares: [Profile.Capacity] = []
    for core in snapshot.processors.cores {
      guard let part = core.part, let share = core.capacity.value, (1...1024).contains(share) else { return }
      if !shares.contains(where: { $0.part == part }) { shares.append(.init(part: part, share: share)) }
    }
    guard shares.count > 1, shares.contains(where: { $0.share == 1024 }) else { return }
    for known in shares {
      add(
        "processor", "capacity", hexadecimal(known.part) + " \(known.share)",
        "/sys/devices/system/cpu/cpu*/cpu_capacity: \(known.share)")
    }
  }

  private mutating func addClock() {
    var fastest = 0
    var number = 0
    for policy in snapshot.processors.policies {
      let clock = policy.maximum.value ?? 0
      if clock > fastest {
        fastest = clock
        number = policy.number
      }
    }
    if fastest >= 1000 {
      add(
        "processor", "clock", "\(min(fastest / 1000, 10_000))",
        "/sys/devices/system/cpu/cpufreq/policy\(number)/cpuinfo_max_freq: \(fastest)")
      return
    }
    var printed = 0
    for kind in snapshot.board.processorParts.value ?? [] { printed = max(printed, kind.megahertz) }
    if printed > 0 {
      add("processor", "clock", "\(min(printed, 10_000))", "/proc/cpuinfo: cpu MHz \(printed)")
    } else {
      add(
        "processor", "clock", decimal(generic.processor.clock, places: 0), "the fastest clock in MHz",
        toMeasure: true)
    }
  }

  private mutating func addHeat() {
    var zones: [ThermalZone] = []
    for zone in snapshot.thermal.zones where generic.heat.isProcessor(zone) { zones.append(zone) }
    var named: [String] = []
    for zone in zones where !named.contains(zone.type) {
      named.append(zone.type)
      let why = zone.slowsProcessors ? "; a device that slows cores is bound to it" : ""
      add(
        "thermal", "zone", zone.type, "/sys/class/thermal/thermal_zone\(zone.number)/type: " + zone.type + why
      )
    }
    for chip in snapshot.hwmon.chips where generic.heat.chips.contains(chip.name) {
      guard !named.contains(chip.name) else { continue }
      named.append(chip.name)
      add("thermal", "chip", chip.name, "/sys/class/hwmon/hwmon\(chip.number)/name: " + chip.name)
    }
    if named.isEmpty {
      var types: [String] = []
      for zone in snapshot.thermal.zones { types.append(zone.type) }
      add(
        "thermal", "zone", types.first.flatMap { $0.isEmpty ? nil : $0 } ?? "cpu-thermal",
        "which of these is the processor's: " + (types.isEmpty ? "none is shown" : joined(types)),
        toMeasure: true)
    }
    addTrips(of: zones)
  }

  private mutating func addTrips(of zones: [ThermalZone]) {
    var passive: (celsius: Int, zone: Int)?
    var critical: (celsius: Int, zone: Int)?
    let hasRelations = zones.contains { $0.slowsProcessors }
    for zone in zones {
      // What a profile may say (`ProfileCheck`).
      if zone.slowsProcessors || !hasRelations, let limit = Profile.Heat.passiveLimit(of: zone),
        (50...110).contains(limit), Int(limit) > passive?.celsius ?? 0
      {
        passive = (Int(limit), zone.number)
      }
      for trip in zone.trips where trip.kind == .critical && (50_000...130_000).contains(trip.temperature) {
        let celsius = trip.temperature / 1000
        if celsius < critical?.celsius ?? 1000 { critical = (celsius, zone.number) }
      }
    }
    if let passive {
      add(
        "thermal", "throttle", "\(passive.celsius)",
        "/sys/class/thermal/thermal_zone\(passive.zone): its highest passive trip")
    } else {
      let guess = critical.map { min($0.celsius - 10, Int(generic.heat.throttle)) }
      add(
        "thermal", "throttle", "\(max(guess ?? Int(generic.heat.throttle), 50))",
        "no passive trip is shown; load all cores and watch when the clock falls", toMeasure: true)
    }
    let throttle = passive?.celsius ?? 0
    if let critical, critical.celsius > max(throttle, 50) {
      add(
        "thermal", "critical", "\(critical.celsius)",
        "/sys/class/thermal/thermal_zone\(critical.zone): its critical trip")
    }
    add("thermal", "trust-trips", passive == nil ? "no" : "yes", "Whether there is a passive trip")
  }

  private mutating func addNetwork() {
    var best: (speed: Int, name: String, isUSB: Bool)?
    var hasWifi = false
    for interface in snapshot.network.interfaces {
      if interface.kind == .wifi { hasWifi = true }
      if interface.kind == .ethernet, let speed = interface.speed.value, speed > best?.speed ?? 0 {
        best = (speed, interface.name, interface.isUSB)
      }
    }
    if let best {
      // USB 2.0 moves about 300 Mbit/s; what the port is, nobody says here.
      let doubts = best.isUSB && best.speed > 300
      add(
        "network", "limit", "\(min(max(best.speed, 10), 100_000))",
        "/sys/class/net/" + best.name + "/speed: \(best.speed)"
          + (doubts ? "; behind USB, which may move less" : ""),
        toMeasure: doubts)
    } else {
      add(
        "network", "limit", decimal(generic.link.limit, places: 0),
        "no wired link is up; what the board can move at best, in Mbit/s", toMeasure: true)
    }
    if hasWifi {
      add(
        "network", "wifi", decimal(generic.link.wifi, places: 0),
        "Wi-Fi does not tell its speed; 'iperf3' with a computer that is wired", toMeasure: true)
    }
  }

  private mutating func addDevices(_ devices: BoardDevices) {
    var best: String?
    for led in devices.leds {
      let isStatus = ["ACT", "led0", "status", "user4"].contains { ends(led, in: $0) }
      if isStatus, best == nil { best = led }
    }
    if let best {
      add("light", "led", best, "/sys/class/leds: " + joined(devices.leds))
    }
    for adapter in devices.adapters {
      let note =
        "# /dev/i2c-\(adapter.number): " + adapter.name
        + (adapter.node.isEmpty ? "" : ", device tree node " + adapter.node)
      notes.append(
        String(decoding: note.utf8.prefix(Self.evidenceLimit).map { isPlain($0) ? $0 : 0x20 }, as: UTF8.self))
    }
  }

  /// Buses, which a draft allows nobody to touch.
  private var notes: [String] = []

  /// The draft as a file; values that are still to be measured have `measure:` in their comment.
  package var text: String {
    var text = ""
    var section = ""
    for line in lines {
      if line.section != section {
        if !section.isEmpty { text += "\n" }
        section = line.section
        text += "[" + section + "]\n"
      }
      if !line.evidence.isEmpty {
        text += "# " + (line.isToMeasure ? Profile.toMeasure + " " : "") + line.evidence + "\n"
      }
      text += line.key + " = " + line.value + "\n"
    }
    if !notes.isEmpty {
      text += "\n# [i2c] with allow = NODE, for buses whose chips are known not to be the board's own:\n"
      for note in notes { text += note + "\n" }
    }
    return text
  }
}

/// Whether a line of text may have the byte.
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte != 0x7f
}

private func ends(_ text: String, in end: String) -> Bool {
  text.utf8.count >= end.utf8.count && text.utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
}

/// The model without the " Rev 1.2" that firmware appends.
private func withoutRevision(_ model: String) -> String {
  var rest = model.utf8[...]
  while !rest.isEmpty {
    if rest.starts(with: " Rev ".utf8) { return String(model[..<rest.startIndex]) }
    rest = rest.dropFirst()
  }
  return model
}

private func hexadecimal(_ part: Int) -> String {
  "0x" + String(part, radix: 16)
}

/// What clang calls the core (`clang --print-supported-cpus`).
private func clangName(_ part: Int, _ architecture: String) -> String {
  let name: StaticString
  switch part {
  case 0xd03: name = "cortex-a53"
  case 0xd04: name = "cortex-a35"
  case 0xd05: name = "cortex-a55"
  case 0xd07: name = "cortex-a57"
  case 0xd08: name = "cortex-a72"
  case 0xd09: name = "cortex-a73"
  case 0xd0a: name = "cortex-a75"
  case 0xd0b: name = "cortex-a76"
  case 0xb76: name = "arm1176jzf-s"
  case 0xc07: name = "cortex-a7"
  case 0xc08: name = "cortex-a8"
  case 0xc09: name = "cortex-a9"
  case 0xc0f: name = "cortex-a15"
  default: name = "generic"
  }
  return architecture == "x86_64" ? "x86-64" : "\(name)"
}
