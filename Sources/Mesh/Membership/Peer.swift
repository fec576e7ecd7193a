package import Basics

/// What a node knows of another.
package struct Peer: Sendable {
  /// The sender that its packets name; it does not change.
  package let id: NodeID
  /// What this node thinks of it now: by its packets, by silence, and by what others say.
  package internal(set) var state: State
  /// Its last sign of life.
  package internal(set) var evidence: Evidence
  /// When that was heard; its age is how old all below is at most.
  package internal(set) var heardAt: Instant
  /// From its last heartbeat.
  package internal(set) var load: NodeLoad
  /// From its last heartbeat that had them; one that names another version of them makes this node ask.
  package internal(set) var details: NodeDetails
  /// Where its packets come from.
  package internal(set) var endpoint: PeerEndpoint

  /// Scoring has the same states for its nodes, so they are those of Basics.
  package typealias State = MemberState

  var detailsVersion: UInt8
  /// Between its heartbeats, and the patience it asks for.
  var period: Interval
  var slack: Interval
  /// `heardAt` on this node's waking clock.
  var heard: AwakeInstant
  /// When a higher incarnation was heard that did not say whether the node has started anew.
  var raisedAt: AwakeInstant?
  /// The check under way.
  var check = Check.none
  /// Who else suspects it, by a part of their ids: the first `confirmationLimit`.
  var confirmations = InlineArray<3, UInt64>(repeating: 0)
  var confirmationCount = 0
  static let confirmationLimit = 3

  enum Check {
    case none
    /// Silent for too long; the check is to start at the time.
    case waiting(until: AwakeInstant)
    /// Being asked since the time.
    case asking(Asking)
  }

  struct Asking {
    var since: AwakeInstant
    var nextStep: AwakeInstant
    var steps = 0
    /// Answers that peers owe: a nack or better.
    var owed = 0
  }

  var isCounted: Bool { state.isPresent }
}
