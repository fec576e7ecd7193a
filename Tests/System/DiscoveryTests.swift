import Foundation
import TestSupport
import Testing

/// Multicast DNS with programs that nobody here wrote, and networks that come, go and change.
@Suite(.enabled(if: Lab.hasNamespaces, "needs root and network namespaces")) struct DiscoveryTests {
  private static func define(_ service: String, _ agent: Agent) throws {
    let text = "[ServiceInfo]\nServiceName=\(service)\nExecType=container\n"
    try text.write(toFile: agent.folder + "/services/\(service).conf", atomically: true, encoding: .utf8)
  }

  @Test(
    .enabled(if: access("/usr/sbin/avahi-daemon", X_OK) == 0, "needs avahi-daemon, avahi-utils and dbus"))
  func avahiAndHearthListEachOther() throws {
    // Host 3 has no agent but Avahi.
    let home = try NamespaceHome(3)
    try Self.define("camera", home.agent(1))
    try Self.define("thermostat", home.agent(2))
    let avahi = try Avahi(on: 3, of: home.network, hostName: "avahi-box")
    defer { avahi.stop() }
    try home.start(1, 2)
    let ids = [home.agent(1).nodeID, home.agent(2).nodeID]
    var list = ""
    try Lab.eventually(within: 15, "Avahi lists both: \(list)") {
      list = try avahi.browse()
      return ids.allSatisfy { list.contains("=;eth0;IPv4;\($0);_orchestration._tcp;local;") }
    }
    for (number, service) in [(1, "camera"), (2, "thermostat")] {
      let line = try #require(
        list.split(separator: "\n").first { $0.hasPrefix("=;eth0;IPv4;\(ids[number - 1]);") })
      let host = "edge-" + ids[number - 1].dropFirst("edge-orchestration-".count)
      #expect(line.contains(";\(host).local;10.77.0.\(number);42425;"), "\(line)")
      #expect(line.contains("\"\(service)\"") && line.contains("\"ExecType=container\""), "\(line)")
      #expect(list.contains("=;eth0;IPv6;\(ids[number - 1]);_orchestration._tcp;local;"), "by IPv6 as well")
    }
    // What Avahi publishes, as Home Edge would.
    let name = "edge-orchestration-22222222-2222-4222-8222-222222222222"
    let publisher = try avahi.publish(name, ["Platform=docker", "ExecType=container", "ls"])
    for host in [1, 2] {
      try Lab.eventually(within: 10, "host \(host) sees it; it said \(home.log(host))") {
        home.log(host).contains("a Home Edge node appeared: \(name) at 10.77.0.3")
      }
      #expect(
        !home.log(host).contains("a Home Edge node appeared: \(ids[2 - host])"), "a Hearth node is none")
    }
    publisher.signal(SIGTERM)
    for host in [1, 2] {
      try Lab.eventually(within: 10, "host \(host) hears its goodbye") {
        home.log(host).contains("a Home Edge node left: \(name)")
      }
    }
    // A goodbye takes a node off the list within the second that RFC 6762 10.1 gives.
    #expect(try home.agent(2).terminate() == 0)
    try Lab.eventually(within: 4, "host 2 is off the list") { try !avahi.browse().contains(ids[1]) }
    // A crash does not, until the records end; the restarted node is the same one.
    try home.agent(1).kill9()
    #expect(try avahi.browse().contains(ids[0]))
    try home.start(1)
    try Lab.eventually(within: 10, "host 1 is listed again") {
      try avahi.browse().contains("=;eth0;IPv4;\(ids[0]);")
    }
    #expect(!home.log(1).contains("others hold this node's names"), "its own old records are no conflict")
  }

  @Test(
    .enabled(if: access("/usr/sbin/avahi-daemon", X_OK) == 0, "needs avahi-daemon, avahi-utils and dbus"))
  func aHostNameThatAvahiHoldsIsLeftToIt() throws {
    let home = try NamespaceHome(2)
    let uuid = "33333333-3333-4333-8333-333333333333"
    try home.write(uuid, "node-id", 1)
    let avahi = try Avahi(on: 2, of: home.network, hostName: "edge-\(uuid)")
    defer { avahi.stop() }
    try home.start(1)
    try Lab.eventually(within: 15, "another name; it said \(home.log(1))") {
      home.log(1).contains("on edge-\(uuid)-2.local.")
    }
    try Lab.eventually(within: 10, "Avahi lists it under the new host name") {
      try avahi.browse().contains(
        ";edge-orchestration-\(uuid);_orchestration._tcp;local;edge-\(uuid)-2.local;")
    }
  }

  @Test func pythonZeroconfAndHearthListEachOther() throws {
    guard let python = Zeroconf.python else { return }
    let home = try NamespaceHome(3)
    try Self.define("camera", home.agent(1))
    let name = "edge-orchestration-44444444-4444-4444-8444-444444444444"
    let other = try Child(
      home.network.prefix(3) + [
        python, "\(Lab.house)/Tests/lab/peers/zeroconf", "10.77.0.3", name, "ls",
      ])
    try Lab.eventually("it is published; it said \(other.error)") { other.output.contains("published") }
    try home.start(1, 2)
    for host in [1, 2] {
      let id = home.agent(host).nodeID
      try Lab.eventually(within: 15, "zeroconf lists host \(host): \(other.output)\(other.error)") {
        other.output.contains("+ \(id) 10.77.0.\(host)")
      }
      try Lab.eventually(within: 10, "host \(host) sees zeroconf's") {
        home.log(host).contains("a Home Edge node appeared: \(name) at 10.77.0.3")
      }
    }
    #expect(other.output.contains("Platform=docker|ExecType=container|camera"), "\(other.output)")
    #expect(try home.agent(2).terminate() == 0)
    try Lab.eventually(within: 4, "zeroconf hears the goodbye") {
      other.output.contains(
        "- edge-orchestration-" + home.agent(2).nodeID.dropFirst("edge-orchestration-".count))
    }
    other.signal(SIGTERM)
    try Lab.eventually(within: 6, "host 1 hears zeroconf's goodbye") {
      home.log(1).contains("a Home Edge node left: \(name)")
    }
  }

  @Test func aNodeThatStartsWithoutAnyNetworkJoinsWhenItHasOne() throws {
    let home = try NamespaceHome(2)
    try home.network.shell(2, "ip link del eth0")
    try home.start()
    Thread.sleep(forTimeInterval: 1)
    #expect(!home.log(2).contains("in the home on"))
    // Later the interface comes, under another index, and goes down and up.
    try home.network.replug(2, address: "10.77.0.2")
    try home.assemble()
    home.mark()
    try home.network.shell(2, "ip link set eth0 down")
    try home.all([1], say: "died", of: [2], within: 6)
    try home.all([2], say: "died", of: [1], within: 6)
    try home.network.shell(2, "ip link set eth0 up")
    try home.all([1], say: "returned", of: [2], within: 6)
    try home.all([2], say: "returned", of: [1], within: 6)
  }

  @Test func anAddressThatChangesForgetsNobody() throws {
    let home = try NamespaceHome(3)
    try home.start()
    try home.assemble()
    home.mark()
    try home.network.shell(2, "ip addr del 10.77.0.2/24 dev eth0; ip addr add 10.77.0.22/24 dev eth0")
    try Lab.eventually(within: 5, "host 2 knows; it said \(home.news(2))") {
      home.news(2).contains("in the home on eth0 (10.77.0.22)")
    }
    Thread.sleep(forTimeInterval: 5)
    home.expectNoLosses()
  }

  @Test func nodesWithoutIPv4AreSeenByAllAndSeeAll() throws {
    let home = try NamespaceHome(3)
    for host in [1, 2] { try home.network.shell(host, "ip -4 addr flush dev eth0") }
    try home.start()
    try home.assemble()
    home.mark()
    // Long enough that none lives of the first packets alone.
    Thread.sleep(forTimeInterval: 5)
    home.expectNoLosses()
    #expect(home.log(3).contains("a peer appeared: \(home.agent(1).nodeID) at f"), "\(home.log(3))")
    try home.agent(1).kill9()
    try home.all([2, 3], say: "died", of: [1], within: 6)
  }

  @Test func onlyTheInterfacesOfTheSettingsServeTheHome() throws {
    let home = try NamespaceHome(2, home: "interfaces = eth7")
    try home.start()
    Thread.sleep(forTimeInterval: 2)
    #expect(!home.log(1).contains("a peer ") && !home.log(1).contains("in the home on"), "\(home.log(1))")
    try home.network.shell(1, "ip link set eth0 down; ip link set eth0 name eth7; ip link set eth7 up")
    try home.network.shell(2, "ip link set eth0 down; ip link set eth0 name eth7; ip link set eth7 up")
    try home.assemble()
  }
}

