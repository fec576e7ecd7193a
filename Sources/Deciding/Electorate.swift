package import Mesh

/// Who votes. It is a record like the others, and changed by one voter at a time.
package struct Electorate: Equatable, Sendable {
  /// Of the write that put it here: a new coordinator writes it anew under its own term.
  package var version: Version
  /// Of the write that changed who votes; deaths and echoes are counted by it.
  package var edition: Version
  /// In the order of their identities; at most `maximumVoters`.
  package var voters: [NodeID]
  /// Whether the home's gateway stands for a third voter: only with two others.
  package var hasGateway: Bool

  /// The most voters of a home.
  package static let maximumVoters = 7

  /// An electorate as it stands in a record; the voters are put in order.
  package init(version: Version, edition: Version, voters: [NodeID], hasGateway: Bool) {
    self.version = version
    self.edition = edition
    self.voters = voters.sorted()
    self.hasGateway = hasGateway
  }

  /// How many votes there are; the gateway has one.
  package var size: Int { voters.count + (hasGateway ? 1 : 0) }

  /// Whether so many votes are a majority.
  package func isMajority(_ votes: Int) -> Bool { votes > size / 2 }

  /// Whether this node is the only voter, and nothing else votes.
  func isOnly(_ node: NodeID) -> Bool { size == 1 && voters == [node] }

  /// Of a node that has heard nothing of a home yet.
  package static let nobody = Electorate(version: .none, edition: .none, voters: [], hasGateway: false)

  /// How many of these are voters.
  func count(_ nodes: [NodeID]) -> Int {
    var count = 0
    for voter in voters where nodes.contains(voter) { count += 1 }
    return count
  }
}
