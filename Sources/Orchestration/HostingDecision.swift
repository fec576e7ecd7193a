package import Scoring

/// What this node, as a host, says to a requester that asks it to run something.
package enum HostingDecision: Sendable, Equatable {
  /// It is on disk already: the request came again.
  case accepted
  /// It is being written: answer when `Directive.placed` comes for it, or when the disk refuses.
  case persisting
  /// In words, for the placement's table.
  case refused(String)
  /// More contends here than the requester knew of: it is to choose once more.
  case busier(Contention)
}
