import Basics
import Containers
import EngineClient
import HomeEdge
import Mesh
import Orchestration
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

/// What `GET /api/v2/node` tells: who this node is and how it is doing.
struct NodeReport {
  let status: NodeStatus

  var json: JSON {
    let uptime = Clock.now() - status.started
    return [
      "address": .string(status.address),
      "alsoRuns": .array(status.architectures.dropFirst().map { .string($0.text) }),
      "architecture": .string(status.architectures[0].text),
      "board": .string(status.match.profile.title),
      "capacity": capacity,
      "cores": .integer(Int64(status.sampler.snapshot.processors.onlineCount)),
      "drained": .bool(status.isDrained),
      "engine": engine,
      "home": home,
      "hostname": .string(HostName.text),
      "images": .array(
        status.engine.images.map {
          ["hash": .integer(Int64($0.hash)), "mebibytes": .integer(Int64($0.mebibytes))]
        }),
      "id": .string(status.identity),
      "memory": memory,
      "profile": .string(status.match.profile.name),
      "runs": [
        "known": .integer(Int64(status.driver.orchestrator.count)),
        "underWay": .integer(Int64(status.driver.orchestrator.runsUnderWay)),
      ],
      "score": scoreJSON(status.score, status.match),
      "state": state,
      "services": .array(
        status.catalogue.definitions.map { ["name": .string($0.name), "type": .string($0.kind.rawValue)] }),
      "uptimeSeconds": .integer(uptime.milliseconds / 1000),
      "version": .string(Version.text),
    ]
  }

  /// What is kept of runs, and how much may be.
  private var state: JSON {
    let orchestrator = status.driver.orchestrator
    return [
      "ended": .integer(Int64(orchestrator.endedCount)),
      "endedBytes": .integer(Int64(orchestrator.endedWeight)),
      "endedLimit": .integer(Int64(orchestrator.settings.endedBytes)),
      "faults": .array(status.stateFaults.map { .string($0) }),
      "keptRuns": .integer(Int64(orchestrator.settings.keptRuns)),
      "underWayBytes": .integer(Int64(orchestrator.underWayWeight)),
      "underWayLimit": .integer(Int64(orchestrator.settings.underWayBytes)),
    ]
  }

  /// What its cores, memory and link can do, by which others choose.
  private var capacity: JSON {
    let snapshot = status.sampler.snapshot
    let profile = status.match.profile
    let speeds = CoreSpeeds(of: snapshot, profile: profile)
    var groups: [JSON] = []
    for group in speeds.groups {
      groups.append(["count": .double(group.count), "mips": .double(group.speed)])
    }
    return [
      "copyRate": .double(speeds.memoryRate(profile)), "cores": .array(groups),
      "linkRate": .double(LinkUse(of: snapshot, profile: profile).rate),
      "quota": speeds.quota.map { .double($0) } ?? .null,
    ]
  }

  private var home: JSON {
    guard let home = status.home else {
      return [
        "complaints": .array([]), "interoperates": false, "joined": false, "nodes": 1,
        "strangers": .array([]),
      ]
    }
    let others = home.peers.count { $0.state == .alive || $0.state == .suspect }
    let warnings = status.configuration.interoperates ? [HomeEdgeInteroperation.warning] : []
    return [
      "complaints": .array((home.complaints + warnings).map { .string($0) }),
      "interoperates": .bool(status.configuration.interoperates),
      "joined": true,
      "key": .string(HomeKey.identity(of: home.keys.current)),
      "nodes": .integer(Int64(others + 1)),
      "strangers": .array(
        home.strangers.map { stranger in
          // The one by IPv4 is the one that people know.
          let addresses =
            stranger.addresses.filter { $0.ipv4 != nil } + stranger.addresses.filter { $0.ipv4 == nil }
          return [
            "addresses": .array(addresses.map { .string($0.text) }),
            "key": .string(HomeKey.identity(ofKey: stranger.key)),
          ]
        }),
    ]
  }

  private var memory: JSON {
    let snapshot = status.sampler.snapshot
    guard let memory = snapshot.memory.value, let available = snapshot.availableMemory else { return .null }
    return [
      "availableBytes": .integer(Int64(clamping: available)),
      "totalBytes": .integer(Int64(clamping: memory.total)),
    ]
  }

  private var engine: JSON {
    switch status.engine.state {
    case .unknown:
      ["socket": .string(status.engine.socketPath), "state": "unknown"]
    case .available where status.engine.hanging != nil:
      [
        "reason": .string(status.engine.hanging ?? ""), "socket": .string(status.engine.socketPath),
        "state": "hanging",
      ]
    case .available(let description):
      [
        "api": .string(description.apiVersion.description), "socket": .string(status.engine.socketPath),
        "state": "available", "version": .string(description.version),
      ]
    case .away(let since, let reason):
      [
        "awaySeconds": .integer((Clock.now() - since).milliseconds / 1000), "reason": .string(reason),
        "socket": .string(status.engine.socketPath), "state": "away",
      ]
    }
  }
}
