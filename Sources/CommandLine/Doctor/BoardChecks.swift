import Basics
internal import CLinux
import Readings
import Scoring
import Wire

// The board: what it is, how it is powered and cooled, and what is wired to it.
extension Check {
  static func board(_ context: CheckContext) -> CheckResult {
    guard let match = context.match else { return .skipped("see profiles") }
    switch match.rule {
    case .architecture, .none:
      return .warn(
        "known only by its architecture (\(match.text)): the score is a guess",
        remedy: "'hearth board' prints a draft of a profile for /etc/hearth/boards.d.")
    default:
      return .ok("\(match.profile.title), by \(match.rule.rawValue) \(match.text)")
    }
  }

  static func underVoltage(_ context: CheckContext) -> CheckResult {
    let firmware = context.snapshot.firmware
    let remedy = "Use the board's own supply and a short, thick cable, and give disks a powered hub."
    if firmware.undervoltage.value == true || firmware.throttle.value?.contains(.undervoltage) == true {
      return .fail("the supply is too weak now", remedy: remedy)
    }
    if firmware.throttle.value?.contains(.undervoltageOccurred) == true {
      return .warn("the supply was too weak since the start", remedy: remedy)
    }
    return firmware.undervoltage.value == nil && firmware.throttle.value == nil
      ? .skipped("this board does not tell") : .ok("the supply is strong enough")
  }

  static func throttled(_ context: CheckContext) -> CheckResult {
    let cool = "Cool it: a heat sink, a fan, or more room around it."
    if let flags = context.snapshot.firmware.throttle.value {
      let now: ThrottleFlags = [.throttled, .frequencyCapped, .softTemperatureLimit]
      let before: ThrottleFlags = [.throttlingOccurred, .frequencyCapOccurred, .softTemperatureLimitOccurred]
      if !flags.isDisjoint(with: now) { return .warn("the firmware slows the cores now", remedy: cool) }
      if !flags.isDisjoint(with: before) {
        return .warn("the firmware has slowed the cores since the start", remedy: cool)
      }
    }
    for policy in context.snapshot.processors.policies {
      guard let limit = policy.limit.value, let maximum = policy.maximum.value, limit < maximum else {
        continue
      }
      return .warn(
        "the kernel allows \(limit / 1000) of \(maximum / 1000) MHz",
        remedy: "Cool it, or look for who set scaling_max_freq.")
    }
    return context.snapshot.firmware.throttle.value == nil && context.snapshot.processors.policies.isEmpty
      ? .skipped("this board does not tell") : .ok("the cores run at full clock when they must")
  }

  /// As near to throttling as the next minute of work can bring it; in degrees Celsius.
  private static let warmth = 5.0

  static func temperature(_ context: CheckContext) -> CheckResult {
    let cool = "Cool it: a heat sink, a fan, or more room around it."
    let heat = ProcessorHeat(context.snapshot, context.profile)
    if let (celsius, throttle) = heat.nearest, celsius >= throttle - warmth {
      return .warn("\(Int(celsius)) °C; slower from \(Int(throttle)) °C on", remedy: cool)
    }
    if let zone = hotStranger(context) {
      return .warn(
        zone + ", of which is not known whether it is the processor's",
        remedy: "If it is, name it in [thermal] of a board's profile ('hearth board' prints a draft). " + cool
      )
    }
    if let (celsius, throttle) = heat.nearest {
      return .ok("\(Int(celsius)) °C; slower from \(Int(throttle)) °C on")
    }
    guard let absence = heat.absence, case .implausible = absence.reason else {
      return .skipped("this board does not tell")
    }
    return .warn(
      absence.description,
      remedy:
        "The kernel's driver does not count in thousandths of a degree: another kernel. A [fan] runs meanwhile."
    )
  }

  /// The hottest zone that nobody knows as the processor's and that is as near to a limit of its own, or to the
  /// processor's, as one that is.
  private static func hotStranger(_ context: CheckContext) -> String? {
    let heat = context.profile.heat
    var hottest: (celsius: Double, name: String)?
    for zone in context.snapshot.thermal.zones where !heat.isProcessor(zone) {
      guard let value = zone.temperature.value else { continue }
      let celsius = Double(value) / 1000
      guard celsius >= heat.throttlePoint(zone, trustsPassive: true) - warmth,
        celsius > hottest?.celsius ?? -.infinity
      else { continue }
      hottest = (celsius, "zone \(zone.number), \(zone.type), is at \(Int(celsius)) °C")
    }
    return hottest?.name
  }

  // MARK: - What is wired to it

  /// Whether one of the sections has a setting of that name.
  private static func has(_ context: CheckContext, _ key: String, in sections: [String]) -> Bool {
    sections.contains { context.conf?.section($0).text(key).map { !$0.isEmpty && $0 != "none" } ?? false }
  }

  private static func devices(
    _ context: CheckContext, prefix: String, group: String, remedy: String
  ) -> CheckResult {
    let names = context.names(in: "/dev").filter { name in
      name.begins(with: prefix)
        && name.utf8.dropFirst(prefix.utf8.count).first?.isDigit ?? false
    }
    guard let first = names.first else { return .fail("there is no /dev/\(prefix)N", remedy: remedy) }
    let join = "Let the agent use it: usermod -aG \(group) hearth; systemctl restart hearth."
    guard case .present(let mode, _, let owner, _) = context.entry("/dev/\(first)") else {
      return .skipped("this user may not look at /dev/\(first)")
    }
    if context.agentUser != 0, mode & 0o006 != 0o006 {
      let isOfGroup = context.number(of: group, in: "/etc/group") == owner && mode & 0o060 == 0o060
      guard isOfGroup else {
        return .fail(
          "/dev/\(first) is for root only",
          remedy: "Install the package's udev rule, which gives it to the group \(group).")
      }
      guard isMember(context, of: group) else {
        return .fail("the agent may not use /dev/\(first)", remedy: join)
      }
    }
    return .ok(joined(names.map { "/dev/" + $0 }))
  }

  /// Whether the agent's user is in a group, by /etc/group or by the unit.
  private static func isMember(_ context: CheckContext, of group: String) -> Bool {
    let fields = context.fields(of: group, in: "/etc/group") ?? []
    if fields.count == 4, fields[3].words(at: ",").contains("hearth") { return true }
    return unitValues(of: "SupplementaryGroups", context).contains {
      $0.words(at: " ").contains(group)
    }
  }

  static func gpio(_ context: CheckContext) -> CheckResult {
    guard has(context, "line", in: ["light", "fan", "button"]) || context.profile.light.line != nil else {
      return .skipped("no lines are configured")
    }
    return devices(
      context, prefix: "gpiochip", group: "gpio",
      remedy: "Use a kernel with the board's GPIO driver; a virtual machine has none.")
  }

  static func i2c(_ context: CheckContext) -> CheckResult {
    guard has(context, "chip", in: ["sensors"]) || !context.profile.sensors.isEmpty else {
      return .skipped("no sensors are configured")
    }
    return devices(
      context, prefix: "i2c-", group: "i2c",
      remedy:
        "Load the driver, now and at each start: modprobe i2c-dev; echo i2c-dev >/etc/modules-load.d/i2c.conf."
    )
  }
}
