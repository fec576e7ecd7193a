import Foundation
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import HomeEdge
@testable import Settings

/// Each check both ways, on trees as small as it needs.
@Suite struct DoctorTests {
  private let tree: DoctorTree

  init() throws {
    tree = try DoctorTree()
  }

  // MARK: - Settings

  @Test func settings() throws {
    #expect(try tree.result("settings").isA("ok", "defaults"))
    tree.conf = "[node]\nkept-runs = 7\n"
    #expect(try tree.result("settings").isA("ok", "1 set"))
    try tree.write("/etc/hearth/conf.d/a.conf", "[node]\nkept-runs = many\n")
    #expect(try tree.result("settings").isA("fail", "a.conf:2: kept-runs"))
    try tree.write("/etc/hearth/conf.d/a.conf", "[node]\nkept-runs = 8\n", mode: 0o666)
    #expect(
      try tree.result("settings").isA("fail", "others can change", "chmod 644 /etc/hearth/conf.d/a.conf"))
  }

  @Test func services() throws {
    let definition =
      "[ServiceInfo]\nServiceName=a\nExecutableFileName=ls\nAllowedRequester=x\nExecType=native\n"
    try tree.write("/etc/hearth/services/a.conf", definition)
    #expect(try tree.result("services").isA("ok", "1 defined"))
    try tree.write("/etc/hearth/services/b.conf", "[Nonsense\n")
    #expect(try tree.result("services").isA("warn", "b.conf:1"))
  }

  @Test func profiles() throws {
    #expect(try tree.result("profiles").outcome == "ok")
    try tree.write("/etc/hearth/boards.d/mine.conf", "[nonsense]\n")
    #expect(try tree.result("profiles").isA("fail", "mine.conf:1"))
    #expect(try tree.result("board").outcome != "fail")
  }

  // MARK: - Agent and unit

  private func answer(_ home: JSON = .null, version: String = Version.text, nodes: [JSON] = [])
    -> CheckContext.AgentAnswer
  {
    .answered(
      node: ["home": home, "uptimeSeconds": 90, "version": .string(version)], nodes: nodes)
  }

  @Test func agent() throws {
    #expect(try tree.result("agent").outcome == "skipped")
    #expect(try tree.result("agent") { $0.agent = self.answer() }.isA("ok", "up 1 minute"))
    #expect(
      try tree.result("agent") { $0.agent = self.answer(version: "0.0.1") }
        .isA("warn", "the agent is 0.0.1", "systemctl restart"))
    #expect(
      try tree.result("agent") { $0.agent = .absent("nobody") }.isA("fail", "nobody", "systemctl start"))
    #expect(try tree.result("agent") { $0.agent = .silent("mute") }.isA("fail", "mute", "restart"))
  }

  @Test func unit() throws {
    #expect(try tree.result("unit").isA("skipped", "no systemd"))
    try tree.makeFolder("/run/systemd/system")
    #expect(try tree.result("unit").isA("warn", "does not know"))
    try tree.write("/usr/lib/systemd/system/hearth.service", "[Service]\nType=notify\n")
    #expect(try tree.result("unit").isA("warn", "does not start with the board", "systemctl enable"))
    try tree.makeFolder("/etc/systemd/system/multi-user.target.wants", mode: 0o755)
    symlink(
      "/usr/lib/systemd/system/hearth.service",
      tree.folder.path + "/etc/systemd/system/multi-user.target.wants/hearth.service")
    #expect(try tree.result("unit").isA("ok", "enabled"))
  }

  @Test func watchdog() throws {
    try tree.makeFolder("/run/systemd/system")
    #expect(try tree.result("watchdog").outcome == "skipped")
    try tree.write("/usr/lib/systemd/system/hearth.service", "[Service]\nType=notify\n")
    #expect(try tree.result("watchdog").isA("warn", "not started anew", "WatchdogSec=30"))
    try tree.write("/usr/lib/systemd/system/hearth.service", "[Service]\nWatchdogSec=20\n")
    #expect(try tree.result("watchdog").isA("ok", "WatchdogSec=20"))
    try tree.write("/etc/systemd/system/hearth.service.d/local.conf", "[Service]\nWatchdogSec=0\n")
    #expect(try tree.result("watchdog").outcome == "warn")
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

  // MARK: - State and key

  @Test func stateFolder() throws {
    #expect(try tree.result("state-folder").isA("skipped", "first start"))
    for (mode, outcome) in [
      (0o700, "ok"), (0o750, "warn"), (0o755, "warn"), (0o777, "fail"), (0o720, "fail"),
    ] {
      try tree.makeFolder("/var/lib/hearth", mode: UInt16(mode))
      #expect(try tree.result("state-folder").outcome == outcome, "\(mode)")
    }
    if geteuid() == 0 {
      try tree.makeFolder("/var/lib/hearth")
      chown(tree.folder.path + "/var/lib/hearth", 1234, 1234)
      #expect(try tree.result("state-folder").isA("fail", "belongs to user 1234", "chown"))
      try tree.write("/etc/passwd", "hearth:x:1234:1234::/:\n")
      #expect(try tree.result("state-folder").outcome == "ok")
    }
  }

  private static let key = String(repeating: "0123456789abcdef", count: 4) + "\n"

  @Test func homeKey() throws {
    #expect(try tree.result("home-key").isA("skipped", "first start"))
    let path = "/var/lib/hearth/home.key"
    try tree.write(path, Self.key, mode: 0o600)
    #expect(try tree.result("home-key").isA("ok", "hearth-"))
    try tree.write(path, Self.key, mode: 0o644)
    #expect(try tree.result("home-key").isA("fail", "others can read", "chmod 600"))
    try tree.write(path, "short", mode: 0o600)
    #expect(try tree.result("home-key").isA("fail", "no key (5 bytes)"))
    // Home Edge's own comes first where it exists, and is open to all as that leaves it.
    try tree.write("/var/edge-orchestration/user/orchestration_userID.txt", Self.key, mode: 0o644)
    #expect(try tree.result("home-key").isA("warn", "as Home Edge leaves it"))
    tree.conf = "[home]\nkey = /k\n"
    #expect(try tree.result("home-key").outcome == "skipped")
    try tree.write("/k", Self.key, mode: 0o600)
    if geteuid() == 0 {
      chown(tree.folder.path + "/k", 4321, 0)
      #expect(try tree.result("home-key").isA("fail", "belongs to user 4321"))
    }
  }

  @Test func keyChange() throws {
    #expect(try tree.result("key-change").isA("ok", "none"))
    let path = "/var/lib/hearth/home.key.old"
    try tree.write(path, Self.key, mode: 0o600)
    #expect(try tree.result("key-change").isA("ok", "under way"))
    let past = [timeval(tv_sec: 1_700_000_000, tv_usec: 0), timeval(tv_sec: 1_700_000_000, tv_usec: 0)]
    utimes(tree.folder.path + path, past)
    #expect(try tree.result("key-change").isA("warn", "home.key.old is accepted too"))
  }

  // MARK: - Network

  @Test func hostname() throws {
    for (name, outcome) in [
      ("kitchen", "ok"), ("localhost", "warn"), ("localhost.localdomain", "warn"), ("(none)", "warn"),
    ] {
      try tree.write("/proc/sys/kernel/hostname", name + "\n")
      #expect(try tree.result("hostname").outcome == outcome, "\(name)")
    }
    try tree.write("/proc/sys/kernel/hostname", "kitchen\n")
    let own: JSON = ["hostname": "kitchen", "self": true]
    let other: JSON = ["hostname": "kitchen", "self": false]
    #expect(try tree.result("hostname") { $0.agent = self.answer(nodes: [own]) }.outcome == "ok")
    #expect(
      try tree.result("hostname") { $0.agent = self.answer(nodes: [own, other]) }
        .isA("warn", "another node", "hostnamectl"))
  }

  private func interface(_ name: String, flags: String, carrier: String) throws {
    try tree.write("/sys/class/net/\(name)/flags", flags + "\n")
    try tree.write("/sys/class/net/\(name)/carrier", carrier + "\n")
  }

  @Test func multicast() throws {
    #expect(try tree.result("multicast").isA("fail", "no network interface"))
    try interface("lo", flags: "0x9", carrier: "1")
    try interface("docker0", flags: "0x1003", carrier: "1")
    #expect(try tree.result("multicast").isA("fail", "no network interface"))
    try interface("eth0", flags: "0x1003", carrier: "0")
    #expect(try tree.result("multicast").isA("fail", "has a link", "eth0"))
    try interface("eth0", flags: "0x3", carrier: "1")
    #expect(try tree.result("multicast").isA("fail", "can multicast"))
    try interface("eth0", flags: "0x1003", carrier: "1")
    #expect(try tree.result("multicast").isA("ok", "on eth0"))
    tree.conf = "[home]\ninterfaces = wlan0\n"
    #expect(try tree.result("multicast").isA("fail", "none of the interfaces of [home]: wlan0"))
    tree.conf = "[home]\ninterfaces = wlan0\njoin = no\n"
    #expect(try tree.result("multicast").outcome == "skipped")
  }

  @Test func peers() throws {
    func result(_ home: JSON) throws -> CheckResult {
      try tree.result("peers") { $0.agent = self.answer(home) }
    }
    #expect(try tree.result("peers").outcome == "skipped")
    #expect(try result(["joined": false]).outcome == "skipped")
    #expect(
      try result(["joined": true, "nodes": 3, "key": "hearth-0001", "complaints": []]).isA("ok", "3 nodes"))
    #expect(try result(["joined": true, "nodes": 1, "key": "hearth-0001"]).isA("ok", "no other node"))
    #expect(
      try result(["joined": true, "complaints": [.string(HomeEdgeInteroperation.warning)]]).outcome == "ok",
      "interoperate tells that")
    #expect(try result(["joined": true, "complaints": ["no socket"]]).isA("fail", "no socket"))
  }

  @Test func ipv6() throws {
    #expect(try tree.result("ipv6").isA("skipped", "IPv4"))
    try tree.write("/proc/net/if_inet6", "00000000000000000000000000000001 01 80 10 80 lo\n")
    #expect(try tree.result("ipv6").outcome == "ok")
    try tree.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n")
    #expect(try tree.result("ipv6").outcome == "skipped")
  }

  @Test func wireless() throws {
    #expect(try tree.result("wireless").outcome == "skipped")
    for (level, outcome) in [(-56, "ok"), (-82, "warn"), (0, "skipped")] {
      let link = WirelessLink(quality: 40, level: level)
      let interface = NetworkInterface(
        name: "wlan0", kind: .wifi, wireless: .value(link, at: Instant(nanoseconds: 0)))
      let result = try tree.result("wireless") { $0.snapshot.network.interfaces = [interface] }
      #expect(result.outcome == outcome, "\(level)")
    }
  }

  @Test func firewall() throws {
    #expect(try tree.result("firewall").outcome == "ok")
    try tree.write("/etc/ufw/ufw.conf", "# on\nENABLED=no\n")
    try tree.write("/proc/net/ip_tables_names", "nat\n")
    #expect(try tree.result("firewall").outcome == "ok")
    try tree.write("/proc/net/ip_tables_names", "filter\nnat\n")
    #expect(try tree.result("firewall").isA("warn", "UDP 5353 and 56003 and TCP 56002"))
    try tree.write("/run/docker.sock")
    #expect(try tree.result("firewall").outcome == "ok", "Docker's own")
    try tree.write("/etc/ufw/ufw.conf", "# on\nENABLED=yes\n")
    #expect(try tree.result("firewall").isA("warn", "ufw"))
    let live = try CheckContext.live(in: tree.folder)
    live.isRoot = false
    let result = try live.result("firewall")
    #expect(result.isA("skipped", "only root") || result.outcome == "warn")
  }

  @Test func interoperate() throws {
    #expect(try tree.result("interoperate").outcome == "ok")
    tree.conf = "[home-edge]\ninteroperate = yes\n"
    #expect(try tree.result("interoperate").isA("warn", "no key", "interoperate = no"))
  }
}
