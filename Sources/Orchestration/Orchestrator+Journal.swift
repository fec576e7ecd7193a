import Basics
package import Containers
internal import Wire

// What the journal is given, and how its runs come back.
extension Orchestrator {
  /// Takes a run as a line of the journal has it, oldest line first; the last line of a run counts. Followed by
  /// `takeUp(command:)`.
  package mutating func load(_ run: Run) {
    var earlier = loaded.removeValue(forKey: run.id)?.ordinal
    if earlier == nil { earlier = ended.remove(run.id) }
    let ordinal = earlier ?? nextOrdinal()
    if run.state.isFinal, run.orphans.isEmpty, !run.isHosted || run.endReported {
      var run = run
      // Wherever it ran under an earlier name of this node, its output is here.
      if settings.formerNodes.contains(run.hostNode) { run.hostNode = settings.node }
      ended.insert(run, ordinal: ordinal)
      limitEnded()
    } else {
      loaded[run.id] = (run, ordinal)
    }
  }

  /// Goes on with the runs that were loaded and have not ended.
  ///
  /// - Parameter command: the parsed options of a container; nil where they can no longer be read.
  package mutating func takeUp(command: (Run) -> RunCommand?) -> [Directive] {
    var directives = drain()
    let runs = Array(loaded.values).ordered { $0.ordinal < $1.ordinal }
    loaded = [:]
    for (run, ordinal) in runs {
      directives += restore(run, command: run.state.isFinal ? nil : command(run), ordinal: ordinal)
    }
    forgetOldest()
    return directives + drain()
  }

  mutating func nextOrdinal() -> UInt32 {
    lastOrdinal &+= 1
    return lastOrdinal
  }

  /// Appends the JSON of the run as the journal has it; nothing where the run is not known.
  package func encodeForJournal(_ id: RunID, into bytes: inout [UInt8]) {
    guard let record = records[id] else { return ended.encode(id, forJournal: true, into: &bytes) }
    record.run.journalJSON.encode(into: &bytes)
  }
}
