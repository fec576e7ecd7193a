import Platform
package import Wire

/// Every setting of hearth.conf once, but for those of the devices (`DeviceSettings.table`). docs/hearth.conf and
/// docs/hearth.conf.5 say what each is for; SettingsPagesTests compare them with these rows.
extension Configuration {
  /// One setting: its section, its key, its range and where its value goes.
  package typealias Row = ConfSetting<Configuration>

  /// Made anew for each asker: between two readings of the files the table need not take memory.
  package static var table: [Row] { node + api + engine + native + home + homeEdge }

  private static var node: [Row] {
    [
      Row("node", "state", .text { $1(&$0.state) }),
      Row("node", "sample-interval", .span(0.1...3600) { $1(&$0.sampleInterval) }, isLive: true),
      Row("node", "kept-runs", .integer(1...10_000) { $1(&$0.keptRuns) }, isLive: true),
      Row("node", "home-edge", .text { $1(&$0.homeEdge) }),
      Row("node", "services", .text { $1(&$0.services) }, isLive: true),
      Row("node", "boards", .text { $1(&$0.boards) }, isLive: true),
    ]
  }

  private static var api: [Row] {
    [Row("api", "external", .list(of: address("127.0.0.1:56001")) { $1(&$0.external) })]
  }

  private static var engine: [Row] {
    [
      Row("engine", "socket", .text { $1(&$0.engine) }),
      Row("engine", "data", .text { $1(&$0.engineData) }),
    ]
  }

  private static var native: [Row] {
    // Above 2^31 - 1 no system gives any (systemd, UIDS-GIDS).
    let ids = 1...Int(Int32.max)
    return [
      Row("native", "user", .narrowInteger(ids) { $1(&$0.native.user) }, isLive: true),
      Row("native", "group", .narrowInteger(ids) { $1(&$0.native.group) }, isLive: true),
      Row("native", "time-limit", .span(0...31_536_000) { $1(&$0.native.timeLimit) }, isLive: true),
      Row("native", "grace", .span(0...3600) { $1(&$0.native.grace) }, isLive: true),
    ]
  }

  private static var home: [Row] {
    [
      Row("home", "join", .bool { $1(&$0.joins) }),
      Row("home", "internal", .list(of: address("0.0.0.0:56002")) { $1(&$0.internalAddresses) }),
      Row("home", "heartbeat-port", .narrowInteger(1...65535) { $1(&$0.heartbeatPort) }),
      Row("home", "interfaces", .list { $1(&$0.interfaces) }, isLive: true),
      Row("home", "key", .text { $1(&$0.homeKey) }),
    ]
  }

  private static var homeEdge: [Row] {
    [
      Row("home-edge", "interoperate", .bool { $1(&$0.interoperates) }, isLive: true),
      Row("home-edge", "peers", .list { $1(&$0.homeEdgePeers) }, isLive: true),
      Row("home-edge", "host-access", .bool { $1(&$0.homeEdgeHostAccess) }, isLive: true),
    ]
  }

  private static func address(_ example: String) -> ConfItem {
    ConfItem("an address and port such as \(example)") { SocketAddress.parse($0) != nil }
  }

  /// These settings with those of `other` that may change while the agent runs.
  package func taking(_ other: Configuration) -> Configuration {
    var result = self
    for row in Self.table where row.isLive { row.copy(from: other, to: &result) }
    return result
  }

  /// Settings that change at a reload; all others need a restart. As `node.services`.
  package static var live: [String] {
    table.filter { $0.isLive }.map { $0.name }
  }
}
