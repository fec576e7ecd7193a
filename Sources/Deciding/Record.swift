package import Mesh

/// What a service, or a one-off run, is called among the records.
package struct SubjectID: Comparable, Hashable, Sendable {
  /// Random.
  package let value: UInt64

  /// The identifier with this value.
  package init(value: UInt64) { self.value = value }

  /// What stands for a node where it is the subject.
  package init(node: NodeID) { value = node.low ^ (node.high << 32 | node.high >> 32) }

  /// Any order will do; it is that of the values.
  package static func < (left: SubjectID, right: SubjectID) -> Bool { left.value < right.value }
}

/// Which record it is: there is one of each kind for a subject.
package struct RecordKey: Comparable, Hashable, Sendable {
  /// What the record says.
  package enum Kind: UInt8, Sendable {
    /// What is wanted.
    case service
    /// Where it is to be.
    case assignment
    /// That a node's agent was stopped in order; the subject is the node's (`SubjectID.init(node:)`).
    case hold
  }

  /// What the record says.
  package let kind: Kind
  /// Of whom.
  package let subject: SubjectID

  /// The key of this kind of record of the subject.
  package init(_ kind: Kind, _ subject: SubjectID) {
    self.kind = kind
    self.subject = subject
  }

  /// Services first.
  package static func < (left: RecordKey, right: RecordKey) -> Bool {
    left.kind != right.kind ? left.kind.rawValue < right.kind.rawValue : left.subject < right.subject
  }
}

/// What is wanted of a service.
package struct ServiceRecord: Equatable, Sendable {
  /// The owner's revision; each change makes it greater.
  package var revision: UInt32
  /// Whether it is to run.
  package var isWanted: Bool
  /// Whether two of it must never run, even on boards that are cut off from each other.
  package var isExclusive: Bool
  /// Whether it may start nowhere but where it is assigned: its data or its device is there, or its owner wants it so.
  package var isBound: Bool
  /// Whether it is to be forgotten once nothing of it runs; it is not wanted then.
  package var isRemoved: Bool
  /// The request, which only the host understands.
  package var body: [UInt8]

  /// The parts, of which nothing is checked.
  package init(
    revision: UInt32, isWanted: Bool, isExclusive: Bool, isBound: Bool = false, isRemoved: Bool = false,
    body: [UInt8] = []
  ) {
    self.revision = revision
    self.isWanted = isWanted
    self.isExclusive = isExclusive
    self.isBound = isBound
    self.isRemoved = isRemoved
    self.body = body
  }
}

/// Where a service is to be.
package struct Assignment: Equatable, Sendable {
  /// The node that is to run it.
  package var host: NodeID
  /// Grows with each start anywhere, so that the newest of two copies is known.
  package var attempt: UInt32
  /// Whether nobody else may start it before this host has confirmed its end: it goes on without a lease.
  package var isBound: Bool

  /// The parts, of which nothing is checked.
  package init(host: NodeID, attempt: UInt32, isBound: Bool = false) {
    self.host = host
    self.attempt = attempt
    self.isBound = isBound
  }
}

/// One register of the home.
package struct Record: Equatable, Sendable {
  /// What it holds.
  package enum Value: Equatable, Sendable {
    /// Of a key of the kind `service`.
    case service(ServiceRecord)
    /// Of a key of the kind `assignment`.
    case assignment(Assignment)
    /// Of a key of the kind `hold`: the containers of this node go on, and nobody takes them, though its agent is gone.
    case hold(NodeID, incarnation: UInt32)
    /// It was removed: kept until no voter can have the older one.
    case removed
  }

  /// Which it is.
  package let key: RecordKey
  /// When it was written.
  package var version: Version
  /// What it holds.
  package var value: Value

  /// A record as it was written.
  package init(key: RecordKey, version: Version, value: Value) {
    self.key = key
    self.version = version
    self.value = value
  }
}
