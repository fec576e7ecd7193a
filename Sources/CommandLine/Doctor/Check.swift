/// One thing that is looked at.
struct Check: Sendable {
  /// Words with dashes between them, which never change: scripts know it.
  let id: StaticString
  let look: @Sendable (CheckContext) -> CheckResult

  init(_ id: StaticString, _ look: @escaping @Sendable (CheckContext) -> CheckResult) {
    self.id = id
    self.look = look
  }
}

extension Check {
  /// Everything that is looked at: the agent first, then what it stands on.
  static let all = [
    Check("settings", settings), Check("services", services), Check("profiles", profiles),
    Check("agent", agent), Check("unit", unit), Check("watchdog", watchdog),
    Check("engine", engine), Check("engine-access", engineAccess), Check("engine-space", engineSpace),
    Check("board", board), Check("under-voltage", underVoltage), Check("throttled", throttled),
    Check("temperature", temperature), Check("frequency", frequency), Check("gpio", gpio), Check("i2c", i2c),
    Check("kernel", kernel), Check("pressure", pressure), Check("cgroup", controlGroups),
    Check("memory-controller", memoryController), Check("memory", memory), Check("swap", swap),
    Check("clock", clock), Check("entropy", entropy),
    Check("root-filesystem", rootFilesystem), Check("card", card), Check("state-folder", stateFolder),
    Check("state-mount", stateMount), Check("state-space", stateSpace), Check("inodes", inodes),
    Check("kept-runs", keptRuns),
    Check("home-key", homeKey), Check("key-change", keyChange),
    Check("hostname", hostname), Check("multicast", multicast), Check("peers", peers),
    Check("port-api", portOfAPI), Check("port-home", portOfHome), Check("port-heartbeat", portOfHeartbeats),
    Check("port-discovery", portOfDiscovery), Check("ipv6", ipv6), Check("wireless", wireless),
    Check("firewall", firewall), Check("interoperate", interoperate),
  ]
}
