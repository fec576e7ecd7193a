import Basics
import Readings

/// Keeps `Network` up to date; the counters of all interfaces come from one read of `/proc/net/dev`.
struct NetworkSampler {
  static let mostInterfaces = 64
  /// Lines of the table that are looked at for hardware: each container brings one or two.
  static let mostLines = 4096

  private struct InterfaceFiles {
    var carrier: Attribute
    var state: Attribute
    var speed: Attribute
    /// Virtual interfaces are many and tell little: theirs are read at scans only.
    var isSteady: Bool
    var lastCarrier: Bool?
    var hasSpeed = false
  }

  private let folder: String
  private var table: Attribute
  private var wireless: Attribute
  private let noRate: Absence
  private var files: [InterfaceFiles] = []
  /// The line of each known interface, and a mark of the names of all lines.
  private var places: [Int] = []
  private var lastNames: UInt64?
  private var hasWireless = false

  init(root: String) {
    folder = root + "/sys/class/net/"
    table = Attribute(root + "/proc/net/dev", .keptLong)
    wireless = Attribute(root + "/proc/net/wireless", .keptLong)
    noRate = table.absence
  }

  mutating func sample(
    _ network: inout Network, anew: Bool, isScan: Bool, with reader: FileReader, at now: Instant
  ) {
    guard var lines = reader.contents(of: &table) else {
      return forget(&network, because: table.absence, reader)
    }
    let whole = lines
    guard lines.line() != nil, lines.wholeLine() != nil else {
      return forget(&network, because: table.malformed(whole), reader)
    }
    network.absence = nil
    let names = Self.mark(lines)
    if anew || names != lastNames {
      rebuild(&network, from: lines, with: reader, at: now)
      // The table was read into the buffer that the rebuild used.
      guard let again = reader.contents(of: &table) else {
        return forget(&network, because: table.absence, reader)
      }
      lines = again
      _ = lines.line()
      _ = lines.line()
      // Where one came or went meanwhile the next sample begins anew.
      lastNames = Self.mark(lines) == names ? names : nil
    }
    if lastNames != nil { sampleCounters(&network, lines, at: now) }
    for index in files.indices where index < network.interfaces.count {
      if isScan || files[index].isSteady {
        Self.sampleLink(&network.interfaces[index], &files[index], reader, now)
      }
    }
    if hasWireless { sampleWireless(&network, with: reader, at: now) }
  }

  private mutating func forget(_ network: inout Network, because absence: Absence, _ reader: FileReader) {
    closeAll(reader)
    if !network.interfaces.isEmpty { network.interfaces = [] }
    network.absence = absence
  }

  private mutating func closeAll(_ reader: FileReader) {
    for index in files.indices {
      reader.close(&files[index].carrier)
      reader.close(&files[index].state)
      reader.close(&files[index].speed)
    }
    if !files.isEmpty { files = [] }
    lastNames = nil
  }

  /// A number that changes with the names of the table and their order.
  private static func mark(_ lines: Cursor) -> UInt64 {
    var lines = lines
    var mark: UInt64 = 1
    while var line = lines.wholeLine() {
      if let name = interfaceName(&line) { mark = mark &* 31 &+ name.hash }
    }
    return mark
  }

  /// The lines to follow: where there are too many, interfaces with hardware before others.
  private func chosen(of names: [String], with reader: FileReader) -> [Int] {
    guard names.count > Self.mostInterfaces else { return Array(names.indices) }
    var chosen: [Int] = []
    var others: [Int] = []
    for (place, name) in names.enumerated() {
      if chosen.count < Self.mostInterfaces, reader.files.exists(folder + name + "/device") {
        chosen.append(place)
      } else {
        others.append(place)
      }
    }
    chosen += others.prefix(Self.mostInterfaces - chosen.count)
    chosen.arrange()
    return chosen
  }

