import Basics
internal import CLinux
import HomeEdge
import Platform
import Readings
import Settings
import Wire

// The network, and the home on it.
extension Check {
  /// An interface needs these (netdevice(7)); that there is a link shows elsewhere.
  private static let upAndMulticast = Int(clinux_interface_up | clinux_interface_multicast)
  private static let loopback = Int(clinux_interface_loopback)

  static func multicast(_ context: CheckContext) -> CheckResult {
    var suitable: [String] = []
    var found: [String] = []
    let allowed = context.configuration.interfaces
    for name in context.names(in: "/sys/class/net") {
      let folder = "/sys/class/net/\(name)"
      guard let text = context.word(folder + "/flags"),
        let flags = Int(text.words(at: "x").last ?? "", radix: 16),
        flags & loopback == 0,
        allowed.isEmpty ? !InterfaceTable.isPlumbing(name) : allowed.contains(name)
      else { continue }
      found.append(name)
      let hasLink = context.word(folder + "/carrier") == "1" || context.word(folder + "/operstate") == "up"
      if flags & upAndMulticast == upAndMulticast, hasLink { suitable.append(name) }
    }
    if !suitable.isEmpty { return .ok("on " + joined(suitable)) }
    if !context.configuration.joins { return .skipped("this node stays alone ([home] join = no)") }
    if found.isEmpty {
      return .fail(
        allowed.isEmpty ? "no network interface" : "none of the interfaces of [home]: " + joined(allowed),
        remedy: "Connect the board, or name an interface that it has in [home] interfaces.")
    }
    return .fail(
      "no interface that is up, has a link and can multicast: " + joined(found),
      remedy:
        "Plug in the cable or join the Wi-Fi; 'ip link set IFACE multicast on' where only that is missing.")
  }

  static func peers(_ context: CheckContext) -> CheckResult {
    guard let home = context.node?["home"] else { return .skipped("no agent answers") }
    guard home["joined"]?.bool == true else { return .skipped("this node stays alone ([home] join = no)") }
    let complaints = (home["complaints"]?.array ?? []).compactMap { $0.string }
      .filter { $0 != HomeEdgeInteroperation.warning }
    if let complaint = complaints.first {
      return .fail(
        complaint, remedy: "See journalctl -u hearth; the node is not in the home as it should be.")
    }
    if let strangers = StrangerNodes.text(home) { return .warn(strangers, remedy: StrangerNodes.remedy) }
    let key = home["key"]?.string ?? "?"
    let count = home["nodes"]?.integer ?? 1
    return .ok(count > 1 ? "\(count) nodes with key \(key)" : "no other node with key \(key) is heard")
  }

  // MARK: - Ports

  private static func taken(_ port: String) -> String {
    "Find who has it with 'ss -lnp | grep \(port)' and end it, or set another in hearth.conf."
  }

  private static func listening(_ context: CheckContext, _ addresses: [String], isOurs: Bool) -> CheckResult {
    guard context.isLive else { return .skipped("a tree has no sockets") }
    for text in addresses {
      guard let address = SocketAddress.parse(text) else { continue }
      do throws(SystemError) {
        close(try Socket.listen(on: address))
      } catch {
        switch error.errno {
        case EADDRINUSE where isOurs: continue
        case EADDRINUSE: return .fail("\(text) belongs to another program", remedy: taken("\(address.port)"))
        case EAFNOSUPPORT, EADDRNOTAVAIL: if address.family == AF_INET6 { continue }
        default: break
        }
        return .fail("\(text): \(error.reason)", remedy: "Set an address of this machine in hearth.conf.")
      }
    }
    return .ok(joined(addresses) + (isOurs ? " (the agent's)" : " (free)"))
  }

  static func portOfAPI(_ context: CheckContext) -> CheckResult {
    listening(context, context.configuration.external, isOurs: context.node != nil)
  }

  static func portOfHome(_ context: CheckContext) -> CheckResult {
    guard context.configuration.joins else { return .skipped("this node stays alone ([home] join = no)") }
    return listening(
      context, context.configuration.internalAddresses, isOurs: context.node?["home"]?["joined"]?.bool == true
    )
  }

