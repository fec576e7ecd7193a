package import Basics
package import Mesh

/// The name of a lease: the board's start, the agent's, and how many-th lease of that agent it is. A directive for one lease
/// is not carried out under another.
package struct LeaseName: Hashable, Sendable {
  /// Of the agent's start; random.
  package var start: UInt32
  /// From 1.
  package var number: UInt32

  /// The parts.
  package init(start: UInt32, number: UInt32) {
    self.start = start
    self.number = number
  }
}

/// A copy of a service, or of a one-off run.
package struct Copy: Hashable, Sendable {
  /// Of which it is one.
  package var subject: SubjectID
  /// Which start it comes from.
  package var attempt: UInt32

  /// The parts.
  package init(subject: SubjectID, attempt: UInt32) {
    self.subject = subject
    self.attempt = attempt
  }
}

/// What a node says of itself with each heartbeat.
package struct Beat: Equatable, Sendable {
  /// That a heartbeat of another node arrived here.
  package struct Echo: Equatable, Sendable {
    /// Of the node and the start of its agent (`tag`).
    package var tag: UInt32
    /// The lowest byte of its number.
    package var sequence: UInt8

    /// The parts, of which nothing is checked.
    package init(tag: UInt32, sequence: UInt8) {
      self.tag = tag
      self.sequence = sequence
    }

    /// What stands for a node and a start of its agent: another pair has the same by a chance of 2^-32.
    package static func tag(of node: NodeID, _ start: UInt32) -> UInt32 {
      var mixer = SplitMix64(seed: node.high ^ node.low &* 3 ^ UInt64(start) << 32)
      return UInt32(truncatingIfNeeded: mixer.next())
    }
  }

  /// Which home the sender belongs to.
  package var lineage: Lineage
  /// Whether its records have any service.
  package var hasServices: Bool
  /// The agent's start, random.
  package var start: UInt32
  /// Grows by one with each heartbeat of that start.
  package var sequence: UInt32
  /// The highest term that the sender knows.
  package var term: UInt32
  /// Whether it waits for a heartbeat in return.
  package var asks: Bool
  /// The newest heartbeat of each node that was heard in the last 1.05 L.
  package var echoes: [Echo]
  /// Which record of who votes it has: when that was written, and when it was changed.
  package var electorate: Version
  package var edition: Version
  /// Its lease, while it has one.
  package var lease: LeaseName?
  /// Whether it won the present term.
  package var isCoordinator: Bool
  /// Of what the node says when it is asked (`Status`): another one is news.
  package var statusVersion: UInt32
  /// How often its agent has started, as its disk has it.
  package var incarnation: UInt32
  /// How far its disk is.
  package var position: Position
  /// Whether its voice counts: a majority knows of no later life of it.
  package var counts: Bool
  /// Whether its disk was an old one, and the node is to be added anew.
  package var isEmptied: Bool
  /// Whether it is to vote no more: its owner takes it out of the home.
  package var isLeaving: Bool
  /// Of its records.
  package var digest: UInt64
}

/// What a node says of itself where a heartbeat tells that there is news: it may be long.
package struct Status: Sendable {
  /// Of the agent that says it.
  package var start: UInt32
  /// Grows with each change.
  package var version: UInt32
  /// What runs there.
  package var runs: [Copy]
  /// The last attempt of each that is not there, and never will be.
  package var done: [Copy]
  /// What it knows of others' disks.
  package var known: [Durable.Known]
}

/// Records on their way from the coordinator.
package struct Write: Sendable {
  /// Of the coordinator.
  package var term: UInt32
  /// Which write it is; nil where nothing is to be confirmed.
  package var number: UInt32?
  /// Whether it is all that the home has, so that everything else is dropped.
  package var isSet: Bool
  /// The newest write of the term that is in it.
  package var counter: UInt32
  /// What is new.
  package var records: [Record]
  /// What is no longer there.
  package var dropped: [RecordKey] = []
  /// Who votes, where that is new.
  package var electorate: Electorate?
}

