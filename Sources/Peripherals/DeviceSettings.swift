package import Basics
package import Scoring
package import Wire

/// What the owner says of lights, fans, buttons and sensors: the sections of hearth.conf that have the words of the
/// profiles' and win over them.
package struct DeviceSettings: Sendable {
  /// A line and how it is wired.
  package struct Wiring: Equatable, Sendable {
    /// Which line.
    package var name: LineName
    /// Whether the low level counts as on.
    package var isActiveLow: Bool
    /// What pulls it while nobody drives it.
    package var bias: LineBias
  }

  /// The light of the profile is not used.
  package var isLightOff = false
  /// The line of the status light.
  package var light: Wiring?
  /// LEDs of the kernel's that may be the status light; the first that is there.
  package var leds: [String] = []
  /// The line of the fan or its relay.
  package var fan: Wiring?
  /// When the fan runs.
  package var fanControl = FanControl.Settings()
  /// The line of the button that drains the node.
  package var button: Wiring?
  /// How long the button is held for a long press: nobody does that by accident.
  package var hold = Interval.seconds(3)
  /// The chips that are read.
  package var sensors: [SensorSpec] = []
  /// Buses that stay untouched, beyond those of the profile.
  package var forbidden: [String] = []

  /// What holds where the owner says nothing.
  package init() {}

  /// One setting of these sections.
  package typealias Row = ConfSetting<DeviceSettings>

  /// The settings of hearth.conf that are devices'. What depends on other keys of the section is read here.
  package static var table: [Row] {
    // In degrees Celsius.
    let degrees = -40.0...150
    return [
      Row("light", "line", .own), Row("light", "led", .own), Row("light", "active", .own),
      Row("light", "bias", .own),
      Row("fan", "line", .own), Row("fan", "active", .own), Row("fan", "bias", .own),
      Row("fan", "on", .number(degrees) { $1(&$0.fanControl.on) }),
      Row("fan", "off", .number(degrees) { $1(&$0.fanControl.off) }),
      Row("fan", "minimum-on", .span(0...3600) { $1(&$0.fanControl.minimumOn) }),
      // Longer would let a board grow hot.
      Row("fan", "minimum-off", .span(0...60) { $1(&$0.fanControl.minimumOff) }),
      Row("button", "line", .own), Row("button", "active", .own), Row("button", "bias", .own),
      Row("button", "hold", .span(1...60) { $1(&$0.hold) }),
      Row("sensors", "chip", .own),
      Row("sensors", "forbid", .list { $1(&$0.forbidden) }),
    ]
  }

  /// The sections and keys of hearth.conf.
  package static var shape: [ConfShape.Keys] { Row.shape(of: table) }
  /// Keys that may stand several times.
  package static let repeatable = ["chip"]

  /// Reads the sections of hearth.conf that are devices'.
  ///
  /// - Throws: what is wrong, with file and line.
  package init(_ conf: Conf) throws(ConfError) {
    try Row.take(Self.table, of: conf, into: &self)
    try takeLight(conf.section("light"))
    try takeFan(conf.section("fan"))
    button = try Self.wiring(conf.section("button"), activeLow: true, bias: .up)
    try takeSensors(conf.section("sensors"))
  }

  private mutating func takeLight(_ section: Conf.Section) throws(ConfError) {
    light = try Self.wiring(section, activeLow: false, bias: .asIs)
    leds = try section.list("led") ?? []
    let isNone = section.text("line") == "none" || leds == ["none"]
    if leds == ["none"] { leds = [] }
    isLightOff = isNone && light == nil && leds.isEmpty
    for led in leds where led.utf8.contains(UInt8(ascii: "/")) {
      throw Self.error(section, "led", "names of /sys/class/leds")
    }
  }

  private mutating func takeFan(_ section: Conf.Section) throws(ConfError) {
    fan = try Self.wiring(section, activeLow: false, bias: .asIs)
    if section.entry("off") == nil { fanControl.off = min(fanControl.off, fanControl.on - 5) }
    guard fanControl.off < fanControl.on else { throw Self.error(section, "off", "less than on") }
  }

  private mutating func takeSensors(_ section: Conf.Section) throws(ConfError) {
    // The table is read only where somebody has sensors.
    guard let last = section.entry("chip"), !last.value.isEmpty else { return }
    let table = try ChipTable.builtIn()
    for entry in section.entries where entry.key == "chip" {
      let sensor = try Profile.Sensor(parsing: entry)
      do throws(LineError) {
        sensors.append(try SensorSpec(sensor, table: table))
      } catch {
        throw ConfError(
          file: entry.file, line: entry.line, text: "chip = \(entry.value): \(error.text)")
      }
    }
    guard sensors.count <= SensorPlan.limit else {
      throw Self.error(section, "chip", "at most \(SensorPlan.limit) chips")
    }
  }

  private static func wiring(
    _ section: Conf.Section, activeLow: Bool, bias: LineBias
  ) throws(ConfError) -> Wiring? {
    guard let text = section.text("line"), !text.isEmpty, text != "none" else { return nil }
    guard let name = LineName(text) else { throw error(section, "line", "a line's name, or LABEL:OFFSET") }
    var wiring = Wiring(name: name, isActiveLow: activeLow, bias: bias)
    switch section.text("active") {
    case "low": wiring.isActiveLow = true
    case "high": wiring.isActiveLow = false
    case nil: break
    default: throw error(section, "active", "low or high")
    }
    if let word = section.text("bias") {
      guard let bias = LineBias(rawValue: word) else {
        throw error(section, "bias", "as-is, pull-up, pull-down or off")
      }
      wiring.bias = bias
    }
    return wiring
  }

  private static func error(_ section: Conf.Section, _ key: String, _ expected: String) -> ConfError {
    let entry = section.entry(key)
    return ConfError(
      file: entry?.file ?? section.file, line: entry?.line ?? section.line,
      text: "\(key) = \(entry?.value ?? ""); expected \(expected)")
  }
}

extension DeviceSettings {
  /// What holds on a board: the owner's words, and the profile's where there are none.
  package func completed(by profile: Profile) -> DeviceSettings {
    var all = self
    if light == nil, leds.isEmpty, !isLightOff {
      if let line = profile.light.line.flatMap({ LineName($0) }) {
        all.light = Wiring(name: line, isActiveLow: false, bias: .asIs)
      }
      all.leds = profile.light.leds
    }
    let own = profile.sensors
    guard !own.isEmpty, let table = try? ChipTable.builtIn() else { return all }
    for sensor in own {
      guard let spec = try? SensorSpec(sensor, table: table),
        !sensors.contains(where: { $0.address == spec.address && $0.adapter == spec.adapter })
      else { continue }
      all.sensors.append(spec)
    }
    return all
  }

  /// The buses that may be touched: naming a chip names its bus.
  package func buses(with profile: Profile) -> Profile.Buses {
    var buses = profile.buses
    buses.allowed += sensors.map { $0.adapter }
    buses.forbidden += forbidden
    return buses
  }
}
