import Foundation
import Readings
import Testing
import Wire

@testable import Basics
@testable import CommandLine

/// Each check of the board both ways, its parts, kernel and disks, on trees as small as it needs.
@Suite struct DoctorBoardTests {
  private let tree: DoctorTree

  init() throws {
    tree = try DoctorTree()
  }

  // MARK: - Board

  @Test func board() throws {
    #expect(try tree.result("board").isA("warn", "architecture", "hearth board"))
    try tree.write("/proc/device-tree/compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    #expect(try tree.result("board").isA("ok", "Raspberry Pi 3", "compatible raspberrypi,3-model-b"))
  }

  @Test func underVoltage() throws {
    func result(_ flags: UInt32?, alarm: Bool? = nil) throws -> CheckResult {
      try tree.result("under-voltage") {
        let now = Instant(nanoseconds: 0)
        if let flags { $0.snapshot.firmware.throttle = .value(ThrottleFlags(rawValue: flags), at: now) }
        if let alarm { $0.snapshot.firmware.undervoltage = .value(alarm, at: now) }
      }
    }
    #expect(try result(nil).outcome == "skipped")
    #expect(try result(0x50005).isA("fail", "too weak now"))
    #expect(try result(nil, alarm: true).outcome == "fail")
    #expect(try result(0x50000).isA("warn", "since the start"))
    #expect(try result(0x20002, alarm: false).outcome == "ok")
  }

  @Test func throttled() throws {
    func result(_ flags: UInt32) throws -> CheckResult {
      try tree.result("throttled") {
        $0.snapshot.firmware.throttle = .value(ThrottleFlags(rawValue: flags), at: Instant(nanoseconds: 0))
      }
    }
    #expect(try tree.result("throttled").outcome == "skipped")
    #expect(try result(0x20002).isA("warn", "slows the cores now"))
    #expect(try result(0x80008).isA("warn", "slows the cores now"))
    #expect(try result(0xE0000).isA("warn", "since the start"))
    #expect(try result(0x10000).outcome == "ok")
    func policy(limit: Int) -> FrequencyPolicy {
      let now = Instant(nanoseconds: 0)
      return FrequencyPolicy(
        number: 0, cores: [0], maximum: .value(1_708_800, at: now), limit: .value(limit, at: now))
    }
    #expect(
      try tree.result("throttled") { $0.snapshot.processors.policies = [policy(limit: 806_400)] }
        .isA("warn", "806 of 1708 MHz"))
    #expect(
      try tree.result("throttled") { $0.snapshot.processors.policies = [policy(limit: 1_708_800)] }.outcome
        == "ok")
  }

  @Test func temperature() throws {
    #expect(try tree.result("temperature").outcome == "skipped")
    try tree.write("/proc/device-tree/compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    try tree.write("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
    try tree.write("/sys/class/thermal/thermal_zone0/temp", "51540\n")
    #expect(try tree.result("temperature").isA("ok", "51 °C"))
    try tree.write("/sys/class/thermal/thermal_zone0/temp", "79000\n")
    #expect(try tree.result("temperature").isA("warn", "79 °C", "slower from 80"))
  }

  @Test func frequency() throws {
    #expect(try tree.result("frequency").isA("skipped", "virtual"))
    try tree.write("/proc/device-tree/compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    #expect(try tree.result("frequency").isA("warn", "modprobe raspberrypi-cpufreq"))
    #expect(
      try tree.result("frequency") {
        $0.snapshot.processors.policies = [FrequencyPolicy(number: 0, cores: [0])]
      }.isA("ok", "one clock"))
  }

  /// Device files are ordinary ones here; what counts is name, mode, group and membership.
  private func devices(_ id: String, _ device: String, group: String, conf: String) throws {
    #expect(try tree.result(id).isA("skipped", "configured"))
    tree.conf = conf
    #expect(try tree.result("settings").outcome == "ok")
    #expect(try tree.result(id).isA("fail", "there is no"))
    try tree.write(device, mode: 0o660)
    #expect(try tree.result(id).outcome == "ok", "root may use everything")
    try tree.write("/etc/passwd", "root:x:0:0::/:\nhearth:x:990:990::/:\n")
    try tree.write("/etc/group", "\(group):x:4242:\n")
    #expect(try tree.result(id).isA("fail", "root only"))
    try tree.write("/etc/group", "\(group):x:\(getgid()):other\n")
    #expect(try tree.result(id).isA("fail", "may not use", "usermod -aG \(group) hearth"))
    try tree.write("/etc/group", "\(group):x:\(getgid()):other,hearth\n")
    #expect(try tree.result(id).outcome == "ok")
    try tree.write("/etc/group", "\(group):x:\(getgid()):\n")
    try tree.write("/lib/systemd/system/hearth.service", "[Service]\nSupplementaryGroups=video \(group)\n")
    #expect(try tree.result(id).outcome == "ok")
  }

  @Test func gpio() throws {
    try devices("gpio", "/dev/gpiochip0", group: "gpio", conf: "[light]\nline = LED\n")
  }

  @Test func i2c() throws {
    try devices(
      "i2c", "/dev/i2c-1", group: "i2c", conf: "[sensors]\nchip = ina219 i2c@7e804000 0x40 shunt=100\n")
  }

  // MARK: - Kernel

  @Test func kernel() throws {
    #expect(try tree.result("kernel").outcome == "skipped")
    for (release, outcome) in [
      ("6.12.47+rpt-rpi-v8", "ok"), ("5.3.0", "ok"), ("5.2.21-v7+", "warn"), ("4.9.78-147538-gb8", "warn"),
      ("10.0", "ok"), ("odd", "ok"), ("999999999999999999999.1", "warn"),
    ] {
      try tree.write("/proc/sys/kernel/osrelease", release + "\n")
      #expect(try tree.result("kernel").outcome == outcome, "\(release)")
    }
  }

  @Test func pressure() throws {
    #expect(try tree.result("pressure").isA("warn", "Start the kernel with psi=1"))
    try tree.write("/proc/device-tree/compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    #expect(try tree.result("pressure").isA("warn", "psi=1", "/boot/firmware/cmdline.txt"))
    try tree.write("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=25491974\n")
    #expect(try tree.result("pressure").outcome == "ok")
  }

  @Test func controlGroups() throws {
    #expect(try tree.result("cgroup").isA("fail", "no control groups"))
    try tree.write("/proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t1\t1\n")
    #expect(try tree.result("cgroup").isA("warn", "version 1"))
    try tree.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
    #expect(try tree.result("cgroup").isA("ok", "version 2"))
  }

  @Test func memoryController() throws {
    #expect(try tree.result("memory-controller").outcome == "skipped")
    try tree.write("/proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t1\t0\n")
    #expect(try tree.result("memory-controller").isA("warn", "cgroup_enable=memory"))
    try tree.write("/proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t1\t1\n")
    #expect(try tree.result("memory-controller").outcome == "ok")
    try tree.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n")
    #expect(try tree.result("memory-controller").outcome == "warn")
    try tree.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
    #expect(try tree.result("memory-controller").outcome == "ok")
  }

  @Test func memory() throws {
    #expect(try tree.result("memory").outcome == "skipped")
    for (kilobytes, outcome) in [(400_000, "ok"), (60_000, "warn"), (20_000, "fail")] {
      try tree.write("/proc/meminfo", "MemTotal: 930000 kB\nMemFree: 9 kB\nMemAvailable: \(kilobytes) kB\n")
      #expect(try tree.result("memory").outcome == outcome)
    }
  }

  @Test func swap() throws {
    #expect(try tree.result("swap").outcome == "skipped")
    let head = "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n"
    try tree.write("/proc/swaps", head)
    #expect(try tree.result("swap").isA("ok", "none"))
    try tree.write("/proc/swaps", head + "/dev/zram0  partition\t524284\t0\t100\n")
    #expect(try tree.result("swap").isA("ok", "/dev/zram0"))
    try tree.write("/proc/swaps", head + "/var/swap  file\t102396\t0\t-2\n")
    try tree.write("/proc/mounts", "/dev/sda2 / ext4 rw,noatime 0 0\n")
    #expect(try tree.result("swap").outcome == "ok")
    try tree.write("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n")
    #expect(try tree.result("swap").isA("warn", "wears it out", "zram-tools", "swapoff /var/swap"))
  }

  @Test func clock() throws {
    #expect(try tree.result("clock").outcome == "skipped")
    func result(_ milliseconds: Int64, _ isKept: Bool?) throws -> CheckResult {
      try tree.result("clock") { $0.clock = (milliseconds, isKept) }
    }
    #expect(try result(1_795_392_000_000, true).isA("ok", "2026-11-23"))
    #expect(try result(1_795_392_000_000, false).isA("warn", "timedatectl set-ntp true"))
    #expect(try result(1_795_392_000_000, nil).outcome == "skipped")
    #expect(try result(86_400_000, true).isA("fail", "1970-01-02"))
    let live = try CheckContext.live(in: tree.folder)
    #expect(live.clock.milliseconds > 1_700_000_000_000)
  }

  @Test func entropy() throws {
    #expect(try tree.result("entropy").outcome == "skipped")
    try tree.write("/proc/sys/kernel/random/entropy_avail", "256\n")
    #expect(try tree.result("entropy").isA("ok", "256"))
    try tree.write("/proc/sys/kernel/random/entropy_avail", "12\n")
    #expect(try tree.result("entropy").isA("warn", "12 bits"))
    #expect(try tree.result("entropy") { $0.hasRandomness = false }.outcome == "fail")
    #expect(try CheckContext.live(in: tree.folder).hasRandomness)
  }

  // MARK: - Disks

  @Test func rootFilesystem() throws {
    #expect(try tree.result("root-filesystem").outcome == "skipped")
    try tree.write("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n/dev/sda1 /mnt ext4 ro 0 0\n")
    #expect(try tree.result("root-filesystem").isA("ok", "/dev/mmcblk0p2, ext4"))
    try tree.write("/proc/mounts", "/dev/mmcblk0p2 / ext4 ro,noatime,errors=remount-ro 0 0\n")
    #expect(try tree.result("root-filesystem").isA("fail", "read-only", "dmesg"))
    try tree.write("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw,errors=remount-ro 0 0\n")
    #expect(try tree.result("root-filesystem").outcome == "ok")
  }

  @Test func stateMount() throws {
    #expect(try tree.result("state-mount").outcome == "skipped")
    let mounts = "/dev/sda2 / ext4 rw 0 0\n/dev/sdb1 /var/libx ext4 rw 0 0\n"
    try tree.write("/proc/mounts", mounts)
    #expect(try tree.result("state-mount").isA("ok", "/var/lib/hearth on /dev/sda2"))
    try tree.write("/proc/mounts", mounts + "tmpfs /var tmpfs rw 0 0\n")
    #expect(try tree.result("state-mount").isA("warn", "tmpfs", "power cut"))
  }

  private func space(_ free: UInt64, isReadOnly: Bool = false) -> Reading<FileSystemSpace> {
    .value(FileSystemSpace(total: 1 << 34, free: free, isReadOnly: isReadOnly), at: Instant(nanoseconds: 0))
  }

  @Test func stateSpace() throws {
    for (free, outcome) in [(UInt64(2) << 30, "ok"), (100 << 20, "warn"), (1 << 20, "fail")] {
      let space = space(free)
      #expect(try tree.result("state-space") { $0.snapshot.storage.state = space }.outcome == outcome)
    }
    let locked = space(1 << 33, isReadOnly: true)
    #expect(try tree.result("state-space") { $0.snapshot.storage.state = locked }.isA("fail", "read-only"))
    #expect(try tree.result("state-space").outcome == "skipped")
  }

  @Test func whatRunsHaveComesNearItsBoundAndIsSaid() throws {
    func result(_ state: JSON) throws -> CheckResult {
      try tree.result("kept-runs") { $0.agent = .answered(node: ["state": state], nodes: []) }
    }
    func state(ended: Int64, of kept: Int64, bytes: Int64, underWay: Int64, faults: [JSON] = []) -> JSON {
      [
        "ended": .integer(ended), "endedBytes": .integer(bytes), "endedLimit": 1_000_000,
        "faults": .array(faults), "keptRuns": .integer(kept), "underWayBytes": .integer(underWay),
        "underWayLimit": 2_000_000,
      ]
    }
    #expect(try tree.result("kept-runs").outcome == "skipped")
    #expect(try result(state(ended: 90, of: 100, bytes: 50_000, underWay: 0)).isA("ok", "90 ended runs"))
    #expect(try result(state(ended: 100, of: 100, bytes: 900_000, underWay: 0)).outcome == "ok")
    #expect(
      try result(state(ended: 90, of: 100, bytes: 900_000, underWay: 0)).isA(
        "warn", "kept-runs = 100", "oldest"))
    #expect(try result(state(ended: 1, of: 100, bytes: 0, underWay: 1_700_000)).isA("warn", "are refused"))
    #expect(
      try result(state(ended: 1, of: 9, bytes: 0, underWay: 0, faults: ["state cannot be written: x"]))
        .isA("fail", "cannot be written: x"))
    try tree.write("/var/lib/hearth/runs.journal.unread", "x")
    #expect(try result(state(ended: 1, of: 9, bytes: 0, underWay: 0)).isA("warn", "runs.journal.unread"))
  }

  @Test func engineSpace() throws {
    for (free, outcome) in [(UInt64(2) << 30, "ok"), (500 << 20, "warn"), (100 << 20, "fail")] {
      let space = space(free)
      let result = try tree.result("engine-space") { $0.snapshot.storage.engine = space }
      #expect(
        result.outcome == outcome && (outcome == "ok" || result.remedy.contains("docker image prune")))
    }
  }

  @Test func inodes() throws {
    #expect(try tree.result("inodes").outcome == "skipped")
    for (free, outcome) in [(UInt64(500_000), "ok"), (40_000, "warn"), (5, "fail"), (0, "fail")] {
      #expect(try tree.result("inodes") { $0.files = (1_000_000, free) }.outcome == outcome)
    }
    #expect(try tree.result("inodes") { $0.files = (0, 0) }.outcome == "skipped")
    #expect(try tree.result("inodes") { $0.files = (3, .max) }.outcome == "ok")
  }

  @Test func card() throws {
    #expect(try tree.result("card").outcome == "skipped")
    for (life, outcome) in [
      ("0x01", "ok"), ("0x02", "warn"), ("0x03", "fail"), ("0x00", "skipped"), ("", "skipped"),
    ] {
      try tree.write("/sys/block/mmcblk0/device/pre_eol_info", life + "\n")
      #expect(try tree.result("card").outcome == outcome, "\(life)")
    }
  }
}
