/// The choice among the nodes for one run, and its reasons.
///
/// The same run, nodes and requirements give the same order everywhere.
public struct Placement: Sendable, Equatable {
  /// What an asked node said.
  public enum Outcome: Sendable, Equatable {
    case asked
    case accepted
    case refused(String)
    /// It did not answer; it may have accepted.
    case silent(String)
  }

  /// One node as it stood when the choice was made.
  public struct Row: Sendable, Equatable {
    public var node: String
    public var name: String
    public var address: String
    public var score: Double
    /// The terms of the score that take something away.
    public var terms: [HomeNode.Effect]
    /// What the score was taken to be for this run, after what was placed there before; see `Placement.rank`.
    public var rank: Double
    /// Runs placed there that the score did not show yet.
    public var placed: Int
    /// The group it stands in; each goes before the next.
    public var tier: Tier
    /// Why it could not run it; nil for a candidate.
    public var objection: String?
    public var outcome: Outcome?
  }

  /// Groups of candidates, the first to be asked first.
  public enum Tier: UInt8, Sendable, CaseIterable {
    case ready
    /// This node, whose engine is away: it would be waited for.
    case withoutEngine
    /// Its score is not known on our scale, and neither is the end of what it runs.
    case homeEdge
    /// It did not answer lately.
    case suspect
  }

  /// Most rows that are kept: the best; asking ends long before.
  public static let rowLimit = 32
  /// Most nodes that are asked for one placement: each costs a write and an answer.
  public static let askLimit = 8

  /// Candidates in the order in which they are asked, then the others.
  public internal(set) var rows: [Row]
  /// Nodes beyond `rowLimit`.
  public internal(set) var omitted: Int
  /// When the choice was made, in milliseconds since 1970.
  public var madeAt: Int64

  /// Ranks the nodes for the run of that identifier.
  public init(run: String, requirements: Requirements, nodes: [HomeNode], madeAt: Int64) {
    // Only the best are kept while looking, so that a large home costs no more memory than a small one.
    var best: [Standing] = []
    var rows: [Row] = []
    for node in nodes {
      let objection = requirements.objection(to: node)
      let rank = Self.rank(of: node)
      let tier = Self.tier(of: node, kind: requirements.kind)
      let standing = Standing(
        group: objection != nil ? UInt8.max : node.id == requirements.preferredNode ? 0 : tier.rawValue + 1,
        bucket: Self.bucket(rank),
        spread: Self.spread(run, node.id), node: node.id)
      var place = best.count
      while place > 0, standing.isBetter(than: best[place - 1]) { place -= 1 }
      guard place < Self.rowLimit else { continue }
      if best.count == Self.rowLimit {
        best.removeLast()
        rows.removeLast()
      }
      best.insert(standing, at: place)
      rows.insert(
        Row(
          node: node.id, name: node.name, address: node.address, score: node.score,
          terms: node.terms.filter { $0.effect < Self.noticed }, rank: rank, placed: node.placedSinceHeard,
          tier: tier, objection: objection),
        at: place)
    }
    omitted = nodes.count - rows.count
    self.rows = rows
    self.madeAt = madeAt
  }

  init(rows: [Row], omitted: Int, madeAt: Int64) {
    self.rows = rows
    self.omitted = omitted
    self.madeAt = madeAt
  }

  /// What decides a node's place.
  private struct Standing {
    var group: UInt8
    var bucket: UInt64
    var spread: UInt64
    var node: String

    func isBetter(than other: Standing) -> Bool {
      if group != other.group { return group < other.group }
      if bucket != other.bucket { return bucket > other.bucket }
      if spread != other.spread { return spread > other.spread }
      return node < other.node
    }
  }

  /// A term that leaves more than this of the score is not worth a word.
  private static let noticed = 0.995

  private static func tier(of node: HomeNode, kind: String) -> Tier {
    if node.state == .suspect { return .suspect }
    if node.isHomeEdge { return .homeEdge }
    return node.isSelf && node.factsKnown && !node.hasEngine && kind == "container" ? .withoutEngine : .ready
  }

  // MARK: - Asking

  /// The next node to ask: the best that was not asked and that `isUsable` allows; nil where there is none, or enough
  /// were asked.
  public func next(isUsable: (String) -> Bool) -> Row? {
    var asked = 0
    for row in rows where row.outcome != nil { asked += 1 }
    guard asked < Self.askLimit else { return nil }
    return rows.first { $0.objection == nil && $0.outcome == nil && isUsable($0.node) }
  }

  /// Notes what became of asking the node.
  public mutating func note(_ outcome: Outcome, of node: String) {
    for index in rows.indices where rows[index].node == node { rows[index].outcome = outcome }
  }

  /// Why no node runs it, for people: what was wrong with each, the asked ones first; at most 8 of them are named.
  public var refusals: String {
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
