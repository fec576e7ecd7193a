import Basics
import Scoring

// A host that lost sight of a requester cannot know which of the two is cut off from the home. The side with
// the majority is taken to be the home: elsewhere the requester has placed the run again by now.
extension Orchestrator {
  /// After a node died: ends the hosted runs of dead requesters, where this node sees no majority of those
  /// that were alive a minute ago. Called for each death, because those of one broken link come one by one.
  mutating func fence(at moment: Moment) {
    guard !home.hasMajority(at: moment.instant) else { return }
    for id in order {
      guard var record = records[id], record.run.isHosted, !record.run.state.isFinal, !record.stopIsRequested,
        home.node(record.run.requesterNode)?.state == .dead
      else { continue }
      record.hosting.givesBack = true
      requestStop(&record, at: moment)
      store(record)
    }
  }
}
