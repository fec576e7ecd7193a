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
  /// Room for the 14 kinds of terms that a score has, and two more.
  package static let maximumTerms = 16

  /// The defaults say nothing: no address, port 0 for an API that is not there, no ability.
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

  /// - Parameters:
  ///   - effects: what each term leaves of the score, 0...1, in the order of the score's kinds of terms.
  ///   - abilities: what the node can run.
  ///   - facts: a hash of what its API tells.
  package init(effects: [Double], abilities: NodeAbilities, facts: UInt32) {
    self.init(terms: effects.map { UInt8(share: $0) }, abilities: abilities, facts: facts)
  }

  /// What each term leaves of the score, 0...1.
  package var effects: [Double] { terms.map { $0.share } }

  /// Whether others should learn of the change at once; terms move with every sample and wait for their turn.
  func isNews(after old: NodeDetails) -> Bool {
    addresses != old.addresses || port != old.port || abilities != old.abilities || facts != old.facts
  }
}

/// What a node can take just now; bits that this version does not know are kept.
package struct NodeAbilities: OptionSet, Hashable, Sendable {
  /// One byte of the details, with a bit for each ability.
  package let rawValue: UInt8

  /// Takes every byte, as a later version may have written it.
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
