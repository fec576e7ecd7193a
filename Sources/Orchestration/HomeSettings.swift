package import Basics

/// How long the home is waited for.
package struct HomeSettings: Sendable {
  /// A run that lost its host looks so long for a node that takes it: a board starts anew in about that time.
  package var placingGrace = Interval.seconds(60)
  /// A run that only a node of Home Edge can take waits so long for the one that is there: such a node has one run of
  /// ours at a time, and whoever asked waits for the answer.
  package var takenGrace = Interval.seconds(600)
  /// Between two looks at the nodes in that time, unless one appears.
  package var placingPause = Interval.seconds(5)
  /// A host that left, or was never seen since this agent started, returns within this or counts as dead: an
  /// upgrade starts the agent anew.
  package var hostGrace = Interval.seconds(30)
  /// An ask without an answer counts as silence.
  package var askTimeout = Interval.seconds(10)
  /// A host keeps a run prepared so long for its requester's commit; that is repeated, and a dead requester
  /// is known within 3 s.
  package var commitTimeout = Interval.seconds(15)
  /// Between two attempts to commit a run to its host, or to revoke a copy.
  package var repeatPause = Interval.seconds(2)
  /// How long this node's own engine is waited for where another node could run it.
  package var engineGrace = Interval.seconds(5)
  /// How often the choice is made anew because a host is busier than was known; each costs a write and an
  /// answer.
  package var rechoices = 3
  /// Revoked attempts that are remembered, should the request for one come after all.
  package var revokedLimit = 256
  /// Bytes of arguments, files and variables of all runs of other nodes that are kept here: a hundred long
  /// ones, and no peer fills a board's memory with them.
  package var hostedBytes = 8 << 20

  /// The defaults; the agent uses no others.
  package init() {}
}
