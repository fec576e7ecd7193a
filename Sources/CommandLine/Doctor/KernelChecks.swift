import Basics
internal import CLinux
import Readings

// The kernel: what it can do, what it counts, and what time it has.
extension Check {
  /// No program of ours is older: 2026-01-01, in milliseconds.
  private static let earliest: Int64 = 1_767_225_600_000

  static func clock(_ context: CheckContext) -> CheckResult {
    guard context.isLive || context.clock.milliseconds > 0 else { return .skipped("a tree has no clock") }
    let text = date(context.clock.milliseconds / 1000)
    if context.clock.milliseconds < earliest {
      return .fail(
        "the clock says \(text)",
        remedy: "Set it and have it kept: timedatectl set-ntp true, or fit a clock chip.")
    }
    switch context.clock.isKept {
    case true?: return .ok("kept right, \(text)")
    case false?:
      return .warn("nobody keeps the clock right", remedy: "Have it kept: timedatectl set-ntp true.")
    case nil: return .skipped("the kernel does not tell whether the clock is kept right")
    }
  }

  /// As `2026-11-22`, in UTC.
  private static func date(_ seconds: Int64) -> String {
    var time = time_t(truncatingIfNeeded: seconds)
    var parts = tm()
    guard gmtime_r(&time, &parts) != nil else { return "?" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }

  static func entropy(_ context: CheckContext) -> CheckResult {
    let remedy = "Give the kernel a source: load the board's rng driver, or install rng-tools5."
    guard context.hasRandomness else { return .fail("the kernel has no randomness yet", remedy: remedy) }
    guard let bits = context.word("/proc/sys/kernel/random/entropy_avail").flatMap({ Int($0) }) else {
      return context.isLive ? .ok("there is some") : .skipped("the tree does not tell")
    }
    return bits < 128 ? .warn("\(bits) bits only", remedy: remedy) : .ok("\(bits) bits")
  }

  static func kernel(_ context: CheckContext) -> CheckResult {
    guard let release = context.word("/proc/sys/kernel/osrelease") else {
      return .skipped("the tree does not tell")
    }
    let numbers = release.words(at: ".", or: "-").prefix(2).map { Int($0) ?? 0 }
    let isOld = numbers.count == 2 && (numbers[0] < 5 || numbers[0] == 5 && numbers[1] < 3)
    // pidfd_open(2) came with Linux 5.3.
    return isOld
      ? .warn(
        "Linux \(release): native services need 5.3",
        remedy: "Install a newer kernel, or run containers only.")
      : .ok("Linux \(release)")
  }

  /// How a word is added to the kernel's command line on this board.
  private static func commandLine(_ context: CheckContext, _ word: String) -> String {
    context.isRaspberryPi
      ? "Add \(word) to the line in /boot/firmware/cmdline.txt and start the board anew."
      : "Start the kernel with \(word) (its command line is in the boot loader's settings)."
  }

  static func pressure(_ context: CheckContext) -> CheckResult {
    if context.snapshot.pressure.cpu.stall.value != nil { return .ok("measured") }
    return .warn(
      "the kernel does not measure who waits for cores, memory and disks",
      remedy: commandLine(context, "psi=1"))
  }

  static func controlGroups(_ context: CheckContext) -> CheckResult {
    if context.exists("/sys/fs/cgroup/cgroup.controllers") { return .ok("version 2") }
    guard context.exists("/proc/cgroups") else {
      return .fail(
        "the kernel has no control groups", remedy: "Install a kernel with them; Docker needs them.")
    }
    return .warn(
      "version 1, which is going away", remedy: commandLine(context, "systemd.unified_cgroup_hierarchy=1"))
  }

  static func memoryController(_ context: CheckContext) -> CheckResult {
    var isOn = false
    if let controllers = context.words("/sys/fs/cgroup/cgroup.controllers") {
      isOn = controllers.first?.contains("memory") ?? false
    } else if let groups = context.words("/proc/cgroups") {
      isOn = groups.contains { $0.first == "memory" && $0.last == "1" }
    } else {
      return .skipped("the kernel has no control groups")
    }
    return isOn
      ? .ok("on")
      : .warn(
        "off: memory limits of containers do nothing", remedy: commandLine(context, "cgroup_enable=memory"))
  }

  static func frequency(_ context: CheckContext) -> CheckResult {
    guard context.snapshot.processors.policies.isEmpty else {
      let count = context.snapshot.processors.policies.count
      return .ok(count == 1 ? "one clock is told" : "\(count) clocks are told")
    }
    guard context.snapshot.board.compatible.value != nil else {
      return .skipped("a virtual machine has no clock of its own")
    }
    return .warn(
      "the kernel does not tell the clock: the score cannot see throttling",
      remedy: context.isRaspberryPi
        ? "Load the driver: modprobe raspberrypi-cpufreq."
        : "Load the board's cpufreq driver, often cpufreq-dt.")
  }

  static func memory(_ context: CheckContext) -> CheckResult {
    guard let memory = context.snapshot.memory.value else { return .skipped("the kernel does not tell") }
    let text = "\(UInt64(memory.available) >> 20) of \(UInt64(memory.total) >> 20) MiB are available"
    let remedy = "End what is not needed (systemd-cgtop -m shows who has it), or give it to fewer services."
    if memory.available < 32 << 20 { return .fail(text, remedy: remedy) }
    return memory.available < 96 << 20 ? .warn(text, remedy: remedy) : .ok(text)
  }
}
