import Foundation
import Readings
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import HomeEdge
@testable import Settings

/// Each check of the node both ways, its settings, agent, state and network, on trees as small as it needs.
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
    let stranger: JSON = ["addresses": ["10.0.0.7", "fe80::7"], "key": "hearth-0e14"]
    #expect(
      try result(["joined": true, "nodes": 2, "key": "hearth-0001", "strangers": [stranger]])
        .isA("warn", "1 node on this network has another home key: 10.0.0.7 (hearth-0e14) |", "home.key"))
    #expect(
      try result(["joined": true, "strangers": [stranger, ["addresses": ["10.0.0.8"], "key": "hearth-7"]]])
        .isA("warn", "2 nodes on this network have", "10.0.0.7 (hearth-0e14), 10.0.0.8 (hearth-7)"))
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
