package import Basics
package import Scoring

// What this node has taken on: what contends for its cores, and the memory that is spoken for.
extension Orchestrator {
  /// Takes this node's new sample. What began or ended since is added to it, so that a run counts from its
  /// acceptance on.
  ///
  /// - Parameter available: bytes that programs can have; nil where that is not known.
  package mutating func sampled(_ demand: Demand, available: Int64?) {
    measured = demand
    guard let available else { return unreservedMemory = nil }
    // While runs have memory reserved, what was there before them is known from before, or from what others
    // gave back.
    unreservedMemory = reservedMemory == 0 ? available : max(unreservedMemory ?? available, available)
  }

  /// Whether the run is this node's to carry out, whoever was asked for it.
  func takesRoomHere(_ run: Run) -> Bool { run.isHosted || isHere(run) }

  /// Runs under way that are this node's to carry out, whoever was asked for them.
  package var runsHere: Int {
    underWay == 0 ? 0 : records.values.count { !$0.run.state.isFinal && takesRoomHere($0.run) }
  }

  /// Whether this node's own demand is known.
  var isSampled: Bool { measured.to.nanoseconds > 0 }

  /// What contends here, with the runs that this node has taken and the sample does not show.
  package func demand(at now: Instant) -> Contention {
    var sum = Contention(threads: measured.threads)
    if measured.isBlind {
      var begun = 0.0
      for record in records.values where takesRoomHere(record.run) {
        if let started = record.attempt.startedAt, !record.run.state.isFinal {
          begun += record.demand.threads * (1 - measured.hidden(since: started))
        }
      }
      sum.threads = max(sum.threads, begun)
    }
    for record in records.values where takesRoomHere(record.run) {
      let its = record.demand
      if let ended = record.attempt.endedAt {
        // Gone, but a part of what was measured.
        guard let started = record.attempt.startedAt, ended > measured.from else { continue }
        sum.threads -= its.threads * (measured.hidden(since: ended) - measured.hidden(since: started))
      } else if !record.run.state.isFinal {
        sum.threads += its.threads * (record.attempt.startedAt.map { measured.hidden(since: $0) } ?? 1)
        sum.memoryBound += its.memoryBound
        sum.flows += its.flows
        if record.isFetching { sum.flows += 1 }
      }
    }
    sum.threads = max(sum.threads, 0)
    return sum
  }

  /// What of the available memory no run here has reserved.
  ///
  /// Less what runs that have not begun will take; and no more than what was there before all of them, less
  /// all that they have reserved: a run takes its memory when it likes.
  package func unreserved(of available: Int64) -> Int64 {
    var waiting: Int64 = 0
    for record in records.values where record.run.times.started == 0 { waiting &+= reservation(of: record) }
    let left = available &- waiting
    guard let unreservedMemory, reservedMemory > 0 else { return max(left, 0) }
    return max(min(left, unreservedMemory &- reservedMemory), 0)
  }

  /// Bytes reserved by the runs here.
  private var reservedMemory: Int64 {
    var sum: Int64 = 0
    for record in records.values { sum &+= reservation(of: record) }
    return sum
  }

  private func reservation(of record: RunRecord) -> Int64 {
    guard !record.run.state.isFinal, takesRoomHere(record.run) else { return 0 }
    return min(record.command?.reservedMemory ?? 0, 1 << 48)
  }
}
