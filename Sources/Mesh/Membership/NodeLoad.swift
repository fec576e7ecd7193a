/// What each heartbeat says of a node's ability to take work.
package struct NodeLoad: Hashable, Sendable {
  /// The score in hundredths: an idle Raspberry Pi 3 is 10,000.
  package var score: UInt32
  /// Runs in flight, at most 255.
  package var runs: UInt8
  /// Memory that new programs can have, in units of 16 MiB, at most 0xFFFE; `unknownMemory` where it is not known.
  package var memory: UInt16

  /// What competes there; nil from a node that does not tell.
  package var demand: NodeDemand?
  /// How fast its runs went of how fast it had promised, in units of 1/128; a node that tells no demand does not tell it.
  package var trust = NodeLoad.asPromised

  package static let asPromised: UInt8 = 128
  package static let unknownMemory: UInt16 = 0xFFFF
  /// 16 MiB: fine enough for a board of 256 MiB, and 2 bytes reach to 1 TiB.
  package static let memoryUnit: UInt64 = 16 << 20

  package init(score: UInt32, runs: UInt8, memory: UInt16 = unknownMemory) {
    self.score = score
    self.runs = runs
    self.memory = memory
  }

  /// From a score in units of 1/100 of an idle Raspberry Pi 3; what is no number counts as 0, too much as the most.
  ///
  /// - Parameter memory: bytes, rounded down, so that no node promises what it does not have; nil for unknown.
  package init(
    score: Double, runs: Int, memory: UInt64?, demand: NodeDemand? = nil,
    trust: UInt8 = NodeLoad.asPromised
  ) {
    let hundredths = score * 100
    self.score = hundredths >= 0 ? UInt32(min(hundredths, 4e9)) : 0
    self.runs = UInt8(clamping: runs)
    self.memory = memory.map { UInt16(min($0 / Self.memoryUnit, 0xFFFE)) } ?? Self.unknownMemory
    self.demand = demand
    self.trust = trust
  }

  /// The available memory in bytes; nil where it is not known.
  package var memoryBytes: UInt64? {
    memory == Self.unknownMemory ? nil : UInt64(memory) * Self.memoryUnit
  }
}

/// What competes for a node's cores, memory bus and link.
package struct NodeDemand: Hashable, Sendable {
  /// Threads that want a core, in units of 1/64, at most 0xFFFF.
  package var threads: UInt16
  /// Of these, those that mostly wait for memory, at most 255.
  package var copiers: UInt8
  /// Flows over the link, at most 255.
  package var flows: UInt8
  /// The share of the link that is taken, 255 for all of it.
  package var link: UInt8

  package init(threads: UInt16, copiers: UInt8, flows: UInt8, link: UInt8) {
    self.threads = threads
    self.copiers = copiers
    self.flows = flows
    self.link = link
  }
}

/// What changes seldom, and so is in every few heartbeats only.
package struct NodeDetails: Hashable, Sendable {
  /// Where the node can be reached, best first; at most `maximumAddresses` go on the wire.
  package var addresses: [PeerAddress]
  /// The TCP port of the node-to-node API.
  package var port: UInt16
  /// What each term leaves of the score, 255 for all of it, in the order of the score's kinds of terms; at most
  /// `maximumTerms` go on the wire.
  package var terms: [UInt8]
  /// What it can run just now.
  package var abilities: NodeAbilities
  /// A hash of all facts that its API tells: services, board, cores, architecture. Who sees a new value asks for them.
  package var facts: UInt32

  /// One IPv4 and one or two IPv6 addresses on each of two interfaces, and some to spare.
  package static let maximumAddresses = 8
  package static let maximumTerms = 16

  package init(
    addresses: [PeerAddress] = [], port: UInt16 = 0, terms: [UInt8] = [], abilities: NodeAbilities = [],
    facts: UInt32 = 0
  ) {
    self.addresses = addresses
    self.port = port
    self.terms = terms
    self.abilities = abilities
    self.facts = facts
  }

  /// Whether others should learn of the change at once; terms move with every sample and wait for their turn.
  func isNews(after old: NodeDetails) -> Bool {
    addresses != old.addresses || port != old.port || abilities != old.abilities || facts != old.facts
  }
}

/// What a node can take just now; bits that this version does not know are kept.
package struct NodeAbilities: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Its Engine answers.
  package static let containers = NodeAbilities(rawValue: 1)
  /// It runs programs without a container.
  package static let native = NodeAbilities(rawValue: 1 << 1)
  /// Its owner wants it to be given nothing new.
  package static let drained = NodeAbilities(rawValue: 1 << 2)
}

/// How recent a sign of life is. Each packet of a node has a higher one than its packets before, so "who is right about
/// a node" is a comparison.
package struct Evidence: Comparable, Hashable, Sendable {
  /// Grows when a node restarts or refutes its death; only a higher one brings a dead node back.
  package var incarnation: UInt32
  /// Counts the packets of one incarnation.
  package var sequence: UInt32

  package init(incarnation: UInt32, sequence: UInt32) {
    self.incarnation = incarnation
    self.sequence = sequence
  }

  package static func < (left: Evidence, right: Evidence) -> Bool {
    left.incarnation != right.incarnation
      ? left.incarnation < right.incarnation : left.sequence < right.sequence
  }
}