  private mutating func rebuild(
    _ network: inout Network, from lines: Cursor, with reader: FileReader, at now: Instant
  ) {
    closeAll(reader)
    var lines = lines
    var names: [String] = []
    while var line = lines.wholeLine(), names.count < Self.mostLines {
      if let name = interfaceName(&line) { names.append(name.text()) }
    }
    let old = network.interfaces
    network.interfaces = []
    hasWireless = false
    places = chosen(of: names, with: reader)
    for place in places {
      let name = names[place]
      let path = folder + name
      let kind = kind(of: name, with: reader, at: now)
      var interface = NetworkInterface(
        name: name, kind: kind,
        isUSB: reader.files.linkTarget(path).map { $0.contains(bytes: "/usb") } ?? false,
        receiveRate: .absent(noRate), transmitRate: .absent(noRate),
        wireless: .absent(Absence(path: wireless.path, reason: .noFile)))
      for known in old where sameBytes(known.name, name) { interface.counters = known.counters }
      var files = InterfaceFiles(
        carrier: Attribute(path + "/carrier"), state: Attribute(path + "/operstate"),
        speed: Attribute(path + "/speed", .once),
        isSteady: kind != .virtual && kind != .loopback && kind != .noNetwork)
      if kind == .wifi { hasWireless = true }
      Self.sampleLink(&interface, &files, reader, now)
      network.interfaces.append(interface)
      self.files.append(files)
    }
  }

  private func kind(of name: String, with reader: FileReader, at now: Instant) -> NetworkInterface.Kind {
    let path = folder + name
    let type = reader.integer(path + "/type", at: now).value
    if type == 772 || (type == nil && sameBytes(name, "lo")) { return .loopback }
    if let type, !carriesPackets(type) { return .noNetwork }
    if reader.files.exists(path + "/bridge") { return .bridge }
    if reader.files.exists(path + "/phy80211") || reader.files.exists(path + "/wireless") { return .wifi }
    if reader.files.exists(path + "/device") {
      // Modems with frames of Ethernet tell only here what they are.
      let isModem = reader.text(path + "/uevent", at: now).value?.contains(bytes: "DEVTYPE=wwan") ?? false
      return type == 1 && !isModem ? .ethernet : .other
    }
    return type == nil ? .other : .virtual
  }

  /// Static, as everything that gets a part of `files`: a copy of the sampler would make the next write copy
  /// them all.
  private static func sampleLink(
    _ interface: inout NetworkInterface, _ files: inout InterfaceFiles, _ reader: FileReader, _ now: Instant
  ) {
    reader.update(&interface.carrier, from: &files.carrier, at: now) { $0.integer().map { $0 != 0 } }
    reader.update(&interface.state, from: &files.state, at: now, parseInterfaceState)
    // Reading the speed takes the kernel's network lock, so only when the link may have changed.
    let carrier = interface.carrier.value
    if !files.hasSpeed || carrier != files.lastCarrier {
      files.hasSpeed = true
      files.lastCarrier = carrier
      // -1 and, of older kernels, 2^32 - 1 say that the driver does not know.
      reader.update(&interface.speed, from: &files.speed, at: now) {
        $0.signed().map { Int(Int32(clamping: $0)) }
      }
      if case .value(let speed, _) = interface.speed, speed < 0 || speed == Int(Int32.max) {
        interface.speed = .absent(files.speed.absent(.notSupported(errno: 0)))
      }
    }
  }

  private mutating func sampleCounters(_ network: inout Network, _ lines: Cursor, at now: Instant) {
    var lines = lines
    var index = 0
    var place = -1
    while var line = lines.wholeLine(), index < network.interfaces.count, index < places.count {
      guard interfaceName(&line) != nil else { continue }
      place += 1
      guard place == places[index] else { continue }
      let whole = line
      if let counters = parseInterfaceCounters(&line) {
        network.interfaces[index].advance(to: counters, at: now, without: noRate)
      } else {
        let absence = table.malformed(whole)
        network.interfaces[index].counters = .absent(absence)
        network.interfaces[index].receiveRate = .absent(absence)
        network.interfaces[index].transmitRate = .absent(absence)
      }
      index += 1
    }
  }

  private mutating func sampleWireless(_ network: inout Network, with reader: FileReader, at now: Instant) {
    let contents = reader.contents(of: &wireless)
    for index in network.interfaces.indices where network.interfaces[index].kind == .wifi {
      guard var lines = contents else {
        network.interfaces[index].wireless = .absent(wireless.absence)
        continue
      }
      _ = lines.line()
      _ = lines.line()
      var link: Reading<WirelessLink> = .absent(wireless.absent(.notSupported(errno: 0)))
      while var line = lines.wholeLine() {
        guard let name = interfaceName(&line), name.equals(network.interfaces[index].name) else { continue }
        let whole = line
        link = parseWirelessLink(&line).map { .value($0, at: now) } ?? .absent(wireless.malformed(whole))
      }
      network.interfaces[index].wireless = link
    }
  }
}