/// What nodes say to each other.
package enum Message: Sendable {
  /// To all, or to those that are asked one by one.
  case beat(Beat)
  /// What runs there, and what do you know of our disks?
  case askStatus
  /// That.
  case status(Status)
  /// Would you vote for me in a term after this one?
  case preVote(term: UInt32)
  /// Yes; and who votes, as far as I know.
  case preVoteGiven(Electorate)
  /// Vote for me.
  case vote(term: UInt32)
  /// You have my vote, and my set.
  case grant(term: UInt32, settled: UInt32, electorate: Electorate, records: RecordSet)
  /// There is a later term.
  case term(UInt32)
  /// The coordinator's records.
  case write(Write)
  /// They are on my disk.
  case stored(term: UInt32, number: UInt32)
  /// My records differ from yours; these are mine.
  case fetch(settled: UInt32, electorate: Version, versions: [(RecordKey, Version)])
  /// How long have you not heard of this node?
  case question(about: NodeID, asked: Instant)
  /// So long; by this electorate's edition.
  case silence(about: NodeID, asked: Instant, length: Interval, edition: Version)
  /// Start this copy, under that lease of yours; one that is bound does not end with it.
  case start(Copy, term: UInt32, lease: LeaseName, isBound: Bool)
  /// End every attempt up to this.
  case stop(Copy, term: UInt32)
  /// None up to this attempt is here, nor will be.
  case stopped(Copy, term: UInt32)
  /// This start of my agent ends in order: leave what runs here alone for a while.
  case hold(incarnation: UInt32)
  /// This home goes over to another one: nothing is lost, for it keeps nothing.
  case yield(to: Lineage, term: UInt32)
  /// That is kept.
  case holdKept(incarnation: UInt32)
}

extension Message {
  /// The term of who says it, where it tells one; else 0.
  var term: UInt32 {
    switch self {
    case .preVote(let term), .vote(let term), .grant(let term, _, _, _), .term(let term),
      .stored(let term, _),
      .start(_, let term, _, _), .stop(_, let term), .stopped(_, let term), .yield(_, let term):
      term
    case .write(let write): write.term
    case .beat, .askStatus, .status, .preVoteGiven, .fetch, .question, .silence, .hold, .holdKept: 0
    }
  }
}

/// What deciding wants done, in order.
package enum Directive: Sendable {
  /// As a node of this home, to one node, or to all where `to` is nil.
  case send(Message, of: Lineage, to: NodeID?)
  /// Put what must not be forgotten on disk, then call `stored` with the number. In the order of the numbers.
  case store(UInt64)
  /// Ask the gateway for a sign of life, and call `gatewayAnswered` with the number if it gives one.
  case askGateway(UInt64)
  /// The lease lasts until then; the keeper is to know it before anything is started under it.
  case lease(until: Instant)
  /// The lease has ended: end what is exclusive, and whatever else is to end with it.
  case lapsed
  /// Start this copy, if the lease of this name still lasts when the Engine is called; the keeper never ends one that is
  /// bound. The owner calls `update` afterwards, whether it was started or not.
  case start(Copy, lease: LeaseName, isBound: Bool)
  /// End this copy.
  case end(Copy)
  /// Find a node for this service among these; call `assign` with it.
  case choose(SubjectID, among: [NodeID], after: UInt32)
  /// A client's write is kept by a majority.
  case kept(UInt64)
  /// A client's write is not to be: this node is no longer the coordinator.
  case notKept(UInt64)
  /// The agent may end: until then nobody takes what runs here. The keeper is to know it.
  case held(until: Instant)
  /// Another home with the same key keeps services, too: neither decides, and the owner is to say which one goes on.
  case contested(Lineage)
  /// This node belongs to another home from now on; what it kept of the former one is gone.
  case joined(Lineage)
  /// Another board has this node's identity: neither decides nor hosts while they hear each other.
  case cloned
  /// This node may decide from now on.
  case acting
  /// It may not any more.
  case steppedDown
}
