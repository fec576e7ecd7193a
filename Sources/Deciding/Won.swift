internal import Basics
internal import Mesh

/// What only the coordinator has, for as long as it is one.
struct Won: Sendable {
  /// When it was elected, and since when it may act.
  var at = Instant(nanoseconds: 0)
  var actingSince = Instant(nanoseconds: 0)
  /// How many writes there were in this term.
  var counter: UInt32 = 0
  var number: UInt32 = 0
  /// Not kept yet, the oldest first.
  var writes: [Pending] = []
  /// When the last change of the electorate was kept.
  var changedAt = Instant(nanoseconds: 0)
  var dead: [Death] = []
  var asked: [Question] = []
  /// Services that are on their way to a node of the owner's choice.
  var moves: [Move] = []
  /// Since when this coordinator knows of each hold.
  var holds: [Hold] = []
  /// Boards that their owner has said are off.
  var off: [NodeID] = []
  /// When something is to be looked at again, though nobody says anything.
  var lookAgain: Instant?

  /// A write that no majority has confirmed yet.
  struct Pending: Sendable {
    var write: Write
    var began: Instant
    var again: Instant
    var confirmed: [NodeID] = []
    /// The store that puts it on the own disk.
    var ownStore: UInt64
    var then: Then
  }

  /// What follows from a write that is kept.
  enum Then: Sendable {
    /// The set of the term: the coordinator acts.
    case act
    /// A change of who votes.
    case electorate
    /// A service has a place.
    case assigned(SubjectID)
    /// A node's agent may end.
    case hold(NodeID, incarnation: UInt32)
    /// Nobody waits for it.
    case nothing
    /// A client waits, by this ticket.
    case client(UInt64)
  }

  /// A node is dead for its services since then.
  struct Death: Sendable {
    var node: NodeID
    var since: Instant
  }

  /// An agent that was stopped in order.
  struct Hold: Sendable {
    var node: NodeID
    /// Each start of the agent may be held anew.
    var incarnation: UInt32
    var since: Instant
  }

  /// The voters were asked at a moment how long they have not heard of a node.
  struct Question: Sendable {
    var about: NodeID
    var at: Instant
    /// Who has been silent to whom for how long, before the moment of asking.
    var said: [(voter: NodeID, length: Interval)] = []
  }

  /// A service that is to go elsewhere.
  struct Move: Sendable {
    var subject: SubjectID
    var target: NodeID
    /// The attempt that has confirmed its end.
    var stopped: UInt32?
  }

  func isDead(_ node: NodeID) -> Bool { dead.contains { $0.node == node } }

  /// A node with a lease is not dead, and what was asked before says nothing of it.
  mutating func heardWithLease(_ node: NodeID, _ without: Rules) {
    dead.removeAll { $0.node == node }
    off.removeAll { $0 == node }
    if without.obey(.deathRecall) { asked.removeAll { $0.about == node } }
  }

  /// Whether a write of this record is under way.
  func isPending(_ key: RecordKey) -> Bool {
    writes.contains { $0.write.records.contains { $0.key == key } }
  }
}
