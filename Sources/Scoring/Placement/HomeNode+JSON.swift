package import Basics
package import Wire

// A node by what it tells, and as people are told of it.
extension HomeNode {
  /// Takes over what the node tells of itself.
  package mutating func take(_ facts: NodeFacts) {
    factsKnown = true
    name = facts.name
    architecture = facts.architecture
    alsoRuns = facts.alsoRuns
    board = facts.board
    cores = facts.cores
    speeds = facts.speeds
    memoryRate = facts.memoryRate
    linkRate = facts.linkRate
    images = facts.images
    services = facts.services
  }

  /// For `GET /api/v2/nodes`.
  package func json(at now: Instant) -> JSON {
    var abilities: [JSON] = []
    if hasEngine { abilities.append("container") }
    if runsNative { abilities.append("native") }
    if isDrained { abilities.append("drained") }
    return [
      "abilities": .array(abilities),
      "address": .string(address),
      "ageMilliseconds": .integer(isSelf ? 0 : max(0, (now - heardAt).milliseconds)),
      "architecture": .string(architecture),
      "board": .string(board),
      "calibration": hundredths(calibration),
      "cores": .integer(Int64(cores)),
      "demand": demand.map { $0.json } ?? .null,
      "factsKnown": .bool(factsKnown),
      "homeEdge": .bool(isHomeEdge),
      "hostname": .string(name),
      "id": .string(id),
      "memoryAvailableBytes": memoryAvailable.map { .integer($0) } ?? .null,
      "placed": .integer(Int64(placedSinceHeard)),
      "runs": .integer(Int64(runs)),
      // Home Edge says 0 where it has none.
      "score": isHomeEdge && score == 0 ? .null : hundredths(score),
      "self": .bool(isSelf),
      "services": .array(services.map { ["name": .string($0.name), "type": .string($0.kind)] }),
      "state": .string(state.word),
      "terms": .array(
        terms.map { term in
          ["effect": hundredths(term.effect), "term": .string(term.kind.name)]
        }),
    ]
  }
}

/// Two decimals are all that readings are good for.
private func hundredths(_ value: Double) -> JSON {
  .double(Double(Int64(min(max(value, 0), 1e9) * 100 + 0.5)) / 100)
}

extension Contention {
  /// `{"flows": …, "memoryBound": …, "threads": …}`.
  package var json: JSON {
    func number(_ value: Double) -> JSON { hundredths(min(value, 1e6)) }
    return ["flows": number(flows), "memoryBound": number(memoryBound), "threads": number(threads)]
  }

  /// Reads it back; nil where the object is none.
  package init?(json: JSON?) {
    guard let threads = json?["threads"]?.double, threads >= 0, threads < 1e6 else { return nil }
    func number(_ name: String) -> Double { min(max(json?[name]?.double ?? 0, 0), 1e6) }
    self.init(threads: threads, memoryBound: number("memoryBound"), flows: number("flows"))
  }
}
