package import Scoring

/// What became of asking a host to run something.
package enum AskResult: Sendable, Equatable {
  /// It has the run on its disk.
  case accepted
  case refused(String)
  /// This competes there: more than the requester knew of when it chose.
  case busier(Competition)
  /// Nothing of the request was sent: no connection came about.
  case unreachable(String)
  /// The request, or a part of it, was sent and no answer came: it may have been accepted.
  case silent(String)
}

/// What this node says to a requester that asks it to run something.
package enum HostingDecision: Sendable, Equatable {
  /// It is on disk already: the request came again.
  case accepted
  /// It is being written: answer when `Directive.placed` comes for it, or when the disk refuses.
  case persisting
  /// In words, for the placement's table.
  case refused(String)
  /// More competes here than the requester knew of: it is to choose once more.
  case busier(Competition)
}
