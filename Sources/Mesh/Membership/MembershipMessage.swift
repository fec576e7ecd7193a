/// One packet between nodes, before it is sealed.
struct MembershipMessage: Equatable {
  var kind: Kind
  var flags: Flags = []
  var sender: NodeID
  var evidence: Evidence
  /// The sender's time between heartbeats, in `periodUnit`.
  var period: UInt8
  /// How late the sender's own ticks have come of late, in `slackUnit`: patience it asks for.
  var slack: UInt8
  /// In heartbeats.
  var load: NodeLoad?
  /// In heartbeats: changes with the details.
  var detailsVersion: UInt8 = 0
  /// In every few heartbeats.
  var details: NodeDetails?
  /// In ping requests and nacks: whom it is about.
  var target: NodeID?
  /// In ping requests: what the sender knows of the target already.
  var known = Evidence(incarnation: 0, sequence: 0)
  var notes: [Note] = []

  enum Kind: UInt8 {
    case heartbeat = 1
    case ping, ack, pingRequest, nack, notice
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// The sender has just started and wants to hear from all.
    static let joining = Flags(rawValue: 1)
    /// The sender ends.
    static let leaving = Flags(rawValue: 2)
    /// The message has details.
    static let details = Flags(rawValue: 4)
    /// The sender wants a heartbeat with details as the answer.
    static let query = Flags(rawValue: 8)
  }

  /// What the sender says of a third node.
  struct Note: Equatable {
    var claim: Claim
    var node: NodeID
    /// The sender's last sign of life of the node.
    var evidence: Evidence
    /// How old that sign is, in `ageUnit`.
    var age: UInt8 = 0
  }

  enum Claim: UInt8 {
    case alive = 1
    case suspect, dead, left
  }
}
