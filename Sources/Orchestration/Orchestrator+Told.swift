import Basics
internal import Wire

// What is told of the runs.
extension Orchestrator {
  /// The run as it is now; nil where this node does not know it, or has forgotten it.
  package func run(_ id: RunID) -> Run? {
    records[id]?.run ?? ended.run(id)
  }

  /// All runs, oldest first. With thousands that have ended this takes long; `ids` does not.
  package var runs: [Run] {
    ids.compactMap { run($0) }
  }

  /// The runs that have not ended and those that have ended lately, oldest first.
  package var currentRuns: [Run] {
    order.compactMap { records[$0]?.run }
  }

  /// All runs, oldest first.
  package var ids: [RunID] {
    var ids: [RunID] = []
    var last: UInt32 = 0
    while let next = next(after: last) {
      last = next.ordinal
      ids.append(next.id)
    }
    return ids
  }

  /// The oldest run of a higher ordinal; 0 is below all. Who reads a long list in pieces goes on behind what it has seen,
  /// whatever came and was forgotten meanwhile.
  package func next(after ordinal: UInt32) -> (ordinal: UInt32, id: RunID)? {
    let old = ended.next(after: ordinal)
    let index = index(after: ordinal)
    guard index < order.count, let record = records[order[index]] else { return old }
    if let old, old.ordinal < record.ordinal { return old }
    return (record.ordinal, record.run.id)
  }

  /// Where in `order` the runs of a higher ordinal begin.
  func index(after ordinal: UInt32) -> Int {
    firstPlace(of: order.count) { (records[order[$0]]?.ordinal ?? 0) > ordinal }
  }

  /// Whether it has not ended, as far as clients may know.
  package func isUnderWay(_ id: RunID) -> Bool {
    records[id] != nil && told(id)?.state.isFinal == false
  }

  /// The newest run of a service that has ended.
  package func lastEnded(ofService name: String) -> Run? {
    if let run = currentRuns.last(where: { $0.service == name && !isUnderWay($0.id) }) { return run }
    return ended.newest(ofService: name)
  }

  /// Whether there is such a run.
  package func isKnown(_ id: RunID) -> Bool { records[id] != nil || ended.contains(id) }

  /// How many runs are known.
  package var count: Int { order.count + ended.count }

  /// How many of them have ended.
  package var endedCount: Int { count - underWay }

  /// Bytes that those which were put away have, of `Settings.endedBytes`.
  package var endedWeight: Int { ended.weight }

  /// Bytes of arguments, files and variables of this node's own runs under way, of `Settings.underWayBytes`.
  package var underWayWeight: Int {
    var weight = 0
    for record in records.values where !record.run.state.isFinal && !record.run.isHosted {
      weight += record.run.weight
    }
    return weight
  }

  /// The run as clients may be told it: an end is told once it is on disk, or the disk has refused it.
  package func told(_ id: RunID) -> Run? {
    guard let record = records[id] else { return ended.run(id) }
    var run = record.run
    if case .ended = record.step, !record.isRefused {
      run.state = run.times.started > 0 ? .running : .starting
      run.times.ended = 0
    }
    return run
  }

  /// Appends the JSON of `told`; nothing where the run is not known.
  package func encodeTold(_ id: RunID, into bytes: inout [UInt8]) {
    guard records[id] != nil else { return ended.encode(id, forJournal: false, into: &bytes) }
    told(id)?.json.encode(into: &bytes)
  }
}
