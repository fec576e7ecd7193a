package import Basics

/// The nodes that share a home key, as this node knows them, and what it has placed on them lately.
package struct HomeView: Sendable {
  /// A placement counts against a node until a heartbeat that came so long after the node took it: that one
  /// tells of it, and heartbeats are read in groups.
  package static let settling = Interval.milliseconds(200)
  /// The same for a node that does not tell what contends for its cores: the start takes its time, and the
  /// load is an average.
  package static let settlingUntold = Interval.seconds(2)
  /// A placement of which no more is heard counts so long.
  static let longestAsk = Interval.seconds(15)
  /// How long a dead node counts among those that make a majority: the deaths of one broken link come within
  /// seconds.
  package static let quorumWindow = Interval.seconds(60)
  /// More recent placements of one node are not told apart.
  private static let recentLimit = 64

  private struct Entry {
    var node: HomeNode
    var diedAt: Instant?
    var recent: [Recent] = []
    var failures = Failures()

    /// Brings the node's account of the recent placements up to date.
    mutating func count() {
      node.placedSinceHeard = recent.count
      node.placedDemand = .none
      for item in recent { node.placedDemand = node.placedDemand + item.demand }
    }
  }

  private struct Recent {
    var run: String
    var demand: Contention
    var at: Instant
    /// When the node took it.
    var acceptedAt: Instant?

    /// Whether a heartbeat of that time shows it.
    func shows(in node: HomeNode) -> Bool {
      if node.demand == nil { return node.heardAt - at >= HomeView.settlingUntold }
      guard let acceptedAt else { return node.heardAt - at >= HomeView.longestAsk }
      return node.heardAt - acceptedAt >= (node.isSelf ? .zero : HomeView.settling)
    }
  }

  /// By id, for the binary search.
  private var entries: [Entry] = []

  /// A home without nodes.
  package init() {}

  /// All nodes, by their identifiers.
  package var nodes: [HomeNode] {
    entries.map { $0.node }
  }

  /// Whether no node is known, not even this one.
  package var isEmpty: Bool { entries.isEmpty }

  /// What is known of a node; nil for one that is not.
  package func node(_ id: String) -> HomeNode? {
    index(of: id).map { entries[$0].node }
  }

  private func index(of id: String) -> Int? {
    let index = insertionIndex(of: id)
    return index < entries.count && entries[index].node.id == id ? index : nil
  }

  private func insertionIndex(of id: String) -> Int {
    firstPlace(of: entries.count) { entries[$0].node.id >= id }
  }

  /// Takes what is known of a node now.
  ///
  /// - Returns: the state it was in before; nil where it is new.
  @discardableResult
  package mutating func update(_ node: HomeNode, at now: Instant) -> HomeNode.State? {
    guard let index = index(of: node.id) else {
      let index = insertionIndex(of: node.id)
      entries.insert(Entry(node: node, diedAt: node.state == .dead ? now : nil), at: index)
      entries[index].count()
      entries[index].node.failures = 0
      return nil
    }
    let before = entries[index].node.state
    entries[index].node = node
    entries[index].recent.removeAll { $0.shows(in: node) }
    entries[index].count()
    entries[index].node.failures = entries[index].failures.left(at: now)
    set(node.state, of: index, from: before, at: now)
    return before
  }

  /// - Returns: the state it was in before; nil where it is not known.
  package mutating func set(_ state: HomeNode.State, of id: String, at now: Instant) -> HomeNode.State? {
    guard let index = index(of: id) else { return nil }
    let before = entries[index].node.state
    entries[index].node.state = state
    set(state, of: index, from: before, at: now)
    return before
  }

  private mutating func set(
    _ state: HomeNode.State, of index: Int, from before: HomeNode.State, at now: Instant
  ) {
    if state != .dead {
      entries[index].diedAt = nil
    } else if before != .dead {
      entries[index].diedAt = now
    }
    if state == .dead || state == .left {
      entries[index].recent = []
      entries[index].count()
    }
  }

  /// The node is known no more.
  package mutating func forget(_ id: String) {
    if let index = index(of: id) { entries.remove(at: index) }
  }

  /// A run was placed there; its load does not show in the score yet.
  package mutating func place(run: String, adding demand: Contention, on id: String, at now: Instant) {
    guard let index = index(of: id) else { return }
    if entries[index].recent.count >= Self.recentLimit { entries[index].recent.removeFirst() }
    entries[index].recent.append(Recent(run: run, demand: demand, at: now))
    entries[index].count()
  }

  /// The node has taken the run.
  package mutating func accepted(run: String, on id: String, at now: Instant) {
    guard let index = index(of: id) else { return }
    for number in entries[index].recent.indices where entries[index].recent[number].run == run {
      entries[index].recent[number].acceptedAt = now
    }
  }

  /// The node has said what contends for its cores, outside a heartbeat.
  package mutating func told(demand: Contention, by id: String, at now: Instant) {
    guard let index = index(of: id) else { return }
    entries[index].node.demand = demand
    entries[index].node.heardAt = now
    entries[index].recent.removeAll { $0.acceptedAt != nil }
    entries[index].count()
  }

  /// A run could not begin there, or was lost, for the node's sake.
  package mutating func failed(on id: String, at now: Instant) {
    guard let index = index(of: id) else { return }
    entries[index].failures.add(at: now)
    entries[index].node.failures = entries[index].failures.left(at: now)
  }

  /// The run is not there, or not any more.
  package mutating func displace(run: String, from id: String) {
    guard let index = index(of: id) else { return }
    entries[index].recent.removeAll { $0.run == run }
    entries[index].count()
  }

  /// Whether this node sees more than half of those that were alive a minute ago, itself included.
  package func hasMajority(at now: Instant) -> Bool {
    // This node counts whether or not it is in its own list.
    var present = 1
    var all = 1
    for entry in entries where !entry.node.isSelf && !entry.node.isHomeEdge {
      if entry.node.isReachable {
        present += 1
        all += 1
      } else if let diedAt = entry.diedAt, now - diedAt <= Self.quorumWindow {
        all += 1
      }
    }
    return present * 2 > all
  }
}
