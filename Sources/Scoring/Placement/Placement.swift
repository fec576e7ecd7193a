import Basics

/// The choice among the nodes for one run, and its reasons.
///
/// The same run, nodes and requirements give the same order everywhere.
package struct Placement: Sendable, Equatable {
  /// What an asked node said.
  package enum Outcome: Sendable, Equatable {
    case asked
    case accepted
    case refused(String)
    /// It did not answer; it may have accepted.
    case silent(String)
  }

  /// One node as it stood when the choice was made.
  package struct Row: Sendable, Equatable {
    /// Its identifier.
    package var node: String
    /// Its host name; empty where unknown.
    package var name: String
    /// Where it is reached, as people write it.
    package var address: String
    /// In units of 1/100 of an idle Raspberry Pi 3; 0 where none was heard.
    package var score: Double
    /// The terms of the score that take something away.
    package var terms: [HomeNode.Effect]
    /// What the run could expect there; nodes are compared by its `rank`.
    package var estimate: Estimate
    /// Runs placed there that its readings did not show yet.
    package var placed: Int
    /// How fast its runs went of how fast it had promised.
    package var calibration: Double
    /// Runs that it could not begin or lost lately.
    package var failures: Double
    /// The group it stands in; each goes before the next.
    package var tier: Tier
    /// Why it could not run it; nil for a candidate.
    package var objection: String?
    /// What it said; nil while it was not asked.
    package var outcome: Outcome?
  }

  /// Groups of candidates, the first to be asked first.
  package enum Tier: UInt8, Sendable, CaseIterable {
    case ready
    /// It would be done after the request's deadline there.
    case late
    /// This node, whose engine is away: it would be waited for.
    case withoutEngine
    /// Its score is not known on our scale, and neither is the end of what it runs.
    case homeEdge
    /// It did not answer lately.
    case suspect
  }

  /// Most rows that are kept: the best; asking ends long before.
  package static let rowLimit = 32
  /// Most nodes that are asked for one placement: each costs a write and an answer.
  package static let askLimit = 8

  /// Candidates in the order in which they are asked, then the others.
  package internal(set) var rows: [Row]
  /// Nodes beyond `rowLimit`.
  package internal(set) var omitted: Int
  /// When the choice was made, in milliseconds since 1970.
  package var madeAt: Int64

  /// Ranks the nodes for the run of that identifier.
  package init(run: String, requirements: Requirements, nodes: [HomeNode], madeAt: Int64) {
    let size = Self.size(ofImage: requirements.image, nodes)
    var candidates: [Candidate] = []
    candidates.reserveCapacity(nodes.count)
    var top = 0
    for index in nodes.indices {
      candidates.append(Candidate(of: nodes[index], at: index, requirements, imageSize: size))
      if candidates[index].isAbove(candidates[top]) { top = index }
    }
    // Only the best are made rows of, so that a large home's placement is kept in no more memory than a small one's.
    var best: [Int] = []
    best.reserveCapacity(min(nodes.count, Self.rowLimit) + 1)
    var hash = FNV1a()
    hash.add(run)
    for index in nodes.indices {
      if candidates[index].compare(with: candidates[top]) {
        candidates[index].spread = Self.spread(hash, nodes[index].id)
      }
      var place = best.count
      while place > 0, candidates[index].isBetter(than: candidates[best[place - 1]], nodes) { place -= 1 }
      guard place < Self.rowLimit else { continue }
      best.insert(index, at: place)
      if best.count > Self.rowLimit { best.removeLast() }
    }
    rows = []
    rows.reserveCapacity(best.count)
    for index in best { rows.append(candidates[index].row(nodes[index], requirements)) }
    omitted = nodes.count - rows.count
    self.madeAt = madeAt
  }

  /// The MiB that a node has to fetch which lacks the image; 0 where no node tells.
  private static func size(ofImage hash: UInt32?, _ nodes: [HomeNode]) -> Int {
    guard let hash else { return 0 }
    var size: Int?
    var anyTells = false
    for node in nodes where node.images != nil {
      anyTells = true
      if let known = node.size(ofImage: hash) { size = max(size ?? 0, known) }
    }
    return size ?? (anyTells ? assumedImage : 0)
  }

  /// MiB of an image that no node has.
  private static let assumedImage = 100

  init(rows: [Row], omitted: Int, madeAt: Int64) {
    self.rows = rows
    self.omitted = omitted
    self.madeAt = madeAt
  }

  /// What decides a node's place.
  private struct Candidate {
    let index: Int
    let isEligible: Bool
    let tier: Tier
    let estimate: Estimate
    private let group: UInt8
    /// Whether its rank is the best of its group's, as far as readings are exact.
    private var isTop = false
    private let contention: UInt64
    /// Of those with the best rank; the same everywhere, different for each run.
    var spread: UInt64 = 0

    init(of node: borrowing HomeNode, at index: Int, _ requirements: borrowing Requirements, imageSize: Int) {
      self.index = index
      isEligible = requirements.objection(to: node) == nil
      var missing = 0
      if imageSize > 0, let hash = requirements.image, node.images != nil, node.size(ofImage: hash) == nil {
        missing = imageSize
      }
      estimate = Estimate(of: requirements, on: node, imageSize: missing)
      tier = Self.tier(of: node, requirements, estimate)
      let isPreferred = !requirements.preferredNode.isEmpty && node.id == requirements.preferredNode
      group = !isEligible ? UInt8.max : isPreferred ? 0 : tier.rawValue + 1
      contention = Placement.contention(estimate)
    }

    private static func tier(of node: HomeNode, _ run: Requirements, _ estimate: Estimate) -> Tier {
      if node.state == .suspect { return .suspect }
      if node.isHomeEdge { return .homeEdge }
      if node.isSelf && node.factsKnown && !node.hasEngine && run.kind == "container" {
        return .withoutEngine
      }
      if let deadline = run.deadline, run.workIsKnown, estimate.seconds > deadline { return .late }
      return .ready
    }

    /// Whether it is in an earlier group, or has a higher rank in the same.
    func isAbove(_ other: Candidate) -> Bool {
      group != other.group ? group < other.group : estimate.rank > other.estimate.rank
    }

    /// - Returns: whether its rank is as good as the best.
    mutating func compare(with top: Candidate) -> Bool {
      isTop = group == top.group && estimate.rank >= top.estimate.rank * Placement.resolution
      return isTop
    }

    func isBetter(than other: Candidate, _ nodes: [HomeNode]) -> Bool {
      if group != other.group { return group < other.group }
      if isTop != other.isTop { return isTop }
      if !isTop, estimate.rank != other.estimate.rank { return estimate.rank > other.estimate.rank }
      if contention != other.contention { return contention < other.contention }
      if spread != other.spread { return spread > other.spread }
      return nodes[index].id < nodes[other.index].id
    }

    func row(_ node: HomeNode, _ requirements: Requirements) -> Row {
      Row(
        node: node.id, name: node.name, address: node.address, score: node.score,
        terms: Self.noticed(of: node), estimate: estimate,
        placed: node.placedSinceHeard, calibration: node.calibration, failures: node.failures, tier: tier,
        objection: isEligible ? nil : requirements.objection(to: node))
    }

    /// Counted first: a list that grows by one at a time is allocated several times, and most are empty.
    private static func noticed(of node: HomeNode) -> [HomeNode.Effect] {
      var count = 0
      for term in node.terms where term.effect < Placement.noticed { count += 1 }
      var terms: [HomeNode.Effect] = []
      guard count > 0 else { return terms }
      terms.reserveCapacity(count)
      for term in node.terms where term.effect < Placement.noticed { terms.append(term) }
      return terms
    }
  }

  /// A term that leaves more than this of the score is not worth a word.
  private static let noticed = 0.995

  // MARK: - Asking

  /// The next node to ask: the best that was not asked and that `isUsable` allows; nil where there is none, or enough
  /// were asked.
  package func next(isUsable: (String) -> Bool) -> Row? {
    var asked = 0
    for row in rows where row.outcome != nil { asked += 1 }
    guard asked < Self.askLimit else { return nil }
    return rows.first { $0.objection == nil && $0.outcome == nil && isUsable($0.node) }
  }

  /// Takes over which nodes would not have the run when they were asked before.
  package mutating func takeRefusals(of earlier: Placement) {
    for old in earlier.rows {
      switch old.outcome {
      case .refused, .silent: note(old.outcome, of: old.node)
      case .asked, .accepted, nil: break
      }
    }
  }

  /// Notes what became of asking the node.
  package mutating func note(_ outcome: Outcome?, of node: String) {
    for index in rows.indices where rows[index].node == node { rows[index].outcome = outcome }
  }

  /// Why no node runs it, for people: what was wrong with each, the asked ones first; at most 8 of them are named.
  package var refusals: String {
    var text = ""
    var named = 0
    for row in rows {
      let reason: String
      switch row.outcome {
      case .refused(let words), .silent(let words): reason = words
      case .asked, .accepted, nil:
        guard let objection = row.objection else { continue }
        reason = objection
      }
      if named == Self.askLimit {
        text += "; …"
        break
      }
      named += 1
      if !text.isEmpty { text += "; " }
      text += (row.name.isEmpty ? row.node : row.name) + ": " + reason
    }
    return text.isEmpty ? "no node is known" : text
  }
}
