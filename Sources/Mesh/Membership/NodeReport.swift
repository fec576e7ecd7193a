/// What each heartbeat says of a node's ability to take work.
public struct NodeLoad: Hashable, Sendable {
  /// The score in hundredths: an idle Raspberry Pi 3 is 10,000.
  public var score: UInt32
  /// Runs in flight, at most 255.
  public var runs: UInt8

  public init(score: UInt32, runs: UInt8) {
    self.score = score
    self.runs = runs
  }

  /// From a score in units of 1/100 of an idle Raspberry Pi 3; what is no number counts as 0, too much as the most.
  public init(score: Double, runs: Int) {
    let hundredths = score * 100
    self.score = hundredths >= 0 ? UInt32(min(hundredths, 4e9)) : 0
    self.runs = UInt8(clamping: runs)
  }
}

/// What changes seldom, and so is in every few heartbeats only.
public struct NodeDetails: Hashable, Sendable {
  /// Where the node can be reached, best first; at most `maximumAddresses` go on the wire.
  public var addresses: [PeerAddress]
  /// The TCP port of the node-to-node API.
  public var port: UInt16
  /// What each term leaves of the score, 255 for all of it, in the order of the score's kinds of terms; at most
  /// `maximumTerms` go on the wire.
  public var terms: [UInt8]
  /// Hashes of the execution types and of the services; who sees a new value asks the node for its list.
  public var executionTypes: UInt32
  public var services: UInt32

  /// One IPv4 and one or two IPv6 addresses on each of two interfaces, and some to spare.
  public static let maximumAddresses = 8
  public static let maximumTerms = 16

  public init(
    addresses: [PeerAddress], port: UInt16, terms: [UInt8] = [], executionTypes: UInt32 = 0,
    services: UInt32 = 0
  ) {
    self.addresses = addresses
    self.port = port
    self.terms = terms
    self.executionTypes = executionTypes
    self.services = services
  }
}

/// How recent a sign of life is. Each packet of a node has a higher one than its packets before, so "who is right about
/// a node" is a comparison.
public struct Evidence: Comparable, Hashable, Sendable {
  /// Grows when a node restarts or refutes its death; only a higher one brings a dead node back.
  public var incarnation: UInt32
  /// Counts the packets of one incarnation.
  public var sequence: UInt32

  public init(incarnation: UInt32, sequence: UInt32) {
    self.incarnation = incarnation
    self.sequence = sequence
  }

  public static func < (left: Evidence, right: Evidence) -> Bool {
    left.incarnation != right.incarnation
      ? left.incarnation < right.incarnation : left.sequence < right.sequence
  }
}