  private static func datagrams(_ context: CheckContext, port: UInt16, isShared: Bool, isOurs: Bool)
    -> CheckResult
  {
    guard context.isLive else { return .skipped("a tree has no sockets") }
    guard context.configuration.joins else { return .skipped("this node stays alone ([home] join = no)") }
    let descriptor = clinux_group_socket(AF_INET, port, isShared ? 1 : 0, 0)
    if descriptor >= 0 {
      close(descriptor)
      return .ok("UDP \(port) (\(isShared ? "can be shared" : "free"))")
    }
    guard clinux_errno() == EADDRINUSE else {
      let error = SystemError("bind", "UDP \(port)")
      return .fail(error.description, remedy: "Allow it, or set [home] join = no.")
    }
    if isOurs { return .ok("UDP \(port) (the agent's)") }
    return .fail("UDP \(port) belongs to another program", remedy: taken("\(port)"))
  }

  static func portOfHeartbeats(_ context: CheckContext) -> CheckResult {
    datagrams(
      context, port: context.configuration.heartbeatPort, isShared: false,
      isOurs: context.node?["home"]?["joined"]?.bool == true)
  }

  static func portOfDiscovery(_ context: CheckContext) -> CheckResult {
    datagrams(context, port: 5353, isShared: true, isOurs: false)
  }

  // MARK: - Names and ways

  static func hostname(_ context: CheckContext) -> CheckResult {
    let name = context.word("/proc/sys/kernel/hostname") ?? context.word("/etc/hostname") ?? ""
    let remedy = "Give the board a name of its own: hostnamectl set-hostname NAME."
    if name.isEmpty || name == "(none)" || name == "localhost" || name.begins(with: "localhost.") {
      return .warn("the board has no name ('\(name)')", remedy: remedy)
    }
    if case .answered(_, let nodes) = context.agent {
      let same = nodes.count { $0["hostname"]?.string == name && $0["self"]?.bool != true }
      if same > 0 { return .warn("another node of the home is called \(name) too", remedy: remedy) }
    }
    return .ok(name)
  }

  static func ipv6(_ context: CheckContext) -> CheckResult {
    guard context.text("/proc/net/if_inet6") != nil,
      context.word("/proc/sys/net/ipv6/conf/all/disable_ipv6") != "1"
    else { return .skipped("switched off; the home uses IPv4") }
    return .ok("on")
  }

  /// Below this most radios fall back to their slowest rates; in dBm.
  private static let weakSignal = -75

  static func wireless(_ context: CheckContext) -> CheckResult {
    var texts: [String] = []
    for interface in context.snapshot.network.interfaces {
      guard let link = interface.wireless.value, link.level < 0 else { continue }
      if link.level <= weakSignal {
        return .warn(
          "\(interface.name) hears its access point at \(link.level) dBm",
          remedy: "Move the board or the access point, or use a cable.")
      }
      texts.append("\(interface.name) at \(link.level) dBm")
    }
    return texts.isEmpty ? .skipped("no Wi-Fi link") : .ok(joined(texts))
  }

  static func firewall(_ context: CheckContext) -> CheckResult {
    let remedy =
      "Let in UDP 5353 and \(context.configuration.heartbeatPort) and TCP 56002 from your network, if you have not."
    if context.lines("/etc/ufw/ufw.conf")?.contains("ENABLED=yes") == true {
      return .warn("ufw is enabled", remedy: remedy)
    }
    if context.exists("/run/firewalld") { return .warn("firewalld runs", remedy: remedy) }
    if context.exists("/etc/systemd/system/sysinit.target.wants/nftables.service") {
      return .warn("the rules of /etc/nftables.conf are loaded", remedy: remedy)
    }
    guard context.isRoot || !context.isLive else { return .skipped("only root may see the kernel's rules") }
    let tables = (context.words("/proc/net/ip_tables_names") ?? []).compactMap { $0.first }
    // Docker makes nat and filter; what it puts there does not concern this node.
    if tables.contains("filter"), !context.exists("/run/docker.sock") {
      return .warn("the kernel has filter rules (iptables -S)", remedy: remedy)
    }
    return .ok("no firewall is known here")
  }

  static func interoperate(_ context: CheckContext) -> CheckResult {
    guard context.configuration.interoperates else { return .ok("only nodes with the home key are let in") }
    return .warn(
      "nodes of Home Edge, which know no key, may start containers here",
      remedy: "Set [home-edge] interoperate = no unless you need them and trust everybody on this network.")
  }
}