/// avahi-daemon with a message bus of its own on one host.
private final class Avahi {
  private let daemon: Child
  private let folder: String
  private let prefix: [String]

  init(on host: Int, of network: Namespaces, hostName: String) throws {
    folder = Lab.newFolder("avahi")
    let settings = """
      [server]
      host-name=\(hostName)
      use-ipv4=yes
      use-ipv6=yes
      allow-interfaces=eth0
      [publish]
      publish-workstation=no

      """
    try settings.write(toFile: folder + "/avahi.conf", atomically: true, encoding: .utf8)
    // `ip netns exec` gives each command a mount namespace of its own, so /run is ours alone.
    let script = """
      mount -t tmpfs tmpfs /run && mkdir -p /run/dbus && dbus-daemon --system --fork --nopidfile \
      && echo $$ >\(folder)/pid && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f \(folder)/avahi.conf
      """
    let daemon = try Child(network.prefix(host) + ["/bin/sh", "-c", script])
    self.daemon = daemon
    let folder = self.folder
    try Lab.eventually("Avahi is up: \(daemon.error)") { daemon.error.contains("Server startup complete") }
    let pid = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
    prefix = ["nsenter", "-n", "-m", "-t", pid.trimmingCharacters(in: .whitespacesAndNewlines)]
  }

  /// What `avahi-browse -rpt` prints.
  func browse() throws -> String {
    try Child(prefix + ["avahi-browse", "-rpt", "_orchestration._tcp"]).finish(seconds: 20).output
  }

  func publish(_ name: String, _ strings: [String]) throws -> Child {
    try Child(prefix + ["avahi-publish", "-s", name, "_orchestration._tcp", "42425"] + strings)
  }

  func stop() {
    daemon.signal(SIGTERM)
    _ = try? daemon.end()
    try? FileManager.default.removeItem(atPath: folder)
  }
}

private enum Zeroconf {
  /// A Python with python-zeroconf, fetched from PyPI once; nil, and said aloud, where PyPI is out of reach.
  static let python: String? = {
    let folder = "\(Lab.house)/.lab/zeroconf"
    let python = folder + "/bin/python3"
    let check = "\(python) -c 'import zeroconf'"
    if (try? Lab.shell(check))?.code == 0 { return python }
    let made = try? Lab.shell(
      "python3 -m venv '\(folder)' && '\(folder)/bin/pip' install -q zeroconf",
      seconds: 120)
    if (try? Lab.shell(check))?.code == 0 { return python }
    print("SKIPPED: no python-zeroconf, for PyPI is out of reach: \(made?.error ?? "")")
    return nil
  }()
}
