package import Scoring

/// What became of asking a host to run something, as the requester sees it.
package enum AskResult: Sendable, Equatable {
  /// It has the run on its disk.
  case accepted
  /// It does not take this attempt now, for this reason; it may take the next.
  case refused(String)
  /// It cannot run it, now or later.
  case unable(String)
  /// This contends there: more than the requester knew of when it chose.
  case busier(Contention)
  /// Nothing of the request was sent: no connection came about.
  case unreachable(String)
  /// The request, or a part of it, was sent and no answer came: it may have been accepted.
  case silent(String)
}
