import Containers
import Hardware
import Orchestration
import Scoring
import Wire

/// What `GET /api/v2/node` tells: who this node is and how it is doing.
struct NodeReport {
  let node: Node

  var json: JSON {
    let uptime = Clock.now() - node.started
    return [
      "address": .string(LocalAddresses.read(root: node.configuration.root).preferred.text),
      "board": .string(node.match.profile.title),
      "engine": engine,
      "id": .string(node.identity),
      "runs": [
        "known": .integer(Int64(node.orchestrator.runs.count)),
        "underWay": .integer(Int64(node.orchestrator.runsUnderWay)),
      ],
      "score": scoreJSON(node.score(), node.match),
      "services": .array(
        node.catalogue.definitions.map { ["name": .string($0.name), "type": .string($0.kind.rawValue)] }),
      "uptimeSeconds": .integer(uptime.milliseconds / 1000),
      "version": .string(Version.text),
    ]
  }

  private var engine: JSON {
    switch node.engine.state {
    case .unknown:
      ["socket": .string(node.engine.socketPath), "state": "unknown"]
    case .available(let description):
      [
        "api": .string(description.apiVersion.description), "socket": .string(node.engine.socketPath),
        "state": "available", "version": .string(description.version),
      ]
    case .away(let since, let reason):
      [
        "awaySeconds": .integer((Clock.now() - since).milliseconds / 1000), "reason": .string(reason),
        "socket": .string(node.engine.socketPath), "state": "away",
      ]
    }
  }
}
